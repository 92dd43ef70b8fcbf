// What goes wrong while the demo's worker plays: it says so, goes on where it can, and leaves nothing behind.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Media, withEngine } from "./engine_page/with_engine.mjs";

const media = new Media();
const LOAD = { url: "/scene/plain.json", inputs: [] };
let json;

before(() => {
  media.clip("clip.mp4");
  json = media.scene("plain.json", { assets: { clip: { src: "clip.mp4" } }, layers: [{ asset: "clip" }], audio: [{ asset: "clip" }] });
});
after(() => media.remove());

const stopped = (page) => page.evaluate(() => engine.until(({ event, data }) => event === "playing" && !data.playing, engine.mark));
/** Later waits look at what comes from now on. */
const mark = (page) => page.evaluate(() => void (engine.mark = engine.events.length));

test("a damaged packet in the middle stops playing with a message; a seek recovers", () =>
  withEngine(media, async (page, { ask, problem, probe, events }) => {
    await ask("load", LOAD);
    const first = (await ask("stats")).hash;
    await probe("breakPacket", { after: 30 });
    await mark(page);
    await ask("play");
    await stopped(page);
    const [said] = await events("problem");
    assert.equal(said.code, "EncodingError");
    assert.match(said.message, /^asset clip: /);
    const { fps, hash } = await ask("stats");
    assert.equal(fps, undefined);
    assert.match(hash, /^[0-9a-f]{64}$/, "the last picture stays");
    // The packet is whole when it is read again.
    assert.equal(await ask("seek", { frame: 90 }), true);
    assert.equal(await ask("seek", { frame: 0 }), true);
    assert.equal((await ask("stats")).hash, first);
    // A seek into damage says so, and the next one recovers.
    await probe("breakPacket", { after: 2 });
    assert.equal((await problem("seek", { frame: 60 })).code, "EncodingError");
    assert.equal(await ask("seek", { frame: 0 }), true);
    assert.equal((await ask("stats")).hash, first);
    const { handles, frames, decoders } = await ask("close");
    assert.deepEqual([handles, frames, decoders], [0, 0, 0]);
    assert.deepEqual((({ decoders, frames }) => [decoders, frames])(await probe("counts")), [0, 0]);
  }));

test("a clip whose first packet is damaged is not opened, and nothing of it stays open", () =>
  withEngine(media, async (page, { ask, problem, probe }) => {
    // VP9: the first picture itself tells what the scene must know of the clip.
    media.ffmpeg("-i", "clip.mp4", "-t", "1", "-an", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "first.webm");
    media.scene("first.json", { assets: { a: { src: "first.webm" } }, layers: [{ asset: "a" }] });
    await probe("breakPacket", { after: 1 });
    const { code, message } = await problem("load", { url: "/scene/first.json", inputs: [] });
    // Chromium looks into the headers of VP9's key frames before it decodes.
    assert.match(code, /^(Encoding|Data)Error$/);
    assert.match(message, /^asset a: /);
    const { handles, frames, decoders } = await ask("stats");
    assert.deepEqual([handles, frames, decoders, (await probe("counts")).decoders], [0, 0, 0, 0]);
    await ask("load", { url: "/scene/first.json", inputs: [] });
    assert.equal((await ask("stats")).decoders, 1);
  }));

test("a clip that is cut off ends where it does, with a warning", () =>
  withEngine(media, async (page, { ask, events }) => {
    media.ffmpeg("-i", "clip.mp4", "-c", "copy", "-movflags", "+faststart", "fast.mp4");
    const whole = media.read("fast.mp4");
    for (const [name, length] of [["fast.mp4", 1], ["cut.mp4", 0.6]]) {
      media.write(name, whole.subarray(0, whole.length * length));
      media.scene("cut.json", { assets: { a: { src: name } }, layers: [{ asset: "a" }] });
      await ask("load", { url: "/scene/cut.json", inputs: [] });
      for (const frame of [20, 99]) await ask("seek", { frame });
      const warnings = (await events("warning")).map(({ code, message }) => `${code} ${message}`);
      assert.equal(warnings.length, length === 1 ? 0 : 1);
      if (length < 1) assert.match(warnings[0], /^W_DAMAGED asset a: the file was cut off/);
    }
    const { handles, decoders } = await ask("close");
    assert.deepEqual([handles, decoders], [0, 0]);
  }));

for (const [missing, code, message] of [
  ["VideoDecoder", "E_NO_WEBCODECS", /no WebCodecs \(VideoDecoder\)/],
  ["WebAssembly", "ReferenceError", /WebAssembly/],
]) {
  test(`a browser without ${missing} is told so`, () =>
    withEngine(
      media,
      async (page) => {
        const wrong = await page.evaluate(() => ({ code: engine.started.code, message: engine.started.message }));
        assert.equal(wrong.code, code, wrong.message);
        assert.match(wrong.message, message);
      },
      `?without=${missing}`,
    ));
}

