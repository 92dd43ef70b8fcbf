import * as raw from "../pkg/full/millpond_wasm.js";
import { copying } from "./copying.js";
import { MillpondError } from "./errors.js";
import { Handle, Lending, Pool } from "./lending.js";
import { opening } from "./memory.js";
import { buffer } from "./module.js";
import { rawPolicy, type PoolOptions } from "./pool_options.js";

/** How PCM samples are stored. */
export type SampleFormat = "i16" | "i32" | "f32";

/** Views on PCM, by format. */
export interface SampleArrays {
  /** −32768 to 32767. */
  i16: Int16Array<ArrayBuffer>;
  /** −2^31 to 2^31 − 1. */
  i32: Int32Array<ArrayBuffer>;
  /** −1 to 1. */
  f32: Float32Array<ArrayBuffer>;
}

const FORMATS = { i16: Int16Array, i32: Int32Array, f32: Float32Array } as const;

/** Format and size of blocks of PCM. */
export interface SampleLayout<F extends SampleFormat> {
  /** Kind of the samples. */
  format: F;
  /** Channel by channel (L L R R, each channel on a multiple of 64 bytes), or sample by sample (L R L R). */
  arrangement: "planar" | "interleaved";
  /** Number of channels, 1 to 1024. */
  channels: number;
  /** The most frames (samples per channel) of a block. */
  frames: number;
}

/**
 * Preallocated blocks of PCM in wasm memory.
 *
 * ```js
 * using pool = new SamplePool({ format: "f32", arrangement: "planar", channels: 2, frames: 1024 }, 4);
 * using block = pool.acquire();
 * block.copyFrom(audioData);
 * ```
 */
export class SamplePool<F extends SampleFormat = SampleFormat> extends Pool {
  /** Format and size of every block. */
  readonly layout: Readonly<SampleLayout<F>>;
  /** @internal */
  readonly raw: raw.SamplePool;

  /**
   * Allocates the first blocks.
   *
   * @throws MillpondError `E_BAD_PARAMETER`, `E_UNSUPPORTED_FORMAT`, `E_OUT_OF_MEMORY`.
   */
  constructor(layout: SampleLayout<F>, options: number | PoolOptions) {
    const { format, arrangement, channels, frames } = layout;
    const index = Object.keys(FORMATS).indexOf(format);
    if (index < 0) throw new MillpondError("E_UNSUPPORTED_FORMAT", `sample format ${format} is not known`, { format });
    const isPlanar = arrangement === "planar";
    const inner = opening(() => new raw.SamplePool(index, isPlanar, channels, frames, rawPolicy(options)));
    const leakReport = typeof options === "object" && options.leakReport === true;
    super(new Lending(`SamplePool ${format} ${arrangement} ${channels}x${frames}`, inner, leakReport));
    this.raw = inner;
    this.layout = { format, arrangement, channels, frames };
  }

  /**
   * Borrows a block as soon as one is free.
   *
   * @param signal - Ends the wait with its reason.
   * @throws MillpondError `E_CLOSED`, `E_OUT_OF_MEMORY`.
   */
  async acquireWhenFree(signal?: AbortSignal): Promise<SampleBlock<F>> {
    return new SampleBlock(this.layout, this.raw, await this.lending.acquireWhenFree(this.acquireWhenFree, signal));
  }

  /**
   * A stream that takes WebCodecs `AudioData`, copies each into a block of the pool, closes it, and yields the block. While
   * all are lent it takes no more, so whoever feeds it waits: release each block when it is done with.
   */
  copying(): TransformStream<AudioData, SampleBlock<F>> {
    return copying((data, signal) => this.#copied(data, signal));
  }

  async #copied(data: AudioData, signal: AbortSignal): Promise<SampleBlock<F>> {
    try {
      const block = await this.acquireWhenFree(signal);
      try {
        block.copyFrom(data);
        return block;
      } catch (error) {
        block.release();
        throw error;
      }
    } finally {
      data.close();
    }
  }

  /**
   * Borrows a block, all of whose frames count.
   *
   * @throws MillpondError `E_POOL_EXHAUSTED` if all are lent, `E_CLOSED`, `E_OUT_OF_MEMORY`.
   */
  acquire(): SampleBlock<F> {
    return new SampleBlock(this.layout, this.raw, this.lending.acquire(this.acquire));
  }
}

/** A block borrowed from a {@link SamplePool}. Give it back with {@link release} or `using`. */
export class SampleBlock<F extends SampleFormat = SampleFormat> extends Handle {
  /** Format and size. */
  readonly layout: Readonly<SampleLayout<F>>;
  readonly #raw: raw.SamplePool;

