import * as raw from "../pkg/full/millpond_wasm.js";
import { copying } from "./copying.js";
import { MillpondError, badParameter } from "./errors.js";
import { readLayout, type FrameLayout, type PixelFormat } from "./layout.js";
import { Handle, Lending, Pool } from "./lending.js";
import { opening } from "./memory.js";
import { bytes } from "./module.js";
import { rawPolicy, type PoolOptions } from "./pool_options.js";
import { copyVideoFrame, kindOf, newVideoFrame, type VideoFrameTiming } from "./video_frame.js";

/**
 * Preallocated pictures of one format and size in wasm memory. Acquiring and releasing allocate nothing there.
 *
 * ```js
 * using pool = new FramePool("i420", 1280, 720, 4);
 * using slot = pool.acquire();
 * await slot.copyFrom(videoFrame);
 * const luma = slot.plane(0);
 * ```
 */
export class FramePool extends Pool {
  /** Format, size and planes of every picture in the pool. Strides are multiples of 64 bytes. */
  readonly layout: FrameLayout;
  /** @internal */
  readonly raw: raw.FramePool;

  /**
   * Allocates the first pictures.
   *
   * @param width - Width in pixels, 1 to 32768.
   * @param height - Height in pixels, 1 to 32768.
   * @param options - Number of pictures, 1 to 1024, or more policies than that.
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
   */
  constructor(format: PixelFormat, width: number, height: number, options: number | PoolOptions) {
    const inner = opening(() => new raw.FramePool(format, width, height, rawPolicy(options)));
    const leakReport = typeof options === "object" && options.leakReport === true;
    super(new Lending(`FramePool ${format} ${width}x${height}`, inner, leakReport));
    this.raw = inner;
    this.layout = readLayout(format, width, height, (plane, figure) => inner.layout(plane, figure));
  }

  /**
   * Borrows a picture as soon as one is free.
   *
   * @param signal - Ends the wait with its reason.
   * @throws MillpondError `E_CLOSED`, `E_OUT_OF_MEMORY`.
   */
  async acquireWhenFree(signal?: AbortSignal): Promise<FrameSlot> {
    return new FrameSlot(this.layout, this.raw, await this.lending.acquireWhenFree(this.acquireWhenFree, signal));
  }

  /**
   * A stream that takes WebCodecs `VideoFrame`s, copies each into a picture of the pool, closes it, and yields the
   * picture. While all are lent it takes no more, so whoever feeds it waits: release each picture when it is done with.
   *
   * ```js
   * for await (const slot of frames.pipeThrough(pool.copying())) slot.release();
   * ```
   */
  copying(): TransformStream<VideoFrame, FrameSlot> {
    return copying((frame, signal) => this.#copied(frame, signal));
  }

  async #copied(frame: VideoFrame, signal: AbortSignal): Promise<FrameSlot> {
    try {
      const slot = await this.acquireWhenFree(signal);
      try {
        await slot.copyFrom(frame);
        return slot;
      } catch (error) {
        slot.release();
        throw error;
      }
    } finally {
      frame.close();
    }
  }

  /**
   * Borrows a picture. It keeps the pixels of its last use, unless the pool resets them.
   *
   * @throws MillpondError `E_POOL_EXHAUSTED` if all are lent, `E_CLOSED`, `E_OUT_OF_MEMORY`.
   */
  acquire(): FrameSlot {
    return new FrameSlot(this.layout, this.raw, this.lending.acquire(this.acquire));
  }
}

/** A picture borrowed from a {@link FramePool}. Give it back with {@link release} or `using`. */
export class FrameSlot extends Handle {
  /** Format, size and planes. */
  readonly layout: FrameLayout;
  /** @internal The pool that lent it. */
  readonly raw: raw.FramePool;

  /** @internal */
  constructor(layout: FrameLayout, inner: raw.FramePool, loan: ReturnType<Lending["acquire"]>) {
    super("FrameSlot", loan);
    this.layout = layout;
    this.raw = inner;
  }

  /** The whole picture, padding included. A fresh view: do not keep it over calls that may grow memory. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return bytes(this.raw.address(this.index), this.layout.size);
  }

  /** Plane `index` with its row padding: `layout.planes[index].stride` bytes a row. A fresh view like {@link bytes}. */
  plane(index: number): Uint8Array<ArrayBuffer> {
    const plane = this.layout.planes[index];
    if (plane === undefined) throw badParameter("plane", index, `less than ${this.layout.planes.length}`);
    return bytes(this.raw.address(this.index) + plane.offset, plane.stride * plane.rows);
  }

  /**
   * Copies what a WebCodecs `VideoFrame` shows, in the frame's own format. The caller closes the frame. A slot that is
   * released meanwhile goes back to its pool when the copy has ended.
   *
   * @throws MillpondError `E_MISMATCH` if format or visible size differ from the slot's, `E_UNSUPPORTED_FORMAT`,
   *   `E_CLOSED`.
   */
  async copyFrom(frame: VideoFrame): Promise<void> {
    const address = this.raw.address(this.index);
    const { format, width, height } = kindOf(frame);
    if (format !== this.layout.format || width !== this.layout.width || height !== this.layout.height) {
      const expected = `${this.layout.format} ${this.layout.width}x${this.layout.height}`;
      const got = `${format} ${width}x${height}`;
      const message = `picture does not match: expected ${expected}, got ${got}`;
      throw new MillpondError("E_MISMATCH", message, { expected, got });
    }
    await this.during(copyVideoFrame(frame, this.layout, address));
  }

  /**
   * The picture as a WebCodecs `VideoFrame`, for a `VideoEncoder` or a canvas. The browser copies the pixels; close the
   * frame when it is done with.
   *
   * @throws MillpondError `E_UNSUPPORTED_FORMAT` for a format that this browser's WebCodecs does not have; `E_CLOSED`.
   */
  toVideoFrame(timing: VideoFrameTiming): VideoFrame {
    return newVideoFrame(this.layout, this.raw.address(this.index), timing);
  }
}
