// A whole clip onto a canvas: decoded, composed with a patch and shown, beside a page that only decodes and draws.
import { Scene } from "millpond";
import { clip, pictures } from "./decoding.js";
import { LEFT, PATCH, patches, TOP } from "./pictures.js";

export async function pipeline(url) {
  const source = await clip(url);
  const { codedWidth: width, codedHeight: height, codec, description } = source.config;
  const [pixels] = patches();
  const patch = { format: "rgba", width: PATCH, height: PATCH, planes: [new Uint8Array(pixels.buffer)] };
  const json = JSON.stringify({
    version: 1,
    canvas: { width, height, frame_rate: "25/1" },
    assets: { clip: { src: "clip.mp4" }, patch: { input: { width: PATCH, height: PATCH, format: "rgba" } } },
    layers: [{ asset: "clip" }, { asset: "patch", rect: [LEFT, TOP, PATCH, PATCH] }],
    duration: source.chunks.length / 25,
  });
  // Elements of the page, as large as the clip.
  const contexts = [0, 1].map(() => {
    const canvas = document.body.appendChild(Object.assign(document.createElement("canvas"), { width, height }));
    return canvas.getContext("2d");
  });

  /** One pixel read: the browser puts drawing off until somebody looks. */
  const draw = (context, frame) => {
    context.drawImage(frame, 0, 0, width, height);
    context.getImageData(0, 0, 1, 1);
  };

  const composed = async () => {
    const scene = new Scene(json);
    const frames = pictures(source);
    let tick = 0;
    for (let n = 0; n < source.chunks.length; n++) {
      for (let need = scene.need(n); need.kind !== "nothing"; need = scene.need(n)) {
        if (need.kind === "open") scene.openClip(need.layer, { timeScale: 25, codec, description });
        if (need.kind === "input" && n === 0) await scene.pushInput(need.asset, patch);
        if (need.kind !== "picture") continue;
        const { value: frame } = await frames.next();
        if (frame === undefined) {
          scene.endClip(need.layer, tick);
          continue;
        }
        await scene.pushPicture(need.layer, tick++, frame);
        frame.close();
      }
      scene.compose(n);
      const shown = scene.canvasFrame(n);
      draw(contexts[0], shown);
      shown.close();
    }
    await frames.return();
    scene.close();
  };

  const drawn = async () => {
    for await (const frame of pictures(source)) {
      draw(contexts[1], frame);
      frame.close();
    }
  };

  // Beside the patch both show the same.
  const above = (context) => () => context.getImageData(0, 0, width, TOP).data;
  const units = source.chunks.length;
  return {
    composed: { run: composed, units, output: above(contexts[0]) },
    drawn: { run: drawn, units, output: above(contexts[1]) },
  };
}
