import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import { tooSmall } from "./errors.js";
import { rawConfig, type MelConfig, type MelProfile } from "./mel_config.js";
import { opening } from "./memory.js";
import { buffer, floats } from "./module.js";

/**
 * Log-mel features of whole clips, the same bits as millpond's native build.
 *
 * ```js
 * using mel = new Mel("whisper-80");
 * const features = new Float32Array(mel.outputLength(samples.length));
 * const frames = mel.process(samples, features); // [mel.nMels, frames], row-major
 * ```
 *
 * Buffers grow with the longest clip so far; a clip that is not longer allocates nothing on the module's heap. For sound
 * that comes in piece by piece there is {@link MelStream}.
 */
export class Mel extends Closable {
  /** Number of mel bands: the rows of the features. */
  readonly nMels: number;
  readonly #raw: raw.Mel;

  /**
   * Plans a profile, or a configuration of one's own.
   *
   * @param sampleRate - Rate of the samples in Hz, 1000 to 384000; they are resampled if it is not the profile's own,
   *   which is the default.
   * @throws MillpondError `E_BAD_PROFILE`, `E_BAD_PARAMETER`.
   */
  constructor(config: MelProfile | MelConfig = "lipsync", sampleRate?: number) {
    const inner = opening(() => new raw.Mel(rawConfig(config), sampleRate ?? 0));
    super("Mel", inner);
    this.#raw = inner;
    this.nMels = this.#raw.nMels;
  }

  /** Number of frames, the columns of the features, for a clip of `samples` samples. */
  outputFrames(samples: number): number {
    return this.opened(this.#raw).outputFrames(samples);
  }

  /** Number of features for a clip of `samples` samples: `nMels × outputFrames`. */
  outputLength(samples: number): number {
    return this.nMels * this.outputFrames(samples);
  }

  /**
   * Computes the features of a whole clip, `[nMels, frames]` row-major.
   *
   * @param samples - Mono.
   * @param out - At least {@link outputLength} long.
   * @returns the number of frames.
   * @throws MillpondError `E_BUFFER_TOO_SMALL` with nothing written, `E_OUT_OF_MEMORY`.
   */
  process(samples: Float32Array, out: Float32Array): number {
    const inner = this.opened(this.#raw);
    const needed = this.outputLength(samples.length);
    if (out.length < needed) {
      throw tooSmall("buffer", needed, out.length);
    }
    floats(inner.begin(samples.length), samples.length).set(samples);
    const frames = inner.process(samples.length);
    out.set(floats(inner.features(), needed));
    return frames;
  }

  /**
   * The largest logarithm of the last clip: a {@link MelStream} that gets it yields the clip's features to the bit where
   * they depend on the whole clip (`whisper-80`, `librosa`).
   */
  get peak(): number {
    return this.opened(this.#raw).peak;
  }

  /**
   * Draws the features of the last clip, low frequencies at the bottom.
   *
   * @param range - The features drawn darkest and brightest; without it those of `lipsync` and `wav2lip`.
   * @returns `width` × `height` RGBA pixels for `ImageData`. A fresh view on one buffer: use it at once.
   * @throws MillpondError `E_BAD_SIZE`, `E_BAD_PARAMETER` if no clip was processed.
   */
  picture(width: number, height: number, range: readonly [low: number, high: number] = [-4, 4]): Uint8ClampedArray<ArrayBuffer> {
    const address = this.opened(this.#raw).picture(width, height, ...range);
    return new Uint8ClampedArray(buffer(), address, width * height * 4);
  }
}
