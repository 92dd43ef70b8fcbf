import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import type { FrameSlot } from "./frame_pool.js";
import type { PixelFormat } from "./layout.js";
import { opening } from "./memory.js";
import { rawColor, rawCrop, type ColorFormat, type Crop, type Filter } from "./picture_options.js";
import type { TensorSlot } from "./tensor_pool.js";

/** What a picture is as a tensor: three channels of 32-bit floats. */
export interface TensorOptions {
  /** Pixels in a row. */
  width: number;
  /** Rows. */
  height: number;
  /** `chw`, `[3, height, width]`, if absent; or `hwc`, `[height, width, 3]`. */
  layout?: "chw" | "hwc";
  /** Order of the channels; `rgb` if absent. */
  order?: "rgb" | "bgr";
  /**
   * What the codes 0 to 255 become: `0..1`, the default, `-1..1`, or `(v / 255 − mean) / std` for red, green, blue.
   */
  normalise?: "0..1" | "-1..1" | { mean: readonly [number, number, number]; std: readonly [number, number, number] };
}

/** What a {@link FrameToTensor} does. */
export interface FrameToTensorOptions extends ColorFormat {
  /** Width and height of the pictures. */
  source: readonly [number, number];
  /** The part of a picture that fills the tensor; all of it if absent. */
  crop?: Crop;
  /** `bilinear-antialiased` if absent. */
  filter?: Filter;
  /** What the tensor is like. */
  tensor: TensorOptions;
}

/** Works with a tensor's description as the module takes it. */
function described<T>({ width, height, layout, order, normalise }: TensorOptions, work: (spec: raw.TensorSpec) => T): T {
  return opening(() => {
    const spec = new raw.TensorSpec(width, height, layout ?? "chw", order ?? "rgb");
    try {
      if (typeof normalise === "object") spec.meanStd(...normalise.mean, ...normalise.std);
      else if (normalise !== undefined) spec.normalise(normalise);
      return work(spec);
    } finally {
      spec.free();
    }
  });
}

/**
 * Pictures as tensors: crop, resampling, conversion of colours and normalisation in one pass, with the bits of
 * millpond's native build.
 *
 * ```js
 * using pool = new TensorPool([8, 3, 320, 320], 1);
 * using batch = pool.acquire();
 * using plan = new FrameToTensor({ format: "i420", source: [1280, 720], tensor: { width: 320, height: 320 } });
 * plan.process(decoded, batch, 0); // the first of the batch
 * ```
 */
export class FrameToTensor extends Closable {
  readonly #raw: raw.FrameToTensor;

  /** @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`. */
  constructor(options: FrameToTensorOptions) {
    const { format, source, crop, filter, tensor } = options;
    const how = [...rawColor(options), rawCrop(crop), filter ?? "bilinear-antialiased"] as const;
    const inner = described(tensor, (spec) => new raw.FrameToTensor(format, source[0], source[1], ...how, spec));
    super("FrameToTensor", inner);
    this.#raw = inner;
  }

  /**
   * Makes a tensor of a picture. Allocates nothing.
   *
   * @param batch - As many tensors as fit, one behind the other: `[n, 3, height, width]`.
   * @param index - Which of them.
   * @throws MillpondError `E_MISMATCH` if the picture is not what was planned for, `E_BUFFER_TOO_SMALL` if the batch has no
   *   such tensor, `E_CLOSED`.
   */
  process(picture: FrameSlot, batch: TensorSlot, index = 0): void {
    this.opened(this.#raw).process(picture.raw, picture.index, batch.raw, batch.index, index);
  }
}

/** Tensors as pictures: the way back, rounded half up and clamped; what is not a number becomes 0. */
export class TensorToFrame extends Closable {
  readonly #raw: raw.TensorToFrame;

  /**
   * @param format - An R'G'B' format.
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`.
   */
  constructor(tensor: TensorOptions, format: PixelFormat) {
    const inner = described(tensor, (spec) => new raw.TensorToFrame(format, spec));
    super("TensorToFrame", inner);
    this.#raw = inner;
  }

  /**
   * Makes a picture of a tensor of a batch. Allocates nothing.
   *
   * @throws MillpondError as {@link FrameToTensor.process}.
   */
  process(batch: TensorSlot, picture: FrameSlot, index = 0): void {
    this.opened(this.#raw).process(batch.raw, batch.index, index, picture.raw, picture.index);
  }
}
