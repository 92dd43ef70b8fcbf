import * as raw from "../pkg/full/millpond_wasm.js";
import type { BlendMode } from "./blend.js";
import { Closable } from "./closable.js";
import type { FrameSlot } from "./frame_pool.js";
import { opening } from "./memory.js";
import { rawColor, rawCrop, type ColorFormat, type Crop, type Filter } from "./picture_options.js";

/** A rectangle of canvas pixels; it may lie outside in part or whole. */
export type Rect = readonly [x: number, y: number, width: number, height: number];

/** The canvas of a {@link Compositor}. */
export interface CanvasOptions extends ColorFormat {
  /** `i420`, `nv12` or `rgba`. */
  format: "i420" | "nv12" | "rgba";
  /** Width in pixels; may be odd. */
  width: number;
  /** Height in pixels; may be odd. */
  height: number;
  /** Colour behind the layers, `0xRRGGBB`; black if absent. */
  background?: number;
}

/** Pictures of one kind in one place of the canvas. */
export interface LayerOptions {
  /** What the pictures are. */
  picture: ColorFormat & { width: number; height: number };
  /** Where they go; each picture is resampled to this size. */
  rect: Rect;
  /** The part of a picture that fills the rectangle; all of it if absent. */
  crop?: Crop;
  /** 0 to 255; 255 if absent. */
  opacity?: number;
  /** `normal` if absent. */
  mode?: BlendMode;
  /** `bilinear-antialiased` if absent. */
  filter?: Filter;
  /** A `gray8` picture of the rectangle's size, which is copied; alpha is multiplied by it. */
  mask?: FrameSlot;
  /** Pixels of the canvas beyond it are not drawn. */
  clip?: Rect;
  /** Layers of a larger one lie above; 0 if absent. Of the same one, those that were added later lie above. */
  z?: number;
}

/**
 * Pictures over a background, drawn again only where something changed, with the bytes of millpond's native build.
 *
 * ```js
 * using compositor = new Compositor({ format: "i420", width: 1280, height: 720 });
 * compositor.setBackground(decoded); // slots of FramePools
 * const mouth = compositor.add({ picture: { format: "rgba", width: 320, height: 320 }, rect: [560, 300, 200, 200] });
 * compositor.show(mouth, generated);
 * compositor.compose(canvas); // the next time only what the mouth covers is written
 * ```
 */
export class Compositor extends Closable {
  readonly #raw: raw.Compositor;

  /** @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`. */
  constructor(canvas: CanvasOptions) {
    const { format, width, height, background = 0 } = canvas;
    const inner = opening(() => new raw.Compositor(format, width, height, ...rawColor(canvas), background));
    super("Compositor", inner);
    this.#raw = inner;
  }

  /**
   * Takes a picture of the canvas's format and size as the background; it is copied. All of every canvas is drawn again.
   *
   * @throws MillpondError `E_MISMATCH`, `E_CLOSED`.
   */
  setBackground(picture: FrameSlot): void {
    const inner = this.opened(this.#raw);
    opening(() => inner.setBackground(picture.raw, picture.index));
  }

  /**
   * Adds a layer that shows nothing yet, and plans it. All of every canvas is drawn again.
   *
   * @returns its index.
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`; `E_MISMATCH` for a mask of another size.
   */
  add(layer: LayerOptions): number {
    const inner = this.opened(this.#raw);
    return planned(layer, (raw) => inner.add(raw, layer.z ?? 0));
  }

  /**
   * Puts another layer in the place of one, which shows what that showed. Where only the rectangle's corner, opacity or
   * mask differ and the layer lies wholly on the canvas, nothing is planned anew.
   *
   * @throws MillpondError as {@link add}; nothing changes then.
   */
  replace(index: number, layer: LayerOptions): void {
    const inner = this.opened(this.#raw);
    planned(layer, (raw) => inner.replace(index, raw, layer.z ?? 0));
  }

  /** Takes a layer away and frees its memory; its place stays, for {@link replace}. */
  vacate(index: number): void {
    this.opened(this.#raw).vacate(index);
  }

  /**
   * Lets a layer show what a picture holds now. Tell it again when the pixels change. The picture must stay borrowed for
   * as long as it is shown.
   *
   * @throws MillpondError `E_BAD_PARAMETER`, `E_CLOSED`.
   */
  show(index: number, picture: FrameSlot): void {
    this.opened(this.#raw).show(index, picture.raw, picture.index);
  }

  /** Lets a layer show nothing. */
  hide(index: number): void {
    this.opened(this.#raw).hide(index);
  }

  /**
   * Brings a canvas up to date. What it shows is remembered for as long as it is borrowed, and only what differs is
   * written: nobody else may write to it. Several canvases may take turns. Allocates nothing, but for the first time on a
   * canvas.
   *
   * @throws MillpondError `E_MISMATCH` if a picture is not what was planned for, `E_SAME_PICTURE` if the canvas is shown by
   *   a layer, `E_CLOSED` if a picture that is shown was released; nothing is written then.
   */
  compose(canvas: FrameSlot): void {
    this.opened(this.#raw).compose(canvas.raw, canvas.index);
  }

  /** What the last {@link compose} wrote: rectangles that do not overlap. */
  get dirtyRects(): Rect[] {
    const inner = this.opened(this.#raw);
    const figure = (rect: number) => (at: number) => inner.dirtyFigure(rect, at);
    return Array.from({ length: inner.dirtyCount() }, (_, rect) => [0, 1, 2, 3].map(figure(rect)) as unknown as Rect);
  }
}

/** Works on a layer as the module takes it. */
function planned<T>(layer: LayerOptions, work: (layer: raw.CompositorLayer) => T): T {
  const { picture, rect, crop, opacity = 255, mode = "normal", filter = "bilinear-antialiased", mask, clip } = layer;
  const { format, width, height } = picture;
  return opening(() => {
    const inner = new raw.CompositorLayer(format, width, height, ...rawColor(picture), rawCrop(crop), ...rect);
    try {
      inner.look(opacity, mode, filter);
      if (mask !== undefined) inner.mask(mask.raw, mask.index);
      if (clip !== undefined) inner.clip(...clip);
      return work(inner);
    } finally {
      inner.free();
    }
  });
}
