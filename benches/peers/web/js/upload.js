// A decoded 1080p picture on its way into memory: into a slot of a pool, and the ways that a page has otherwise.
import { Converter, FramePool } from "millpond";
import { clip, pictures } from "./decoding.js";

export async function upload(url) {
  const frames = pictures(await clip(url));
  const { value: frame } = await frames.next();
  const { width, height } = frame.visibleRect;
  const slot = new FramePool("i420", width, height, 1).acquire();
  const shown = new FramePool("rgba", width, height, 1).acquire();
  const converter = new Converter({ format: "i420" }, { format: "rgba" });
  const bare = new Uint8Array(frame.allocationSize());

  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  let read;
  const viaCanvas = (picture) => {
    context.drawImage(picture, 0, 0);
    read = context.getImageData(0, 0, width, height).data;
  };
  const viaBitmap = async () => {
    const bitmap = await createImageBitmap(frame);
    viaCanvas(bitmap);
    bitmap.close();
  };
  /** The slot without the padding of its rows, as the browser's own layout is. */
  const packed = async () => {
    const row = (at, length) => slot.bytes.subarray(at, at + length);
    const rows = slot.layout.planes.flatMap(({ offset, stride, rowBytes, rows }) =>
      Array.from({ length: rows }, (_, y) => row(offset + y * stride, rowBytes)));
    return new Uint8Array(await new Blob(rows).arrayBuffer());
  };
  return {
    copyFrom: { run: () => slot.copyFrom(frame), output: packed },
    copyTo: { run: () => frame.copyTo(bare), output: () => bare },
    "copyFrom, converted": {
      run: async () => {
        await slot.copyFrom(frame);
        converter.convert(slot, shown);
      },
      output: () => shown.bytes.slice(0, width * height * 4),
    },
    "drawImage, getImageData": { run: () => viaCanvas(frame), output: () => read },
    "createImageBitmap, drawImage, getImageData": { run: viaBitmap, output: () => read },
  };
}
