// The jobs of node: composing beside a plain loop, sharp and jimp; mel bands beside meyda.
//   node node.mjs
import { Jimp } from "jimp";
import sharp from "sharp";
import { answering } from "./js/answering.js";
import { composing } from "./js/composing.js";
import { features } from "./js/features.js";
import { background, HEIGHT, LEFT, over, PATCH, patches, TOP, WIDTH } from "./js/pictures.js";
import { converse } from "./lines.mjs";

function canvas() {
  const composed = composing();
  const still = background();
  const turns = patches();

  const pixels = background();
  const whole = (n) => {
    pixels.set(still);
    over(turns[n % 2], pixels, WIDTH, LEFT, TOP);
  };
  const rectangle = (n) => {
    for (let y = 0; y < PATCH; y++) {
      const at = ((TOP + y) * WIDTH + LEFT) * 4;
      pixels.set(still.subarray(at, at + PATCH * 4), at);
    }
    over(turns[n % 2], pixels, WIDTH, LEFT, TOP);
  };

  sharp.concurrency(1);
  sharp.cache(false);
  let composite;
  const withSharp = async (n) => {
    const raw = (width, height) => ({ width, height, channels: 4 });
    const patch = { input: turns[n % 2], raw: raw(PATCH, PATCH), left: LEFT, top: TOP };
    composite = await sharp(still, { raw: raw(WIDTH, HEIGHT) }).composite([patch]).raw().toBuffer();
  };

  const jimp = (width, height, data) => new Jimp({ width, height, data: Buffer.from(data.buffer) });
  const base = jimp(WIDTH, HEIGHT, still);
  const drawn = turns.map((data) => jimp(PATCH, PATCH, data));
  let result;
  const withJimp = (n) => {
    result = base.clone().composite(drawn[n % 2], LEFT, TOP);
  };
  return {
    millpond: { run: composed.next, output: composed.pixels },
    "loop, whole picture": { run: whole, output: () => pixels },
    "loop, rectangle": { run: rectangle, output: () => pixels },
    sharp: { run: withSharp, output: () => composite },
    jimp: { run: withJimp, output: () => result.bitmap.data },
  };
}

const answer = answering({ canvas, features });
await converse((line) => (line[0] === "versions" ? { node: process.versions.node } : answer(line)));
