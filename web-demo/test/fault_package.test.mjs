// Faults around the package in Chromium: broken streams, storms of seeks, copies that outlive what they copy into.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPackage } from "./package_page.mjs";

/** Runs `work` in the page of the package. */
const inPage = (work) => withPackage((page) => page.evaluate(work));

test("a decoder that fails in mid-stream ends the picture that was asked for, and a new one goes on", async () => {
  const said = await inPage(async () => {
    kit.countFrames();
    const clip = await kit.makeClip(160, 90, 30);
    const player = new kit.Player(clip, 1, 10);
    await player.render(3);
    const hash = player.scene.canvasHash();
    // From here on the stream is noise.
    const noise = (seed) => Uint8Array.from({ length: 400 }, (_, n) => (n * n * 31 + seed * 97 + 255) & 255);
    const broken = clip.packets.map((packet, n) => (n < 10 ? packet : { ...packet, data: noise(n) }));
    for (const feed of player.feeds) feed.clip = { ...clip, packets: broken };
    const failed = await kit.codeOf(async () => {
      for (let n = 4; n < 30; n++) await player.render(n);
    });
    const kept = player.scene.canvasHash().length;
    // A decoder that has failed is closed; the scene is not.
    player.feeds[0].close();
    player.feeds[0] = new kit.Feed(clip);
    player.seek(3);
    await player.render(3);
    const again = player.scene.canvasHash();
    player.close();
    return { failed, kept, same: again === hash, open: kit.frames.made - kit.frames.closed };
  });
  assert.match(said.failed, /^EncodingError|^DataError/);
  assert.deepEqual([said.kept, said.same, said.open], [64, true, 0]);
});

