/**
 * Copying a WebCodecs `VideoFrame` into wasm memory, in the decoder's own format: `copyTo` to RGBA is not exact.
 */

import { MillpondError } from "./errors.js";
import type { FrameLayout, PixelFormat } from "./layout.js";
import { buffer, bytes } from "./module.js";

const FORMATS: Readonly<Record<string, PixelFormat>> = {
  I420: "i420",
  I422: "i422",
  I444: "i444",
  I420A: "i420a",
  NV12: "nv12",
  I420P10: "i420p10",
  I422P10: "i422p10",
  I444P10: "i444p10",
  RGBA: "rgba",
  RGBX: "rgba",
  BGRA: "bgra",
  BGRX: "bgra",
};

/** What WebCodecs calls a format, where it knows one. */
const NAMES = new Map(
  Object.entries(FORMATS)
    .filter(([name]) => !name.endsWith("X"))
    .map(([name, format]) => [format, name as VideoPixelFormat]),
);

/** When a picture is shown, and what WebCodecs is told of it besides. Times are in microseconds. */
export interface VideoFrameTiming {
  /** When it is shown. */
  timestamp: number;
  /** For how long. */
  duration?: number;
  /** Colour tags; without them the browser takes what it takes for the format. */
  colorSpace?: VideoColorSpaceInit;
}

/** Format and visible size of a `VideoFrame`. */
export interface FrameKind {
  /** Order and kind of the samples. */
  format: PixelFormat;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
}

/**
 * @internal The format and size that a picture in wasm memory needs for holding what `frame` shows.
 *
 * @throws MillpondError `E_UNSUPPORTED_FORMAT` for pixels that cannot be read (a GPU's own format) or have more than ten
 *   bits.
 */
export function kindOf(frame: VideoFrame): FrameKind {
  const format = formatOf(frame);
  const { width, height } = frame.visibleRect!;
  return { format, width, height };
}

/** @internal The format alone; throws like {@link kindOf}, also for a frame that was closed. */
export function formatOf(frame: VideoFrame): PixelFormat {
  const format = frame.format === null ? undefined : FORMATS[frame.format];
  if (format === undefined) {
    const format = String(frame.format);
    throw new MillpondError("E_UNSUPPORTED_FORMAT", `video frames of format ${format} cannot be read`, { format });
  }
  return format;
}

/**
 * @internal A `VideoFrame` of a picture at `address`, for a `VideoEncoder` or a canvas. The browser copies the pixels.
 *
 * @throws MillpondError `E_UNSUPPORTED_FORMAT` for a format that this browser's WebCodecs does not have.
 */
export function newVideoFrame(layout: FrameLayout, address: number, timing: VideoFrameTiming): VideoFrame {
  const { format, width, height, planes } = layout;
  const unsupported = () =>
    new MillpondError("E_UNSUPPORTED_FORMAT", `WebCodecs has no video frames of format ${format} here`, { format });
  const name = NAMES.get(format);
  if (name === undefined) throw unsupported();
  const init: VideoFrameBufferInit = {
    format: name,
    codedWidth: width,
    codedHeight: height,
    layout: planes.map(({ offset, stride }) => ({ offset, stride })),
    ...timing,
  };
  try {
    return new VideoFrame(bytes(address, layout.size), init);
  } catch (error) {
    // A format that TypeScript knows and the browser does not is no value of its enumeration.
    if (error instanceof TypeError && error.message.includes(name)) throw unsupported();
    throw error;
  }
}

/** @internal Copies what `frame` shows to a picture of its {@link kindOf kind} at `address`. */
export async function copyVideoFrame(frame: VideoFrame, layout: FrameLayout, address: number): Promise<void> {
  const options = { layout: layout.planes.map(({ offset, stride }) => ({ offset, stride })) };
  for (;;) {
    const before = buffer();
    try {
      await frame.copyTo(bytes(address, layout.size), options);
      if (buffer() === before) break;
    } catch (error) {
      if (buffer() === before) throw error;
    }
    // Memory grew meanwhile and took the copy's destination away.
  }
  if (frame.format === "RGBX" || frame.format === "BGRX") {
    makeOpaque(bytes(address, layout.size));
  }
}

/** @internal Sets the alpha of four-byte pixels: a format without it leaves that byte undefined. */
export function makeOpaque(pixels: Uint8Array): void {
  for (let alpha = 3; alpha < pixels.length; alpha += 4) pixels[alpha] = 255;
}
