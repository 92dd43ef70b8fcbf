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

const CLIP = { assets: { clip: { src: "clip.mp4" } } };
const edited = (fields, layer = {}) => media.scene("edited.json", { ...CLIP, layers: [{ asset: "clip", ...layer }], ...fields });

test("an edit restarts no decoder, and a scene that cannot be shown leaves the one before", () =>
  withEngine(media, async (page, { ask, problem, probe, events }) => {
    await ask("load", LOAD);
    await ask("seek", { frame: 40 });
    const read = async () => (await probe("counts")).packets;
    const packets = await read();
    await ask("scene", { json: edited({}, { opacity: 0.5 }), frame: 40 });
    const half = (await ask("stats")).hash;
    assert.notEqual(half, hashes[40]);
    await ask("scene", { json: edited({}, { opacity: 0.5, rect: [7, 5, 100, 50] }), frame: 40 });
    await ask("scene", { json, frame: 40 });
    assert.equal((await ask("stats")).hash, hashes[40]);
    assert.ok((await read()) - packets <= 1, "nothing is decoded anew");
    // Another place of the clip is, by the same decoder.
    await ask("scene", { json: edited({}, { offset: 1 }), frame: 40 });
    assert.equal((await ask("stats")).hash, hashes[65]);
    const { frameCount } = await ask("scene", { json: edited({}, { speed: 2 }), frame: 40 });
    assert.equal(frameCount, 50);
    assert.equal((await ask("stats")).hash, hashes[80]);
    await ask("scene", { json, frame: 40 });
    assert.equal((await ask("stats")).hash, hashes[40]);
    assert.equal((await probe("counts")).made, 1, "one decoder for all scenes");

    const two = [{ asset: "clip", opacity: 0.5 }, { asset: "clip", rect: [9, 9, 101, 77], offset: 1 }];
    const { layers } = await ask("scene", { json: edited({ layers: two }), frame: 40 });
    assert.deepEqual(layers, [{ asset: "clip", start: 0, end: 4 }, { asset: "clip", start: 0, end: 3 }]);
    assert.deepEqual((({ made, decoders }) => [made, decoders])(await probe("counts")), [2, 2]);
    await ask("scene", { json: edited({ layers: two.toReversed() }), frame: 40 });
    assert.deepEqual((({ made, decoders }) => [made, decoders])(await probe("counts")), [2, 2]);
    await ask("scene", { json: edited({}, { opacity: 0.5 }), frame: 40 });
    assert.deepEqual((({ made, decoders }) => [made, decoders])(await probe("counts")), [2, 1]);
    assert.equal((await ask("stats")).hash, half);

    for (const [bad, code, message] of [
      ["{", "E_SCENE_JSON", /JSON/],
      [edited({}, { opacity: 7 }), "E_SCENE_VALUE", /layers\[0\]\.opacity/],
      [edited({ layers: [...two, { asset: "clip", offset: 9, after: "hold" }], assets: { clip: { src: "gone.mp4" } } }), "Error", /gone\.mp4 answers 404/],
      // With a duration it is missed only when the frame is made.
      [edited({ layers: two, duration: 4, assets: { clip: { src: "gone.mp4" } } }), "Error", /gone\.mp4 answers 404/],
      [edited({ assets: { clip: { src: "../clip.mp4" } } }), "Error", /leaves the folder/],
    ]) {
      const wrong = await problem("scene", { json: bad, frame: 41 });
      assert.equal(wrong.code, code);
      assert.match(wrong.message, message);
      assert.equal((await ask("stats")).hash, half, "the picture stays");
    }
    assert.equal(await ask("seek", { frame: 41 }), true);
    await ask("seek", { frame: 40 });
    assert.equal((await ask("stats")).hash, half);
    assert.equal((await ask("stats")).handles, 1);

    // A slider in motion: whoever waits gets the newest scene, and what came between is left out. Each of these makes the
    // decoder go elsewhere, which takes longer than asking.
    const jsons = Array.from({ length: 30 }, (_, n) => edited({}, { offset: n % 2 === 0 ? 0 : 1.5 + n / 29 }));
    const before = (await events("shown")).length;
    jsons.push(json);
    const counts = await page.evaluate(
      (jsons) => Promise.all(jsons.map((json) => engine.ask("scene", { json, frame: 30 }).then(({ frameCount }) => frameCount))),
      jsons,
    );
    assert.equal((await ask("stats")).hash, hashes[30]);
    assert.equal(counts.at(-1), 100);
    const opened = (await events("shown")).length - before;
    assert.ok(opened < 20, `${opened} of 31 were opened`);
    assert.deepEqual((({ made, decoders }) => [made, decoders])(await probe("counts")), [2, 1]);
  }));

