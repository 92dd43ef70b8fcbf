// Composing in a page: millpond's compositor, with its patch shown on a canvas or not, beside the ways a canvas has.
import { composing } from "./composing.js";
import { background, HEIGHT, LEFT, over, PATCH, patches, TOP, WIDTH } from "./pictures.js";

const HERE = [LEFT, TOP, PATCH, PATCH];

/** A canvas that shows the background. */
async function shown(options) {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext("2d", options);
  const image = new ImageData(background(), WIDTH, HEIGHT);
  context.putImageData(image, 0, 0);
  const bitmap = await createImageBitmap(image);
  return {
    context,
    /** Takes the last patch away. */
    restore: () => context.drawImage(bitmap, ...HERE, ...HERE),
    pixels: () => context.getImageData(0, 0, WIDTH, HEIGHT).data,
    /** What was put is there when something is read. */
    finish: () => void context.getImageData(0, 0, 1, 1),
  };
}

/** The plain loop on what `getImageData` gives. */
async function loop(reads) {
  const { context, restore, pixels, finish } = await shown({ willReadFrequently: true });
  const turns = patches();
  const run = (n) => {
    restore();
    if (reads === "whole") {
      const image = context.getImageData(0, 0, WIDTH, HEIGHT);
      over(turns[n % 2], image.data, WIDTH, LEFT, TOP);
      context.putImageData(image, 0, 0);
    } else {
      const image = context.getImageData(...HERE);
      over(turns[n % 2], image.data, PATCH, 0, 0);
      context.putImageData(image, LEFT, TOP);
    }
  };
  return { run, finish, output: pixels };
}

/** The canvas's own composition, read back. */
async function drawn(reads, options) {
  const { context, restore, pixels } = await shown(options);
  const turns = patches().map((pixels) => new ImageData(pixels, PATCH, PATCH));
  const patch = new OffscreenCanvas(PATCH, PATCH);
  const patchContext = patch.getContext("2d", options);
  const run = (n) => {
    restore();
    patchContext.putImageData(turns[n % 2], 0, 0);
    context.drawImage(patch, LEFT, TOP);
    context.getImageData(...(reads === "whole" ? [0, 0, WIDTH, HEIGHT] : HERE));
  };
  return { run, output: pixels };
}

function millpond() {
  const { next, pixels } = composing();
  return { run: next, output: pixels };
}

/** The same, and the patch's rectangle put on a canvas, straight from the module's memory. */
async function millpondShown() {
  const { canvas, next } = composing();
  const { context, pixels, finish } = await shown({ willReadFrequently: true });
  const run = (n) => {
    next(n);
    const { buffer, byteOffset } = canvas.bytes;
    const image = new ImageData(new Uint8ClampedArray(buffer, byteOffset, WIDTH * HEIGHT * 4), WIDTH, HEIGHT);
    context.putImageData(image, 0, 0, ...HERE);
  };
  return { run, finish, output: pixels };
}

export const canvas = async () => ({
  millpond: millpond(),
  "millpond, shown": await millpondShown(),
  "loop, whole canvas": await loop("whole"),
  "loop, rectangle": await loop("rectangle"),
  "drawImage, whole canvas": await drawn("whole", {}),
  "drawImage, whole canvas, willReadFrequently": await drawn("whole", { willReadFrequently: true }),
  "drawImage, rectangle, willReadFrequently": await drawn("rectangle", { willReadFrequently: true }),
});
