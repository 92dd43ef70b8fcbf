// Memory of the package in Chromium: flat while a scene plays, and flat over scenes that come and go.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPackage } from "./package_page.mjs";

test("a 1080p scene plays 300 frames: memory does not grow, nothing is allocated", async () => {
  await withPackage(async (page) => {
    const { before, after } = await page.evaluate(async () => {
      const clip = await kit.makeClip(1920, 1080, 20);
      const player = new kit.Player(clip, 1, 12);
      const stats = () => player.scene.stats().memory;
      let before;
      for (let n = 0; n < 300; n++) {
        if (n === 25) before = stats();
        await player.render(n);
        player.scene.canvasRgba();
      }
      const after = stats();
      player.close();
      return { before, after };
    });
    assert.deepEqual(after, before);
  });
});

test("100 scenes are opened, played and closed: wasm memory and the JavaScript heap are flat", async () => {
  await withPackage(async (page, session) => {
    await page.evaluate(async () => {
      const sizes = [[1920, 1080], [640, 360], [320, 180], [1280, 720], [322, 182]];
      const clips = await Promise.all(sizes.map(([width, height]) => kit.makeClip(width, height, 4)));
      globalThis.come = async (count) => {
        for (let n = 0; n < count; n++) {
          const player = new kit.Player(clips[n % clips.length], 1 + (n % 3), 1);
          for (const frame of [0, 1, 2]) {
            await player.render(frame);
            player.scene.canvasRgba();
          }
          player.seek(0);
          await player.render(0);
          player.close();
        }
        return millpond.stats().memory;
      };
    });
    const heapAfterGarbage = async () => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    // One round of all sizes and numbers of layers is what any round needs.
    const first = await page.evaluate(() => globalThis.come(15));
    const heap = await heapAfterGarbage();
    const last = await page.evaluate(() => globalThis.come(100));
    const grown = (await heapAfterGarbage()) - heap;
    assert.equal(last.wasmBytes, first.wasmBytes);
    assert.equal(last.heapBytes, first.heapBytes);
    // Less than 3 kB a scene that was not collected; a scene that is held has more, its clip's pictures far more.
    assert.ok(grown < 300_000, `${grown} bytes`);
  });
});
