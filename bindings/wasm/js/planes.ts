import { tooSmall } from "./errors.js";
import type { FrameLayout, PixelFormat } from "./layout.js";
import { bytes } from "./module.js";

/** A picture in JavaScript memory. */
export interface Planes {
  /** Order and kind of the samples. */
  format: PixelFormat;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
  /** Samples of each plane, rows without padding. */
  planes: readonly Uint8Array[];
}

/** @internal Copies a picture row by row to `address`, where `layout` is of its format and size. */
export function copyPlanes(planes: readonly Uint8Array[], layout: FrameLayout, address: number): void {
  layout.planes.forEach(({ rowBytes, rows }, index) => {
    const needed = rowBytes * rows;
    const got = planes[index]?.length ?? 0;
    if (got < needed) {
      throw tooSmall(`plane ${index} is`, needed, got);
    }
  });
  const picture = bytes(address, layout.size);
  layout.planes.forEach(({ offset, stride, rowBytes, rows }, index) => {
    const plane = planes[index]!;
    for (let y = 0; y < rows; y++) {
      picture.set(plane.subarray(y * rowBytes, (y + 1) * rowBytes), offset + y * stride);
    }
  });
}