test("1,000 random seeks: the last one counts, no frame stays open, memory is flat", async () => {
  const said = await inPage(async () => {
    kit.countFrames();
    const clip = await kit.makeClip(160, 90, 40);
    const player = new kit.Player(clip, 2, 1.6);
    const inOrder = [];
    for (let n = 0; n < 40; n++) {
      await player.render(n);
      inOrder.push(player.scene.canvasHash());
    }
    // One render at a time, as a page does; only the newest place that was asked for counts.
    let [wanted, working, renders, wrong] = [undefined, undefined, 0, 0];
    const work = async () => {
      while (wanted !== undefined) {
        const n = wanted;
        wanted = undefined;
        player.seek(n);
        await player.render(n);
        renders += 1;
        if (player.scene.canvasHash() !== inOrder[n]) wrong += 1;
      }
      working = undefined;
    };
    const seek = (n) => {
      wanted = n;
      working ??= work();
    };
    let state = 12345;
    const random = (below) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
    let last, before;
    for (let asked = 0; asked < 1000; asked++) {
      if (asked === 100) before = millpond.stats().memory;
      seek((last = random(40)));
      if (random(4) === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      if (random(8) === 0) await working;
    }
    await working;
    const after = millpond.stats().memory;
    const isLast = player.scene.canvasHash() === inOrder[last];
    const inUse = player.scene.stats().pools.map(({ inUse, capacity }) => inUse <= capacity);
    player.close();
    return { before, after, isLast, inUse, renders, wrong, distinct: new Set(inOrder).size, open: kit.frames.made - kit.frames.closed };
  });
  assert.ok(said.distinct > 30 && said.renders > 50, JSON.stringify(said));
  assert.deepEqual([said.wrong, said.isLast, said.open, said.inUse], [0, true, 0, [true, true]]);
  assert.deepEqual(said.after, said.before);
});

/** A browser that takes its time: `copyTo` writes only once the page says so. */
const slowCopies = () => {
  const { copyTo } = VideoFrame.prototype;
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  VideoFrame.prototype.copyTo = async function (destination, options) {
    const frame = this.clone();
    await gate;
    const layout = await copyTo.call(frame, destination, options);
    frame.close();
    return layout;
  };
  globalThis.openGate = open;
};

test("what a browser still copies into a closed scene, it does not write into another's memory", async () => {
  const said = await withPackage(async (page) => {
    await page.evaluate(slowCopies);
    return page.evaluate(async () => {
      const [width, height] = [160, 90];
      const planes = new Uint8Array(width * height * 1.5).fill(200);
      const frame = new VideoFrame(planes, { format: "I420", codedWidth: width, codedHeight: height, timestamp: 0 });
      const text = kit.sceneOf({ width, height }, 1, 1);
      const scene = new millpond.Scene(text);
      scene.openClip(0, { timeScale: 25 });
      const pushing = kit.codeOf(() => scene.pushPicture(0, 0, frame));
      const second = await kit.codeOf(() => scene.pushPicture(0, 1, frame));
      scene.close();
      const used = await kit.codeOf(() => scene.need(0));
      // As many pictures as fit where the scene was, and some more.
      const pool = new millpond.FramePool("i420", width, height, 24);
      const slots = Array.from({ length: 24 }, () => pool.acquire());
      for (const slot of slots) slot.bytes.fill(7);
      const heap = millpond.stats().memory.heapBytes;
      globalThis.openGate();
      const ended = await pushing;
      // Canvas, its RGBA, and the layer's pictures.
      const isFreed = millpond.stats().memory.heapBytes < heap - width * height * (1.5 + 4 + 1.5);
      frame.close();
      const untouched = slots.every((slot) => slot.bytes.every((byte) => byte === 7));
      for (const slot of slots) slot.release();
      pool.close();
      return { second, used, ended, untouched, isFreed };
    });
  });
  assert.deepEqual(said, { second: "E_NOT_READY", used: "E_CLOSED", ended: "E_CLOSED", untouched: true, isFreed: true });
});

test("a slot that is released during a copy is lent again only when the copy has ended", async () => {
  const said = await withPackage(async (page) => {
    await page.evaluate(slowCopies);
    return page.evaluate(async () => {
      const planes = new Uint8Array(64 * 64 * 1.5).fill(200);
      const frame = new VideoFrame(planes, { format: "I420", codedWidth: 64, codedHeight: 64, timestamp: 0 });
      const pool = new millpond.FramePool("i420", 64, 64, 1);
      const slot = pool.acquire();
      const copying = kit.codeOf(() => slot.copyFrom(frame));
      slot.release();
      const during = [await kit.codeOf(() => pool.acquire()), pool.stats().inUse, await kit.codeOf(() => slot.bytes)];
      globalThis.openGate();
      const ended = await copying;
      frame.close();
      const after = pool.stats().inUse;
      const other = pool.acquire();
      other.bytes.fill(7);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const untouched = other.bytes.every((byte) => byte === 7);
      other.release();
      pool.close();
      return { during, ended, after, untouched };
    });
  });
  assert.deepEqual(said, { during: ["E_POOL_EXHAUSTED", 1, "E_CLOSED"], ended: "E_CLOSED", after: 0, untouched: true });
});

test("memory that grows during a copy takes its place away: the copy is made again", async () => {
  const said = await withPackage(async (page) => {
    await page.evaluate(slowCopies);
    return page.evaluate(async () => {
      const [width, height] = [160, 90];
      const planes = Uint8Array.from({ length: width * height * 1.5 }, (_, n) => (n * 7) & 255);
      const frame = new VideoFrame(planes, { format: "I420", codedWidth: width, codedHeight: height, timestamp: 0 });
      const scene = new millpond.Scene(kit.sceneOf({ width, height }, 1, 1));
      scene.openClip(0, { timeScale: 25 });
      const pushing = kit.codeOf(() => scene.pushPicture(0, 0, frame));
      const before = millpond.stats().memory.wasmBytes;
      const pool = new millpond.FramePool("rgba", 4096, 4096, 1);
      const grew = millpond.stats().memory.wasmBytes > before;
      globalThis.openGate();
      const ended = await pushing;
      const left = await kit.codeOf(() => {
        scene.endClip(0, 1);
        if (scene.need(0).kind === "nothing") scene.compose(0);
      });
      const hash = scene.canvasHash();
      const sum = await crypto.subtle.digest("SHA-256", planes);
      const expected = [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      scene.close();
      pool.close();
      frame.close();
      return { grew, ended, left, equal: hash === expected };
    });
  });
  assert.deepEqual(said, { grew: true, ended: "no error", left: "no error", equal: true });
});
