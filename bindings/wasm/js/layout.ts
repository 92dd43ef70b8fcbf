/**
 * Pixel formats by the names that scene files use. Chroma planes of odd pictures round up; `p10` is ten bits in the low
 * bits of little-endian 16-bit words, `p010` in the high ones; alpha is straight.
 */
export type PixelFormat =
  | "i420"
  | "yv12"
  | "i422"
  | "i444"
  | "i420a"
  | "nv12"
  | "i420p10"
  | "i422p10"
  | "i444p10"
  | "p010"
  | "gray8"
  | "rgb24"
  | "bgr24"
  | "rgba"
  | "bgra";

/** @internal Every pixel format, in the order of millpond-core's list. */
export const FORMATS: readonly PixelFormat[] = [
  "i420",
  "yv12",
  "i422",
  "i444",
  "i420a",
  "nv12",
  "i420p10",
  "i422p10",
  "i444p10",
  "p010",
  "gray8",
  "rgb24",
  "bgr24",
  "rgba",
  "bgra",
];

/** Where one plane lies within its picture. */
export interface PlaneLayout {
  /** Bytes from the start of the picture to the plane's first sample. */
  readonly offset: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Bytes of samples in a row, without padding. */
  readonly rowBytes: number;
  /** Number of rows. */
  readonly rows: number;
}

/** Size, format and planes of a picture in wasm memory. */
export interface FrameLayout {
  /** Order and kind of the samples. */
  readonly format: PixelFormat;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Bytes of the whole picture, padding included. */
  readonly size: number;
  /** Its planes: Y, Cb, Cr and alpha, or one. */
  readonly planes: readonly PlaneLayout[];
}

/** @internal Reads a layout out of the module, figure by figure. */
export function readLayout(
  format: PixelFormat,
  width: number,
  height: number,
  figure: (plane: number, figure: number) => number,
): FrameLayout {
  const planes: PlaneLayout[] = [];
  for (let plane = 0; plane < 4 && figure(plane, 3) > 0; plane++) {
    planes.push({
      offset: figure(plane, 0),
      stride: figure(plane, 1),
      rowBytes: figure(plane, 2),
      rows: figure(plane, 3),
    });
  }
  return { format, width, height, size: figure(0, 4), planes };
}