test("of a thousand seeks the last wins, and nothing is left over", () =>
  withEngine(media, async (page, { ask, probe }) => {
    await ask("load", LOAD);
    const before = await ask("stats");
    const random = (() => {
      let state = 7;
      return () => (state = (state * 48271) % 2147483647) / 2147483647;
    })();
    const wanted = Array.from({ length: 1000 }, () => Math.floor(random() * 100));
    // Some while a frame is being made, most at once.
    const answers = await page.evaluate(async (wanted) => {
      const answers = [];
      for (const [index, frame] of wanted.entries()) {
        answers.push(engine.ask("seek", { frame }));
        if (index % 50 === 0) await answers.at(-1);
      }
      return Promise.all(answers);
    }, wanted);
    assert.equal(answers.at(-1), true);
    const shown = answers.filter((answer) => answer).length;
    assert.ok(shown >= 20 && shown < 200, `${shown} were shown`);
    const after = await ask("stats");
    assert.equal(after.hash, hashes[wanted.at(-1)]);
    assert.deepEqual([after.decoders, after.handles, after.wasmBytes], [1, 1, before.wasmBytes]);
    // Three wait to be taken, and what the decoder had in hand then.
    assert.ok(after.frames <= 8, `${after.frames} frames wait`);
    assert.equal((await probe("counts")).frames, after.frames);
    assert.equal((await ask("close")).frames, 0);
    assert.deepEqual((({ decoders, frames, made }) => [decoders, frames, made])(await probe("counts")), [0, 0, 1]);
  }));

test("a file of hashes is compared with what is shown; lines that are none are named", () =>
  withEngine(media, async (page, { ask, problem, events }) => {
    await ask("load", LOAD);
    const line = (frame, hash) => `${frame}\t${frame}/25\t${hash}\n`;
    const text = hashes.slice(0, 50).map((hash, n) => line(n, n === 7 ? hashes[8] : hash)).join("");
    assert.deepEqual(await ask("expect", { hashes: text }), { frames: 50 });
    for (const frame of [6, 7, 8, 60]) await ask("seek", { frame });
    assert.deepEqual((await events("shown")).slice(1), [
      { frame: 6, verdict: "equal" },
      { frame: 7, verdict: "different" },
      { frame: 8, verdict: "equal" },
      { frame: 60, verdict: undefined },
    ]);
    for (const [bad, message] of [
      ["", /^line 1: .*empty/],
      [line(0, hashes[0]) + "nonsense\n" + line(2, hashes[2]), /^line 2:/],
      [line(0, hashes[0]) + line(1, hashes[1].slice(1)), /^line 2:/],
      [line(0, hashes[0]) + line(0, hashes[0]), /^line 2: .*twice/],
      [line(0, hashes[0]) + "\n" + line(1, hashes[1]), /^line 2:/],
    ]) {
      const { code, message: said } = await problem("expect", { hashes: bad });
      assert.equal(code, "E_BAD_HASH_FILE");
      assert.match(said, message);
    }
    await ask("expect", {});
    await ask("seek", { frame: 3 });
    assert.equal((await events("shown")).at(-1).verdict, undefined);
  }));

