import * as raw from "../pkg/millpond_wasm.js";
import "./dispose.js";
import { MillpondError, opened } from "./errors.js";
import { readLayout, type FrameLayout, type PixelFormat } from "./layout.js";
import { opening } from "./memory.js";
import { bytes } from "./module.js";
import { readPoolStats, type PoolStats } from "./pool_stats.js";
import { copyVideoFrame, kindOf } from "./video_frame.js";

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
export class FramePool {
  /** Format, size and planes of every picture in the pool. Strides are multiples of 64 bytes. */
  readonly layout: FrameLayout;
  #raw: raw.FramePool | undefined;

  /**
   * Allocates every picture.
   *
   * @param width - Width in pixels, 1 to 32768.
   * @param height - Height in pixels, 1 to 32768.
   * @param capacity - Number of pictures, 1 to 1024.
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
   */
  constructor(format: PixelFormat, width: number, height: number, capacity: number) {
    const inner = opening(() => new raw.FramePool(format, width, height, capacity));
    this.#raw = inner;
    this.layout = readLayout(format, width, height, (plane, figure) => inner.layout(plane, figure));
  }

  /**
   * Borrows a picture. It keeps the pixels of its last use.
   *
   * @throws MillpondError `E_POOL_EXHAUSTED` if all are lent, `E_CLOSED`.
   */
  acquire(): FrameSlot {
    const inner = opened(this.#raw, "FramePool");
    const index = inner.acquire();
    return new FrameSlot(
      this.layout,
      () => opened(this.#raw, "FramePool").address(index),
      () => this.#raw?.release(index),
    );
  }

  /** What the pool has done so far. */
  stats(): PoolStats {
    const inner = opened(this.#raw, "FramePool");
    return readPoolStats((figure) => inner.stats(figure));
  }

  /** Frees every picture, lent ones included: their slots then throw `E_CLOSED`. */
  close(): void {
    this.#raw?.free();
    this.#raw = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A picture borrowed from a {@link FramePool}. Give it back with {@link release} or `using`. */
export class FrameSlot {
  /** Format, size and planes. */
  readonly layout: FrameLayout;
  #address: (() => number) | undefined;
  readonly #release: () => void;

  /** @internal */
  constructor(layout: FrameLayout, address: () => number, release: () => void) {
    this.layout = layout;
    this.#address = address;
    this.#release = release;
  }

  /** The whole picture, padding included. A fresh view: do not keep it over calls that may grow memory. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return bytes(opened(this.#address, "FrameSlot")(), this.layout.size);
  }

  /** Plane `index` with its row padding: `layout.planes[index].stride` bytes a row. A fresh view like {@link bytes}. */
  plane(index: number): Uint8Array<ArrayBuffer> {
    const plane = this.layout.planes[index];
    if (plane === undefined) throw new MillpondError("E_BAD_PARAMETER", `there is no plane ${index}`);
    return bytes(opened(this.#address, "FrameSlot")() + plane.offset, plane.stride * plane.rows);
  }

  /**
   * Copies what a WebCodecs `VideoFrame` shows, in the frame's own format. The caller closes the frame.
   *
   * @throws MillpondError `E_MISMATCH` if format or visible size differ from the slot's, `E_UNSUPPORTED_FORMAT`,
   *   `E_CLOSED`.
   */
  async copyFrom(frame: VideoFrame): Promise<void> {
    const address = opened(this.#address, "FrameSlot")();
    const { format, width, height } = kindOf(frame);
    if (format !== this.layout.format || width !== this.layout.width || height !== this.layout.height) {
      const expected = `${this.layout.format} ${this.layout.width}x${this.layout.height}`;
      throw new MillpondError(
        "E_MISMATCH",
        `picture does not match: expected ${expected}, got ${format} ${width}x${height}`,
      );
    }
    await copyVideoFrame(frame, this.layout, address);
  }

  /** Gives the picture back to its pool. Doing so twice is harmless. */
  release(): void {
    if (this.#address === undefined) return;
    this.#address = undefined;
    this.#release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
