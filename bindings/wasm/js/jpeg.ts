import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import type { FrameSlot } from "./frame_pool.js";
import { opening } from "./memory.js";
import { bytes } from "./module.js";
import { rawColor, type ColorFormat } from "./picture_options.js";

/** What the files are like, and of which pictures. */
export interface JpegOptions extends ColorFormat {
  /** Width in pixels, at most 65535. */
  width: number;
  /** Height in pixels, at most 65535. */
  height: number;
  /** 1 to 100; 80 if absent. */
  quality?: number;
  /** `4:2:0` if absent. */
  subsampling?: "4:2:0" | "4:2:2" | "4:4:4" | "gray";
  /** MCUs from one restart marker to the next; 0, the default, for none (of strips: one row of MCUs). */
  restartInterval?: number;
}

/** Works with what the files are like as the module takes it. */
function described<T>(options: JpegOptions, huffman: string, work: (spec: raw.JpegSpec) => T): T {
  const { format, width, height, quality = 80, subsampling = "4:2:0", restartInterval = 0 } = options;
  return opening(() => {
    const spec = new raw.JpegSpec(format, width, height, ...rawColor(options));
    try {
      spec.coding(quality, subsampling, huffman, restartInterval);
      return work(spec);
    } finally {
      spec.free();
    }
  });
}

/**
 * Pictures as baseline JPEG files, the bytes of millpond's native build (and of libjpeg-turbo, from the same planes).
 *
 * ```js
 * using jpeg = new JpegEncoder({ format: "i420", width: 1280, height: 720, quality: 85 });
 * const file = jpeg.encode(canvas); // a slot of a FramePool
 * ```
 */
export class JpegEncoder extends Closable {
  readonly #raw: raw.JpegEncoder;

  /**
   * Plans it and makes room for the largest file there can be.
   *
   * @param options - `huffman`: tables of the standard, or made for each picture: smaller files in twice the time.
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
   */
  constructor(options: JpegOptions & { huffman?: "standard" | "optimised" }) {
    const inner = described(options, options.huffman ?? "standard", (spec) => new raw.JpegEncoder(spec));
    super("JpegEncoder", inner);
    this.#raw = inner;
  }

  /**
   * Codes a picture. Allocates nothing in wasm memory.
   *
   * @returns the file, a view that the next call overwrites: copy it (`slice()`) to keep it.
   * @throws MillpondError `E_MISMATCH`, `E_CLOSED`.
   */
  encode(picture: FrameSlot): Uint8Array<ArrayBuffer> {
    const inner = this.opened(this.#raw);
    const length = inner.encode(picture.raw, picture.index);
    return bytes(inner.file(), length);
  }
}

/** A JPEG encoder that keeps what it coded and codes again only what changed; the files are those of whole encoding. */
export class JpegStrips extends Closable {
  readonly #raw: raw.JpegStrips;

  /**
   * Plans it and makes room for what it keeps.
   *
   * @throws MillpondError as {@link JpegEncoder}.
   */
  constructor(options: JpegOptions) {
    const inner = described(options, "standard", (spec) => new raw.JpegStrips(spec));
    super("JpegStrips", inner);
    this.#raw = inner;
  }

  /**
   * Codes a picture that differs from the last one only inside these rectangles, each `[x, y, width, height]`. The first
   * picture is coded whole. Allocates nothing in wasm memory for up to 64 rectangles.
   *
   * @returns the file, a view that the next call overwrites.
   * @throws MillpondError `E_MISMATCH`, `E_CLOSED`.
   */
  encode(
    picture: FrameSlot,
    changed: Iterable<readonly [number, number, number, number]>,
  ): Uint8Array<ArrayBuffer> {
    const inner = this.opened(this.#raw);
    for (const [x, y, width, height] of changed) inner.change(x, y, width, height);
    const length = inner.encode(picture.raw, picture.index);
    return bytes(inner.file(), length);
  }

  /** How many strips the last picture needed; the others were kept. */
  get coded(): number {
    return this.opened(this.#raw).coded();
  }

  /** Forgets what is kept: the next picture is coded whole. */
  forget(): void {
    this.opened(this.#raw).forget();
  }
}
