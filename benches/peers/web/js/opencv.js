// The same composition with OpenCV.js, which has no blending by an alpha channel: products, scaled by 1/255, of which each is
// rounded. `cv` is the page's global.
import { background, HEIGHT, LEFT, PATCH, patches, TOP, WIDTH } from "./pictures.js";

export async function opencv() {
  // The library is a thenable that some versions resolve with themselves: so it is asked, not awaited.
  while (globalThis.cv?.Mat === undefined) await new Promise((later) => setTimeout(later, 50));
  const { cv } = globalThis;
  const still = cv.matFromArray(HEIGHT, WIDTH, cv.CV_8UC4, background());
  const canvas = still.clone();
  const turns = patches();
  const here = new cv.Rect(LEFT, TOP, PATCH, PATCH);
  const [from, to] = [still.roi(here), canvas.roi(here)];
  const patch = new cv.Mat(PATCH, PATCH, cv.CV_8UC4);
  const [alpha, rest, opaque] = [0, 1, 2].map(() => new cv.Mat(PATCH, PATCH, cv.CV_8UC4));
  opaque.setTo(new cv.Scalar(255, 255, 255, 255));
  const [one, three] = [new cv.MatVector(), new cv.MatVector()];
  one.push_back(patch);
  three.push_back(alpha);
  // The patch's alpha in every channel; the canvas's own alpha stays 255.
  const spread = [3, 0, 3, 1, 3, 2, 3, 3];
  const run = (n) => {
    patch.data.set(turns[n % 2]);
    from.copyTo(to);
    cv.mixChannels(one, three, spread);
    cv.subtract(opaque, alpha, rest);
    cv.multiply(patch, alpha, patch, 1 / 255);
    cv.multiply(to, rest, to, 1 / 255);
    cv.add(patch, to, to);
  };
  // Alpha is no colour of the canvas.
  const output = () => canvas.data.map((value, at) => (at % 4 === 3 ? 255 : value));
  return { opencv: { run, output } };
}
