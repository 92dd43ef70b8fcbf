import * as raw from "../pkg/full/millpond_wasm.js";
import { Handle, Lending, Pool } from "./lending.js";
import { opening } from "./memory.js";
import { bytes } from "./module.js";
import { rawPolicy, type PoolOptions } from "./pool_options.js";

/** Buffers of one size: bytes of each, and how many. */
export type BufferClass = readonly [bytes: number, options: number | PoolOptions];

/**
 * Preallocated buffers of a few sizes in wasm memory, for what has no length beforehand: packets, segments, files.
 *
 * A buffer may grow while it is lent. When it comes back its memory stays, unless it grew beyond twice its size.
 *
 * ```js
 * using pool = new BufferPool([[4096, 16], [1 << 20, { capacity: 4, initial: 1 }]]);
 * using packet = pool.acquire(chunk.byteLength);
 * packet.length = chunk.byteLength;
 * chunk.copyTo(packet.view);
 * ```
 */
export class BufferPool extends Pool {
  /** @internal */
  readonly raw: raw.BufferPool;

  /**
   * Allocates the first buffers.
   *
   * @param classes - Each size once, in any order.
   * @throws MillpondError `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
   */
  constructor(classes: readonly BufferClass[]) {
    const inner = opening(() => {
      const all = new raw.BufferClasses();
      for (const [bytes, options] of classes) all.add(bytes, rawPolicy(options));
      return new raw.BufferPool(all);
    });
    const leakReport = classes.some(([, options]) => typeof options === "object" && options.leakReport === true);
    super(new Lending(`BufferPool ${classes.map(([bytes]) => bytes).join(", ")}`, inner, leakReport));
    this.raw = inner;
  }

  /**
   * Borrows an empty buffer of the smallest size with room for `atLeast` bytes.
   *
   * @throws MillpondError `E_BUFFER_TOO_SMALL` if no size is so large; `E_POOL_EXHAUSTED` if all of that size are lent;
   *   `E_CLOSED`, `E_OUT_OF_MEMORY`.
   */
  acquire(atLeast: number): BufferSlot {
    return new BufferSlot(this.raw, this.lending.acquire(this.acquire, atLeast));
  }

  /**
   * Borrows a buffer as soon as one of its size is free.
   *
   * @param signal - Ends the wait with its reason.
   * @throws MillpondError `E_BUFFER_TOO_SMALL`, `E_CLOSED`, `E_OUT_OF_MEMORY`.
   */
  async acquireWhenFree(atLeast: number, signal?: AbortSignal): Promise<BufferSlot> {
    return new BufferSlot(this.raw, await this.lending.acquireWhenFree(this.acquireWhenFree, signal, atLeast));
  }
}

/** A buffer borrowed from a {@link BufferPool}. Give it back with {@link release} or `using`. */
export class BufferSlot extends Handle {
  readonly #raw: raw.BufferPool;

  /** @internal */
  constructor(inner: raw.BufferPool, loan: ReturnType<Lending["acquire"]>) {
    super("BufferSlot", loan);
    this.#raw = inner;
  }

  /** Number of bytes; 0 when it is borrowed. */
  get length(): number {
    return this.#raw.length(this.index);
  }

  /**
   * Makes it shorter, or longer by zeros. Allocates beyond {@link capacity}.
   *
   * @throws MillpondError `E_OUT_OF_MEMORY`.
   */
  set length(length: number) {
    this.#raw.setLength(this.index, length);
  }

  /** The most bytes before it must allocate. */
  get capacity(): number {
    return this.#raw.capacity(this.index);
  }

  /** Its bytes. A fresh view: do not keep it over calls that may grow memory or the buffer. */
  get view(): Uint8Array<ArrayBuffer> {
    const { index } = this;
    return bytes(this.#raw.address(index), this.#raw.length(index));
  }
}
