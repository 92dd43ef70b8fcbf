import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import type { FrameSlot } from "./frame_pool.js";
import { opening } from "./memory.js";

/** Blend modes by their names in CSS. The formulas are those of W3C Compositing and Blending, on coded values. */
export type BlendMode =
  | "normal"
  | "multiply"
  | "screen"
  | "overlay"
  | "darken"
  | "lighten"
  | "difference"
  | "plus-lighter";

/** How a {@link Blend} draws. */
export interface BlendOptions {
  /** `normal` if absent. */
  mode?: BlendMode;
  /** Whether colours are multiplied by alpha already; then the canvas is premultiplied too. `straight` if absent. */
  alpha?: "straight" | "premultiplied";
  /** 0 to 255, what all alphas are multiplied by; 255 if absent. */
  opacity?: number;
}

/**
 * Draws pictures and rectangles over an `rgba` or `bgra` canvas, exactly: `(src·a + dst·(255 − a) + 127) / 255`.
 *
 * ```js
 * using blend = new Blend({ opacity: 200 });
 * blend.draw(mouth, 560, 300, canvas); // slots of FramePools
 * ```
 */
export class Blend extends Closable {
  readonly #raw: raw.Blend;

  /** @throws MillpondError `E_BAD_PARAMETER`. */
  constructor({ mode, alpha, opacity }: BlendOptions = {}) {
    const inner = opening(() => new raw.Blend(mode ?? "normal", alpha ?? "straight", opacity ?? 255));
    super("Blend", inner);
    this.#raw = inner;
  }

  /**
   * Draws a picture with its upper left corner at `x`, `y`; what lies outside the canvas is left out. Allocates nothing.
   *
   * @param mask - A `gray8` picture of the same size; alpha is multiplied by it.
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_MISMATCH`, `E_SAME_PICTURE`, `E_CLOSED`; nothing is drawn then.
   */
  draw(picture: FrameSlot, x: number, y: number, canvas: FrameSlot, mask?: FrameSlot): void {
    const inner = this.opened(this.#raw);
    if (mask === undefined) inner.draw(picture.raw, picture.index, x, y, canvas.raw, canvas.index);
    else inner.drawMasked(picture.raw, picture.index, mask.raw, mask.index, x, y, canvas.raw, canvas.index);
  }

  /**
   * Fills a rectangle with one colour. Allocates nothing.
   *
   * @param color - `0xRRGGBBAA`, straight alpha; on a `bgra` canvas `0xBBGGRRAA`.
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_CLOSED`.
   */
  fill(color: number, x: number, y: number, width: number, height: number, canvas: FrameSlot): void {
    this.opened(this.#raw).fill(color, x, y, width, height, canvas.raw, canvas.index);
  }
}

/**
 * Draws a mask with soft edges into a `gray8` slot.
 *
 * @param feather - Pixels over which it fades at its edge; 0 for a hard one.
 * @throws MillpondError `E_BAD_PARAMETER`, `E_MISMATCH` if the slot is not `gray8`, `E_CLOSED`.
 */
export function featheredMask(shape: "rectangle" | "ellipse", feather: number, mask: FrameSlot): void {
  opening(() => raw.featheredMask(shape, feather, mask.raw, mask.index));
}
