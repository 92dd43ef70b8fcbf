/**
 * The composed canvas for an encoder of 4:2:0 pictures, which wants even sizes: where the canvas is odd its last column
 * or row is repeated, as `millpond render` does.
 */

import type { Scene } from "millpond";

/** The canvas as a `VideoFrame` of even size; the caller closes it. */
export function evenFrame(scene: Scene, n: number): VideoFrame {
  const frame = scene.canvasFrame(n);
  const { format, width, height, planes } = scene.canvasLayout;
  if (width % 2 === 0 && height % 2 === 0) return frame;
  const { timestamp, duration, colorSpace } = frame;
  const name = frame.format!;
  frame.close();
  const [codedWidth, codedHeight] = [width + (width % 2), height + (height % 2)];
  const canvas = scene.canvasView();
  // Chroma is there for the odd column and row already.
  const sizes = planes.map((_, plane) => {
    const isChroma = format === "i420" && plane > 0;
    const pixel = format === "rgba" ? 4 : 1;
    return isChroma
      ? { rows: codedHeight / 2, bytes: codedWidth / 2, pixel, from: { rows: codedHeight / 2, bytes: codedWidth / 2 } }
      : { rows: codedHeight, bytes: codedWidth * pixel, pixel, from: { rows: height, bytes: width * pixel } };
  });
  const data = new Uint8Array(sizes.reduce((sum, { rows, bytes }) => sum + rows * bytes, 0));
  let at = 0;
  planes.forEach(({ offset, stride }, plane) => {
    const { rows, bytes, pixel, from } = sizes[plane]!;
    for (let y = 0; y < rows; y++, at += bytes) {
      const row = offset + Math.min(y, from.rows - 1) * stride;
      data.set(canvas.subarray(row, row + from.bytes), at);
      if (from.bytes < bytes) data.copyWithin(at + from.bytes, at + from.bytes - pixel, at + from.bytes);
    }
  });
  const init: VideoFrameBufferInit = { format: name, codedWidth, codedHeight, timestamp, colorSpace: colorSpace.toJSON() };
  if (duration !== null) init.duration = duration;
  return new VideoFrame(data, init);
}
