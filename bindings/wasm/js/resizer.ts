import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import type { FrameSlot } from "./frame_pool.js";
import type { PixelFormat } from "./layout.js";
import { opening } from "./memory.js";
import { rawCrop, type Crop, type Filter } from "./picture_options.js";

/** What a {@link Resizer} does. */
export interface ResizeOptions {
  /** Format of both pictures: one of eight bits. Planes are resampled each on its own grid. */
  format: PixelFormat;
  /** Width and height of the source in pixels. */
  source: readonly [number, number];
  /** Width and height of the target in pixels. */
  target: readonly [number, number];
  /** The part of the source that fills the target; all of it if absent. */
  crop?: Crop;
  /** `bilinear-antialiased` if absent. */
  filter?: Filter;
  /** What the fourth channel of `rgba` and `bgra` means for the others; `straight` if absent, `ignored` is the fastest. */
  alpha?: "straight" | "premultiplied" | "ignored";
}

/**
 * Resamples pictures to another size, with the bytes of millpond's native build.
 *
 * ```js
 * using resizer = new Resizer({ format: "rgba", source: [320, 320], target: [200, 200] });
 * resizer.resize(mouth, small); // two slots of FramePools
 * ```
 */
export class Resizer extends Closable {
  readonly #raw: raw.Resizer;

  /**
   * Computes the weights and allocates the scratch.
   *
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`.
   */
  constructor({ format, source, target, crop, filter, alpha }: ResizeOptions) {
    const how = [rawCrop(crop), filter ?? "bilinear-antialiased", alpha ?? "straight"] as const;
    const inner = opening(() => new raw.Resizer(format, source[0], source[1], target[0], target[1], ...how));
    super("Resizer", inner);
    this.#raw = inner;
  }

  /**
   * Resamples a picture. Allocates nothing.
   *
   * @throws MillpondError `E_MISMATCH` if the slots are not what was planned for, `E_SAME_PICTURE`, `E_CLOSED`; nothing
   *   is written then.
   */
  resize(from: FrameSlot, to: FrameSlot): void {
    this.opened(this.#raw).resize(from.raw, from.index, to.raw, to.index);
  }
}
