import type { PixelFormat } from "./layout.js";

/** A pixel format and, for Y'CbCr, what its numbers mean. */
export interface ColorFormat {
  /** Order and kind of the samples. */
  format: PixelFormat;
  /** Matrix of a Y'CbCr format; `bt709` if absent. */
  matrix?: "bt601" | "bt709" | "bt2020";
  /** Range of a Y'CbCr format; `limited` if absent. */
  range?: "limited" | "full";
}

/**
 * How samples are weighted when a picture is resampled. `bilinear-antialiased`, the default, is what scenes use: a
 * triangle as wide as the scale when it makes smaller. `bilinear` is the plain one, between the two nearest samples.
 */
export type Filter = "bilinear-antialiased" | "bilinear" | "nearest" | "box" | "catmull-rom" | "lanczos3";

/** A rectangle in source pixels, fractions allowed: x, y, width, height. Numbers are the decimals they are written as. */
export type Crop = readonly [number | string, number | string, number | string, number | string];

/** @internal Matrix and range as the module takes them. */
export function rawColor({ matrix, range }: { matrix?: string; range?: string }): [string, string] {
  return [matrix ?? "bt709", range ?? "limited"];
}

/** @internal A crop as the module takes it. */
export function rawCrop(crop: Crop | undefined): string {
  return crop === undefined ? "" : crop.join(" ");
}
