// Renders a scene in a real browser with the page's own code and prints the hash of every frame.
//
//   node conformance.mjs --site DIR --scene PATH/scene.json [--frames N] [--input NAME=FILE] [--flip-byte FRAME] --json
//
// A line per frame, {"frame":n,"hash":"…"}, and a last one with what was decoded, shown, asked for and allocated.
import { parseArgs } from "node:util";
import { withPage } from "./browser.mjs";
import { pageOf } from "../scene_url.mjs";
import { serve } from "../server.mjs";

const { values: options } = parseArgs({
  options: {
    site: { type: "string" },
    scene: { type: "string" },
    frames: { type: "string" },
    input: { type: "string", multiple: true, default: [] },
    "flip-byte": { type: "string" },
    json: { type: "boolean" },
  },
});

/** Runs in the page before its code: counts the decoder's pictures, and spoils one copy if told to. */
function watch(flip) {
  globalThis.decodedPictures = 0;
  const Decoder = globalThis.VideoDecoder;
  globalThis.VideoDecoder = class extends Decoder {
    constructor(init) {
      const output = (frame) => {
        globalThis.decodedPictures += 1;
        init.output(frame);
      };
      super({ ...init, output });
    }
  };
  let copies = 0;
  const { copyTo } = VideoFrame.prototype;
  VideoFrame.prototype.copyTo = async function (destination, options) {
    const layout = await copyTo.call(this, destination, options);
    if (copies === flip) destination[layout[0].offset] ^= 1;
    copies += 1;
    return layout;
  };
}

const { mounts, query } = pageOf(options.site, options.scene, options.input);
const server = await serve(mounts);
const flip = options["flip-byte"] === undefined ? -1 : Number(options["flip-byte"]);
try {
  await withPage(`${server.origin}/check.html?${query}`, { script: watch, argument: flip }, async (page, requests) => {
    // The page's script waits for its module at its top level, which `load` does not wait for.
    await page.waitForFunction(() => globalThis.millpondDemo !== undefined);
    const count = await page.evaluate(async () => (await globalThis.millpondDemo).player.frameCount);
    const frames = Math.min(count, options.frames === undefined ? count : Number(options.frames));
    const BATCH = 25;
    let steady = 0;
    for (let from = 0; from < frames; from += BATCH) {
      const to = Math.min(from + BATCH, frames);
      const batch = await page.evaluate(renderBatch, { from, to });
      batch.hashes.forEach((hash, index) => print({ frame: from + index, hash }));
      // As in the native reports: the first 25 frames are warm-up.
      if (from >= BATCH) steady += batch.steady;
    }
    const { pictures, shown } = await page.evaluate(async () => {
      const { player } = await globalThis.millpondDemo;
      return { pictures: globalThis.decodedPictures, shown: player.scene.stats().pictures };
    });
    print({ done: true, frames, pictures, shown, requests: [...requests].sort(), steady_allocations: steady });
  });
} catch (error) {
  console.error(String(error?.message ?? error).split("\n")[0]);
  process.exitCode = 2;
} finally {
  await server.close();
}

/** Runs in the page. */
async function renderBatch({ from, to }) {
  const { player } = await globalThis.millpondDemo;
  const allocations = () => player.scene.stats().memory.steadyAllocations;
  const before = allocations();
  const hashes = [];
  for (let n = from; n < to; n++) {
    await player.render(n);
    hashes.push(player.scene.canvasHash());
  }
  return { hashes, steady: allocations() - before };
}

function print(line) {
  if (options.json) console.log(JSON.stringify(line));
  else if (line.done) console.log(`${line.frames} frames, ${line.pictures} pictures decoded`);
  else console.log(`${line.frame}\t${line.hash}`);
}
