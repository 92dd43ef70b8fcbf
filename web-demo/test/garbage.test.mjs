// JavaScript garbage of steady playback, from the browser's own heap sampling: what the package allocates for a frame
// beyond the promise that `VideoFrame.copyTo` itself makes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPackage } from "./package_page.mjs";

const FRAMES = 400;

/**
 * Bytes a frame. What remains is one promise (`pushPicture` is asynchronous) and the short arrays in which the four calls
 * into wasm give result and error: about 220 bytes on V8 15.6, none of which outlives the frame.
 */
const BOUND = 300;

/** Allocated bytes per frame while `name` runs in the page, objects that were collected included, as a tree of calls. */
async function sampled(page, session, name) {
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.startSampling", {
    // Bytes between samples: with so few, 400 frames give some 20,000 samples, and their sum is right within a few percent.
    samplingInterval: 64,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await page.evaluate(([name, frames]) => globalThis[name](frames), [name, FRAMES]);
  const { profile } = await session.send("HeapProfiler.stopSampling");
  return profile.head;
}

/** Bytes in the calls that `isRoot` picks, and in all that they call. */
function bytesUnder(node, isRoot, isUnder = false) {
  const under = isUnder || isRoot(node.callFrame);
  return node.children.reduce((sum, child) => sum + bytesUnder(child, isRoot, under), under ? node.selfSize : 0);
}

test("a frame makes no garbage but a promise and the results of four calls", async () => {
  await withPackage(async (page, session) => {
    await page.evaluate(async () => {
      const { makeClip, Feed, Player } = kit;
      const clip = await makeClip(320, 180, 30);
      const canvas = document.querySelector("canvas");
      Object.assign(canvas, { width: clip.width, height: clip.height });
      const context = canvas.getContext("2d");

      // What a page does without us: decode, copy, draw.
      const feed = new Feed(clip);
      const [luma, chroma] = [clip.width * clip.height, (clip.width * clip.height) / 4];
      const bytes = new Uint8Array(luma + 2 * chroma);
      const layout = [0, luma, luma + chroma].map((offset, plane) => ({ offset, stride: clip.width >> (plane && 1) }));
      const options = { layout };
      const black = new ImageData(clip.width, clip.height);
      function bareCopy(frame) {
        return frame.copyTo(bytes, options);
      }
      globalThis.copied = async (count) => {
        for (let n = 0; n < count; n++) {
          const frame = await feed.next();
          await bareCopy(frame);
          frame.close();
          context.putImageData(black, 0, 0);
        }
      };

      // What it does with us: decode, copy, compose, draw.
      const player = new Player(clip, 1, 10_000);
      let [n, image] = [0, undefined];
      globalThis.composed = async (count) => {
        for (const end = n + count; n < end; n++) {
          await player.render(n);
          const pixels = player.scene.canvasRgba();
          if (image?.data.buffer !== pixels.buffer) image = new ImageData(pixels, clip.width, clip.height);
          context.putImageData(image, 0, 0);
        }
      };
      // Until everything is compiled: code is no garbage of a frame.
      await globalThis.copied(100);
      await globalThis.composed(200);
    });
    await page.evaluate(() => globalThis.composed(200));

    const bare = await sampled(page, session, "copied");
    const ours = await sampled(page, session, "composed");
    const copy = bytesUnder(bare, ({ functionName }) => functionName === "bareCopy") / FRAMES;
    const all = bytesUnder(ours, ({ url }) => url.endsWith("/millpond.js")) / FRAMES;
    assert.ok(copy > 20, `copyTo makes a promise at least, and ${copy.toFixed()} bytes were seen`);
    assert.ok(all - copy < BOUND, `${all.toFixed()} bytes a frame, ${copy.toFixed()} of them by copyTo`);
    console.log(`${(all - copy).toFixed()} bytes of garbage a frame beside the ${copy.toFixed()} of copyTo itself`);
  });
});
