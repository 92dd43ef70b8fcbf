// The pictures that are composed: a still 1080p background and patches with soft edges, RGBA, straight alpha.

export const WIDTH = 1920;
export const HEIGHT = 1080;
/** Width and height of a patch, and where it lies. */
export const PATCH = 320;
export const [LEFT, TOP] = [800, 560];

/** A picture that is the same everywhere: a ramp, disturbed by a multiplicative generator. */
function pixels(width, height, seed, alpha) {
  const bytes = new Uint8ClampedArray(width * height * 4);
  let state = seed;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      bytes[at] = ((x * 255) / width + (state >>> 28)) & 255;
      bytes[at + 1] = ((y * 255) / height + ((state >>> 24) & 15)) & 255;
      bytes[at + 2] = (x + y + seed) & 255;
      bytes[at + 3] = alpha(x, y);
    }
  }
  return bytes;
}

export const background = () => pixels(WIDTH, HEIGHT, 1, () => 255);

/** Round patches that take turns, so that every frame has another one. */
export const patches = () =>
  [2, 3].map((seed) => pixels(PATCH, PATCH, seed, (x, y) => 4 * (PATCH / 2 - Math.hypot(x - PATCH / 2, y - PATCH / 2))));

/** What one writes without a library: source over an opaque canvas, straight alpha. The array rounds and clamps. */
export function over(patch, canvas, canvasWidth, left, top) {
  for (let y = 0, from = 0; y < PATCH; y++) {
    let to = ((top + y) * canvasWidth + left) * 4;
    for (let x = 0; x < PATCH; x++, from += 4, to += 4) {
      const alpha = patch[from + 3];
      const rest = 255 - alpha;
      canvas[to] = (patch[from] * alpha + canvas[to] * rest) / 255;
      canvas[to + 1] = (patch[from + 1] * alpha + canvas[to + 1] * rest) / 255;
      canvas[to + 2] = (patch[from + 2] * alpha + canvas[to + 2] * rest) / 255;
    }
  }
}