  /** @internal */
  constructor(layout: Readonly<SampleLayout<F>>, inner: raw.SamplePool, loan: ReturnType<Lending["acquire"]>) {
    super("SampleBlock", loan);
    this.layout = layout;
    this.#raw = inner;
  }

  /** Frames that count: fewer than the block has in the last one of a stream. */
  get frames(): number {
    return this.#raw.frames(this.index);
  }

  /** @throws MillpondError `E_BUFFER_TOO_SMALL` if the block is not so long. */
  set frames(frames: number) {
    this.#raw.setFrames(this.index, frames);
  }

  /**
   * The samples of one channel of a planar block. A fresh view: do not keep it over calls that may grow memory.
   *
   * @throws MillpondError `E_SAMPLE_MISMATCH` if the block is interleaved, `E_BAD_PARAMETER` if there is no such channel.
   */
  channel(index: number): SampleArrays[F] {
    this.#expect("planar");
    return this.#view(index, this.frames);
  }

  /**
   * The samples of an interleaved block, `frames` × channels of them. A fresh view like that of {@link channel}.
   *
   * @throws MillpondError `E_SAMPLE_MISMATCH` if the block is planar.
   */
  get interleaved(): SampleArrays[F] {
    this.#expect("interleaved");
    return this.#view(0, this.frames * this.layout.channels);
  }

  /**
   * Copies a WebCodecs `AudioData` and sets {@link frames} to its number of frames. The caller closes the data. The browser
   * converts samples to planar f32; to other formats most convert nothing, so there the data must have the block's.
   *
   * @throws MillpondError `E_SAMPLE_MISMATCH` for another number of channels, or samples that the browser cannot convert;
   *   `E_BUFFER_TOO_SMALL` if the block is shorter; with nothing written.
   */
  copyFrom(data: AudioData): void {
    const { format, channels, arrangement } = this.layout;
    if (data.numberOfChannels !== channels) this.#refuse(`${channels} channels`, `${data.numberOfChannels}`);
    const before = this.frames;
    this.frames = data.numberOfFrames;
    const name = this.#webName();
    try {
      if (arrangement === "interleaved") return data.copyTo(this.interleaved, { planeIndex: 0, format: name });
      for (let plane = 0; plane < channels; plane++) {
        data.copyTo(this.channel(plane), { planeIndex: plane, format: name });
      }
    } catch (error) {
      this.frames = before;
      if ((error as DOMException).name === "NotSupportedError") this.#refuse(`${format} ${arrangement}`, `${data.format}`);
      throw error;
    }
  }

  /**
   * The samples as a WebCodecs `AudioData`, for an `AudioEncoder`. The browser copies them; close the data when it is done
   * with.
   *
   * @param timestamp - In microseconds.
   * @param sampleRate - In Hz.
   */
  toAudioData(timestamp: number, sampleRate: number): AudioData {
    const { format, channels, arrangement } = this.layout;
    const numberOfFrames = this.frames;
    let samples: SampleArrays[SampleFormat];
    if (arrangement === "interleaved") {
      samples = this.interleaved;
    } else {
      // Channels lie apart from each other; WebCodecs wants them one behind the other.
      samples = new FORMATS[format](numberOfFrames * channels);
      for (let plane = 0; plane < channels; plane++) samples.set(this.channel(plane), plane * numberOfFrames);
    }
    const data = { format: this.#webName(), sampleRate, numberOfFrames, numberOfChannels: channels, timestamp };
    return new AudioData({ ...data, data: samples });
  }

  #webName(): AudioSampleFormat {
    const { format, arrangement } = this.layout;
    const name = { i16: "s16", i32: "s32", f32: "f32" }[format];
    return (arrangement === "planar" ? `${name}-planar` : name) as AudioSampleFormat;
  }

  #refuse(expected: string, got: string): never {
    throw new MillpondError("E_SAMPLE_MISMATCH", `samples do not match: expected ${expected}, got ${got}`, { expected, got });
  }

  #expect(arrangement: string): void {
    const { format, arrangement: got } = this.layout;
    if (got === arrangement) return;
    this.#refuse(`${format} ${arrangement}`, `${format} ${got}`);
  }

  #view(channel: number, length: number): SampleArrays[F] {
    const address = this.#raw.address(this.index, channel);
    return new FORMATS[this.layout.format](buffer(), address, length) as SampleArrays[F];
  }
}