test("dropped files are tried, named by scenes, and refused with a reason", () =>
  withEngine(media, async (page, { ask, probe }) => {
    media.ffmpeg("-i", "clip.mp4", "-c", "copy", "-movflags", "+faststart", "fast.mp4");
    media.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-frames:v", "1", "still.png");
    media.ffmpeg("-f", "lavfi", "-i", "sine=d=2", "tone.wav");
    media.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=32x48:r=30000/1001:d=1", "-vf", "setsar=2/1", "-c:v", "libvpx-vp9", "-deadline", "realtime", "wide.webm");
    media.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-c:v", "mpeg4", "old.mp4");
    media.ffmpeg("-i", "clip.mp4", "-c", "copy", "stream.ts");
    const clip = media.read("clip.mp4");
    const garbage = Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256));
    const files = {
      "clip2.mp4": clip,
      "still.png": media.read("still.png"),
      "tone.wav": media.read("tone.wav"),
      "wide.webm": media.read("wide.webm"),
      "stream.ts": media.read("stream.ts"),
      "empty.mp4": Buffer.alloc(0),
      "garbage.bin": garbage,
      "garbage.png": Buffer.concat([media.read("still.png").subarray(0, 40), garbage]),
      "old.mp4": media.read("old.mp4"),
      // Its index is at the end, and lost.
      "headless.mp4": clip.subarray(0, clip.length / 2),
      // Its index is at the beginning and promises more than there is.
      "cut.mp4": media.read("fast.mp4").subarray(0, clip.length * 0.7),
    };
    const entries = Object.entries(files).map(([name, data]) => [name, data.toString("base64")]);
    const summaries = await page.evaluate(async (entries) => {
      const files = await Promise.all(
        entries.map(async ([name, data]) => ({ name, file: await (await fetch(`data:;base64,${data}`)).blob() })),
      );
      return engine.ask("files", { files });
    }, entries);
    assert.deepEqual(summaries.slice(0, 4), [
      { name: "clip2.mp4", kind: "clip", width: 320, height: 180, duration: 4, frameRate: "25/1", hasSound: true },
      { name: "still.png", kind: "still", width: 64, height: 48 },
      { name: "tone.wav", kind: "sound", duration: 2 },
      { name: "wide.webm", kind: "clip", width: 64, height: 48, duration: summaries[3].duration, frameRate: "30000/1001", hasSound: false },
    ]);
    assert.ok(Math.abs(summaries[3].duration - 1) < 0.04, `${summaries[3].duration}`);
    // Only its pictures tell what a transport stream is.
    assert.deepEqual((({ kind, width, height, hasSound }) => [kind, width, height, hasSound])(summaries[4]), ["clip", 320, 180, true]);
    const reasons = Object.fromEntries(summaries.slice(5).map(({ name, kind, problem }) => [name, [kind, problem?.code, problem?.message]]));
    for (const [name, code, message] of [
      ["empty.mp4", "E_BAD_FILE", /empty/],
      ["garbage.bin", "E_BAD_FILE", /neither a picture, nor a clip, nor sound/],
      ["garbage.png", "E_BAD_STILL", /./],
      ["old.mp4", "Error", /mp4v.* not one that WebCodecs knows/],
      ["headless.mp4", "E_BAD_FILE", /./],
      ["cut.mp4", "E_BAD_FILE", /cut off/],
    ]) {
      const [kind, said, why] = reasons[name];
      assert.deepEqual([name, kind, said], [name, "refused", code]);
      assert.match(why, message);
    }
    const stats = await ask("stats");
    assert.deepEqual([stats.handles, stats.frames, stats.decoders], [0, 0, 0]);
    assert.deepEqual((({ decoders, frames }) => [decoders, frames])(await probe("counts")), [0, 0]);

    // What was taken in is there for scenes.
    const canvas = { width: 320, height: 180, frame_rate: "25/1" };
    const assets = { a: { src: "clip2.mp4" }, b: { src: "still.png" }, c: { src: "tone.wav" } };
    const mixed = JSON.stringify({ version: 1, canvas, assets, layers: [{ asset: "a" }, { asset: "b", rect: [0, 0, 64, 48], end: 1 }], audio: [{ asset: "c", start: 0.5 }] });
    const summary = await ask("scene", { json: mixed, frame: 50 });
    assert.deepEqual(summary.layers, [{ asset: "a", start: 0, end: 4 }, { asset: "b", start: 0, end: 1 }]);
    assert.deepEqual(summary.sounds, [{ asset: "c", start: 0.5, end: 2.5 }]);
    assert.deepEqual(summary.sizes, { a: { width: 320, height: 180 }, b: { width: 64, height: 48 } });
    assert.equal((await ask("stats")).hash, hashes[50]);
    const { handles, frames, decoders } = await ask("close");
    assert.deepEqual([handles, frames, decoders], [0, 0, 0]);
  }));