test("a canvas that was lost is drawn again", () =>
  withEngine(media, async (page, { ask, probe }) => {
    await ask("load", LOAD);
    await ask("seek", { frame: 10 });
    const { lost, restored } = await probe("loseCanvas");
    assert.equal(lost, 0);
    assert.ok(restored > 0.5 * 320 * 180, `${restored} pixels`);
  }));

test("a hidden page goes on in time and piles nothing up", () =>
  withEngine(media, async (page, { ask, probe, events }) => {
    await ask("load", LOAD);
    const { frameCount } = await ask("scene", { json: json.replace("{", '{"duration":2,'), frame: 0 });
    await probe("hide", { hidden: true });
    await mark(page);
    await ask("play");
    await stopped(page);
    const shown = (await events("shown")).slice(1).map(({ frame }) => frame);
    assert.equal(shown.at(-1), frameCount - 1);
    // Two seconds, at most four pictures in each.
    assert.ok(shown.length >= 2 && shown.length <= 11, `${shown.length} frames were shown`);
    const { decoders, frames, steadyAllocations } = await ask("stats");
    assert.ok(decoders === 1 && frames <= 8 && steadyAllocations === 0, JSON.stringify({ decoders, frames, steadyAllocations }));
    await probe("hide", { hidden: false });
    await mark(page);
    await ask("play");
    await stopped(page);
    assert.ok((await events("shown")).length > 2 * shown.length, "visible again it shows more");
  }));

test("a canvas that does not fit into memory is refused, and the page stays usable", () =>
  withEngine(media, async (page, { ask, problem, probe }) => {
    await ask("load", LOAD);
    const { hash, wasmBytes } = await ask("stats");
    // Two such pictures are all but a megabyte of what WebAssembly can address.
    const canvas = { width: 23168, height: 23168, format: "rgba", frame_rate: "25/1" };
    const huge = JSON.stringify({ version: 1, canvas, assets: {}, layers: [], duration: 1 });
    const { code, message } = await problem("scene", { json: huge, frame: 0 });
    assert.equal(code, "E_OUT_OF_MEMORY", message);
    const after = await ask("stats");
    assert.deepEqual([after.hash, after.wasmBytes, after.handles], [hash, wasmBytes, 1]);
    assert.equal(await ask("seek", { frame: 20 }), true);
    assert.equal((await ask("close")).handles, 0);
    assert.equal((await probe("counts")).decoders, 0);
  }));

test("whatever is under way, closing leaves nothing, twice is harmless, and one can begin anew", () =>
  withEngine(media, async (page, { ask, problem, probe }) => {
    assert.equal((await problem("seek", { frame: 1 })).code, "E_NOTHING_OPEN");
    assert.equal((await problem("play")).code, "E_NOTHING_OPEN");
    for (let round = 0; round < 3; round++) {
      await ask("load", LOAD);
      // Playing, a storm of seeks, edits and an export at once.
      const closed = await page.evaluate(async (json) => {
        const settled = [engine.ask("play"), engine.problem("export", {})];
        for (let frame = 0; frame < 100; frame += 9) settled.push(engine.problem("seek", { frame }));
        settled.push(engine.problem("scene", { json: json.replace("{", '{"duration":2,'), frame: 3 }), engine.problem("play"));
        const closed = await engine.ask("close");
        await Promise.all(settled);
        return closed;
      }, json);
      assert.deepEqual([closed.handles, closed.frames, closed.decoders, closed.pools], [0, 0, 0, []]);
    }
    assert.equal((await ask("close")).handles, 0);
    assert.deepEqual((({ decoders, frames }) => [decoders, frames])(await probe("counts")), [0, 0]);
  }));

test("closing does not wait for a server that does not answer", async () => {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  await new Promise((listening) => silent.once("listening", listening));
  const url = `http://127.0.0.1:${silent.address().port}/`;
  try {
    await withEngine(media, async (page, { ask }) => {
      await ask("load", LOAD);
      const { closed, problem } = await page.evaluate(async (url) => {
        const loading = engine.problem("load", { url: `${url}scene.json`, inputs: [] });
        const closed = await engine.ask("close");
        return { closed, problem: await loading };
      }, url);
      assert.equal(problem.code, "AbortError");
      assert.deepEqual([closed.handles, closed.decoders], [0, 0]);
      // And it begins anew.
      await ask("load", LOAD);
      assert.equal((await ask("stats")).decoders, 1);
    });
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
