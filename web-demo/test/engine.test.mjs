// The demo's worker: its requests, one by one and under pressure.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Media, withEngine } from "./engine_page/with_engine.mjs";

const media = new Media();
const LOAD = { url: "/scene/plain.json", inputs: [] };
let json;
/** What ffmpeg makes of the clip: hash by frame. */
let hashes;

before(() => {
  media.clip("clip.mp4");
  json = media.scene("plain.json", { assets: { clip: { src: "clip.mp4" } }, layers: [{ asset: "clip" }] });
  const text = media.ffmpeg("-i", "clip.mp4", "-an", "-f", "framehash", "-hash", "sha256", "-");
  hashes = text.split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(",").at(-1).trim());
});
after(() => media.remove());

test("a scene is loaded, sought, played without an allocation, and closed without a trace", () =>
  withEngine(media, async (page, { ask, probe, events }) => {
    const { json: text, summary } = await ask("load", LOAD);
    assert.equal(text, json);
    assert.deepEqual(summary, {
      width: 320,
      height: 180,
      format: "i420",
      frameRate: 25,
      frameCount: 100,
      duration: 4,
      layers: [{ asset: "clip", start: 0, end: 4 }],
      sounds: [],
      sizes: { clip: { width: 320, height: 180 } },
      missingInputs: [],
    });
    assert.equal((await ask("stats")).hash, hashes[0]);
    for (const frame of [57, 3, 58, 99]) {
      assert.equal(await ask("seek", { frame }), true);
      assert.equal((await ask("stats")).hash, hashes[frame]);
    }
    const before = await ask("stats");
    // From the last frame it begins anew.
    const ended = page.evaluate(() => engine.until(({ event, data }) => event === "playing" && !data.playing));
    await ask("play");
    await ended;
    const shown = (await events("shown")).slice(5).map(({ frame }) => frame);
    assert.deepEqual(shown, [...new Set(shown)].sort((a, b) => a - b), "each once, in order");
    assert.deepEqual([shown[0], shown.at(-1)], [0, 99]);
    const played = await ask("stats");
    assert.equal(played.hash, hashes[99]);
    assert.equal(played.steadyAllocations, 0);
    assert.equal(played.wasmBytes, before.wasmBytes);
    assert.deepEqual(await events("problem"), []);
    const { handles, frames, decoders, hash } = await ask("close");
    assert.deepEqual({ handles, frames, decoders, hash }, { handles: 0, frames: 0, decoders: 0, hash: undefined });
    const { decoders: alive, frames: held } = await probe("counts");
    assert.deepEqual([alive, held], [0, 0]);
  }));
