// millpond: a scene of two pushed pictures, of which only the patch changes. Runs in page and node.
import { Scene } from "millpond";
import { background, HEIGHT, LEFT, PATCH, patches, TOP, WIDTH } from "./pictures.js";

const SCENE = JSON.stringify({
  version: 1,
  canvas: { width: WIDTH, height: HEIGHT, frame_rate: "25/1", format: "rgba" },
  assets: {
    background: { input: { width: WIDTH, height: HEIGHT, format: "rgba" } },
    patch: { input: { width: PATCH, height: PATCH, format: "rgba" } },
  },
  layers: [{ asset: "background" }, { asset: "patch", rect: [LEFT, TOP, PATCH, PATCH] }],
  duration: 1e6,
});

/** A scene, the function that pushes patch `n` and composes, and one that copies the canvas. */
export async function composing() {
  const scene = new Scene(SCENE);
  const named = (name) => scene.info.assets.findIndex((asset) => asset.name === name);
  const [still, moving] = [named("background"), named("patch")];
  const rgba = (width, height, pixels) => ({ format: "rgba", width, height, planes: [new Uint8Array(pixels.buffer)] });
  const pictures = patches().map((pixels) => rgba(PATCH, PATCH, pixels));
  await scene.pushInput(still, rgba(WIDTH, HEIGHT, background()));
  let frame = 0;
  const next = async (n) => {
    for (let need = scene.need(frame); need.kind !== "nothing"; need = scene.need(frame)) {
      if (need.kind === "input" && need.asset === moving) await scene.pushInput(moving, pictures[n % pictures.length]);
    }
    scene.compose(frame++);
  };
  // Without what pads the last row.
  return { scene, next, pixels: () => scene.canvasView().slice(0, WIDTH * HEIGHT * 4) };
}
