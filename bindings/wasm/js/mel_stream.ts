import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import { tooSmall } from "./errors.js";
import { rawConfig, type MelConfig, type MelProfile } from "./mel_config.js";
import { opening } from "./memory.js";
import { buffer, floats } from "./module.js";

/** What a {@link MelStream} may be told. */
export interface MelStreamOptions {
  /** Rate of the samples in Hz, 1000 to 384000; they are resampled if it is not the profile's own, which is the default. */
  sampleRate?: number;
  /**
   * What to take for the largest logarithm of the clip, for profiles whose features depend on it (`whisper-80`, `librosa`):
   * that of an earlier clip ({@link Mel.peak}), or what one expects.
   */
  peak?: number;
}

/**
 * Log-mel features of sound that comes in piece by piece: the bits of the whole clip at once, however it is cut.
 *
 * ```js
 * const stream = new MelStream("lipsync", { sampleRate });
 * const frames = stream.push(samples, features); // [frames, stream.nMels]: a frame after the other
 * ```
 *
 * After construction a push allocates nothing on the module's heap.
 */
export class MelStream extends Closable {
  /** Number of mel bands: the numbers of a frame. */
  readonly nMels: number;
  readonly #mostSamples: number;
  readonly #raw: raw.MelStream;
  #drawable = 0;

  /**
   * Plans a profile, or a configuration of one's own.
   *
   * @throws MillpondError `E_BAD_PROFILE`, `E_BAD_PARAMETER`; `E_NEEDS_WHOLE_CLIP` if `peak` is needed.
   */
  constructor(config: MelProfile | MelConfig = "lipsync", options: MelStreamOptions = {}) {
    const { sampleRate = 0, peak = NaN } = options;
    const inner = opening(() => new raw.MelStream(rawConfig(config), sampleRate, peak));
    super("MelStream", inner);
    this.#raw = inner;
    this.nMels = this.#raw.nMels;
    this.#mostSamples = this.#raw.mostSamples;
  }

  /** Samples, at the profile's rate, after the middle of a frame before it comes out. */
  get latencySamples(): number {
    return this.#open().latencySamples;
  }

  /** Number of features that the next `samples` samples will yield, exactly: `nMels` for each frame. */
  outputLength(samples: number): number {
    return this.nMels * this.#open().outputFrames(samples);
  }

  /**
   * Takes samples and writes the frames that are now complete.
   *
   * @param samples - Mono, of any number.
   * @param out - At least {@link outputLength} long.
   * @returns the number of frames.
   * @throws MillpondError `E_BUFFER_TOO_SMALL` with nothing taken or written.
   */
  push(samples: Float32Array, out: Float32Array): number {
    const inner = this.#open();
    const needed = this.outputLength(samples.length);
    if (out.length < needed) {
      throw tooSmall("buffer", needed, out.length);
    }
    let frames = 0;
    this.#drawable = 0;
    for (let at = 0; at < samples.length; at += this.#mostSamples) {
      const block = samples.subarray(at, at + this.#mostSamples);
      floats(inner.input(), block.length).set(block);
      frames += this.#take(inner.push(block.length), out, frames);
    }
    return frames;
  }

  /**
   * Ends the clip; the stream is then ready for another.
   *
   * @returns its last frames, `[frames, nMels]`.
   * @throws MillpondError `E_OUT_OF_MEMORY`.
   */
  flush(): Float32Array {
    const inner = this.#open();
    const frames = inner.flush();
    this.#drawable = frames;
    return floats(inner.features(), frames * this.nMels).slice();
  }

  /** Forgets the clip so far. */
  reset(): void {
    this.#open().reset();
    this.#drawable = 0;
  }

  /**
   * Draws the frames of the last push (of its last 1024 samples, if there were more) or flush, low frequencies at the bottom.
   *
   * @param height - In pixels; each frame is one pixel wide.
   * @param range - The features drawn darkest and brightest; without it those of `lipsync` and `wav2lip`.
   * @returns RGBA pixels, none if no frame came out. A fresh view on one buffer: use it at once.
   * @throws MillpondError `E_BAD_SIZE`, `E_BAD_PARAMETER`.
   */
  picture(height: number, range: readonly [low: number, high: number] = [-4, 4]): Uint8ClampedArray<ArrayBuffer> {
    const inner = this.#open();
    const address = this.#drawable > 0 ? inner.picture(height, ...range) : 0;
    return new Uint8ClampedArray(buffer(), address, this.#drawable * height * 4);
  }

  /** Copies the frames of a block to their place. */
  #take(frames: number, out: Float32Array, at: number): number {
    this.#drawable = frames;
    if (frames > 0) out.set(floats(this.#raw!.features(), frames * this.nMels), at * this.nMels);
    return frames;
  }

  #open(): raw.MelStream {
    return this.opened(this.#raw);
  }
}
