import * as raw from "../pkg/full/millpond_wasm.js";
import { MillpondError } from "./errors.js";
import { Handle, Lending, Pool } from "./lending.js";
import { opening } from "./memory.js";
import { buffer } from "./module.js";
import { rawPolicy, type PoolOptions } from "./pool_options.js";

/** How PCM samples are stored. */
export type SampleFormat = "i16" | "i32" | "f32";

/** Views on PCM, by format. */
export interface SampleArrays {
  i16: Int16Array<ArrayBuffer>;
  i32: Int32Array<ArrayBuffer>;
  f32: Float32Array<ArrayBuffer>;
}

const FORMATS = { i16: Int16Array, i32: Int32Array, f32: Float32Array } as const;

/** Format and size of blocks of PCM. */
export interface SampleLayout<F extends SampleFormat> {
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
 * audioData.copyTo(block.channel(0), { planeIndex: 0, format: "f32-planar" });
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
    if (index < 0) throw new MillpondError("E_UNSUPPORTED_FORMAT", `sample format ${format} is not known`);
    const isPlanar = arrangement === "planar";
    const inner = opening(() => new raw.SamplePool(index, isPlanar, channels, frames, rawPolicy(options)));
    const leakReport = typeof options === "object" && options.leakReport === true;
    super(new Lending(`SamplePool ${format} ${arrangement} ${channels}x${frames}`, inner, leakReport));
    this.raw = inner;
    this.layout = { format, arrangement, channels, frames };
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

  #expect(arrangement: string): void {
    const { format, arrangement: got } = this.layout;
    if (got === arrangement) return;
    const message = `samples do not match: expected ${format} ${arrangement}, got ${format} ${got}`;
    throw new MillpondError("E_SAMPLE_MISMATCH", message);
  }

  #view(channel: number, length: number): SampleArrays[F] {
    const address = this.#raw.address(this.index, channel);
    return new FORMATS[this.layout.format](buffer(), address, length) as SampleArrays[F];
  }
}
