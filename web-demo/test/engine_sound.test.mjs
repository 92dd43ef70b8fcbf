// The sound of the demo's worker: what is played, the clock that it is, and its picture.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Media, withEngine } from "./engine_page/with_engine.mjs";

const media = new Media();
const SECONDS = 1.5;
const load = { url: "/scene/sweep.json", inputs: [] };

before(() => {
  const sweep = "aevalsrc=0.4*sin(2*PI*(200+300*t)*t)|0.3*sin(2*PI*(900-100*t)*t):s=48000:d=2";
  media.ffmpeg("-f", "lavfi", "-i", sweep, "-c:a", "aac", "-b:a", "128k", "sweep.m4a");
  media.ffmpeg("-i", "sweep.m4a", "-f", "f32le", "sweep.f32");
  const audio = [{ asset: "a", gain_db: -20, start: 0.25 }];
  media.scene("sweep.json", { assets: { a: { src: "sweep.m4a" } }, layers: [], audio, duration: SECONDS });
});
after(() => media.remove());

/** In the page: a worklet that is heard only as far as it is told. */
function fakeWorklet() {
  const { port1, port2 } = new MessageChannel();
  const fake = { left: [], right: [], waiting: [], heard: 0, clears: 0, seen: 0 };
  port1.onmessage = ({ data }) => {
    if ("clear" in data) {
      fake.clears += 1;
      fake.heard = 0;
      for (const block of fake.waiting.splice(0)) port1.postMessage({ back: block }, block.map(({ buffer }) => buffer));
    } else {
      fake.waiting.push(data.block);
      fake.seen += 1;
    }
    fake.changed?.();
  };
  /** Hears the next block, when there is one. */
  fake.hear = async () => {
    while (fake.waiting.length === 0) await new Promise((changed) => (fake.changed = changed));
    const block = fake.waiting.shift();
    fake.left.push(...block[0]);
    fake.right.push(...block[1]);
    fake.heard += block[0].length;
    port1.postMessage({ heard: fake.heard, clears: fake.clears });
    port1.postMessage({ back: block }, block.map(({ buffer }) => buffer));
  };
  globalThis.fake = fake;
  const worker = port2;
  return engine.ask("speaker", { port: worker, latency: 0 }, [worker]);
}

test("what is played is the clip's sound, from its first sample on, at the scene's gain; what was heard is the clock", () =>
  withEngine(media, async (page, { ask, probe, events }) => {
    await ask("load", load);
    await page.evaluate(fakeWorklet);
    await ask("play");
    // Nothing is heard, so nothing moves, however long it takes.
    await page.waitForFunction(() => fake.waiting.length === 8);
    await page.waitForTimeout(300);
    assert.deepEqual((await events("shown")).map(({ frame }) => frame), [0]);
    // Half a second is heard: that is frame 12 of 25 a second, and not much more.
    await page.evaluate(async () => {
      while (fake.heard < 24_000) await fake.hear();
    });
    const heard = await page.evaluate(() => fake.heard);
    const due = Math.floor((heard / 48_000) * 25);
    await page.waitForFunction((due) => engine.events.some(({ event, data }) => event === "shown" && data.frame >= due), due);
    await page.waitForTimeout(300);
    const last = (await events("shown")).at(-1).frame;
    assert.ok(last >= due && last <= due + 3, `frame ${last} at ${heard} samples`);
    await page.evaluate(async (frames) => {
      while (fake.heard < frames) await fake.hear();
    }, SECONDS * 48_000);
    await page.evaluate(() => engine.until(({ event, data }) => event === "playing" && !data.playing));
    const expected = media.read("sweep.f32");
    const played = await page.evaluate(() => [fake.left, fake.right]);
    let worst = 0;
    for (let at = 0; at < SECONDS * 48_000; at++) {
      for (const channel of [0, 1]) {
        const from = at - 12_000;
        const sample = from < 0 ? 0 : expected.readFloatLE((2 * from + channel) * 4) / 10;
        worst = Math.max(worst, Math.abs(played[channel][at] - sample));
      }
    }
    assert.ok(worst < 1e-6, `${worst}`);
    assert.equal((await ask("stats")).steadyAllocations, 0);
    // The sweep has scrolled in, and silence before it.
    const lit = await probe("canvas", { index: 1 });
    assert.ok(lit > 0.5 * 320 * 80 * (1.2 / 4), `${lit} pixels of the mel picture`);
    assert.deepEqual(await events("warning"), []);
    assert.deepEqual([(await ask("close")).handles, (await probe("counts")).decoders], [0, 0]);
  }));

test("a seek while it plays silences it, and playing goes on from there", () =>
  withEngine(media, async (page, { ask }) => {
    await ask("load", load);
    await page.evaluate(fakeWorklet);
    await ask("play");
    await page.evaluate(() => fake.hear());
    await ask("seek", { frame: 25 });
    await page.waitForFunction(() => fake.waiting.length === 0);
    await ask("play");
    await page.evaluate(async () => {
      fake.left.length = 0;
      while (fake.left.length < 4096) await fake.hear();
    });
    await ask("pause");
    const played = await page.evaluate(() => fake.left);
    const expected = media.read("sweep.f32");
    let worst = 0;
    for (let at = 0; at < 4096; at++) {
      worst = Math.max(worst, Math.abs(played[at] - expected.readFloatLE(2 * (36_000 + at) * 4) / 10));
    }
    // A decoder that begins in the middle settles to this.
    assert.ok(worst < 1e-3, `${worst}`);
  }));

test("an edit of the sound is heard, a new gain by the same decoder and another file by another", () =>
  withEngine(media, async (page, { ask, probe }) => {
    await ask("load", load);
    await page.evaluate(fakeWorklet);
    const text = media.read("sweep.json").toString();
    const expected = media.read("sweep.f32");
    media.ffmpeg("-f", "lavfi", "-i", "anullsrc=d=2", "silence.wav");
    for (const [json, scale, made] of [
      [text, 0.1, 1],
      [text.replace('"gain_db":-20', '"gain_db":0'), 1, 1],
      [text.replace("sweep.m4a", "silence.wav"), 0, 2],
    ]) {
      await ask("scene", { json, frame: 10 });
      await ask("play");
      const played = await page.evaluate(async () => {
        fake.left.length = 0;
        while (fake.left.length < 4096) await fake.hear();
        return fake.left;
      });
      await ask("pause");
      let worst = 0;
      // Frame 10 is at 0.4 s, and the sound begins at 0.25 s.
      for (let at = 0; at < 4096; at++) worst = Math.max(worst, Math.abs(played[at] - expected.readFloatLE(2 * (7200 + at) * 4) * scale));
      assert.ok(worst < 1e-3, `gain ${scale}: ${worst}`);
      const counts = await probe("counts");
      assert.deepEqual([counts.made, counts.decoders], [made, 1]);
    }
  }));

test("where no sound runs the picture goes on without it, and says so", () =>
  withEngine(media, async (page, { ask, events }) => {
    await ask("load", load);
    await page.evaluate(fakeWorklet);
    await ask("play");
    await page.evaluate(() => engine.until(({ event, data }) => event === "playing" && !data.playing));
    assert.equal((await events("shown")).at(-1).frame, Math.ceil(SECONDS * 25) - 1);
    const [{ code, message }] = await events("warning");
    assert.equal(code, "E_NO_SOUND");
    assert.match(message, /goes on without/);
  }));

test("the worklet plays it in Chromium's audio thread", () =>
  withEngine(media, async (page, { ask, events }) => {
    await ask("load", load);
    await page.evaluate(async () => {
      const context = new AudioContext({ sampleRate: 48_000 });
      await context.audioWorklet.addModule("/speaker_worklet.js");
      const node = new AudioWorkletNode(context, "speaker", { numberOfInputs: 0, outputChannelCount: [2] });
      const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
      node.connect(splitter);
      node.connect(context.destination);
      globalThis.loudest = [0, 0];
      const samples = new Float32Array(2048);
      for (const channel of [0, 1]) {
        const analyser = new AnalyserNode(context, { fftSize: 2048 });
        splitter.connect(analyser, channel);
        setInterval(() => {
          analyser.getFloatTimeDomainData(samples);
          globalThis.loudest[channel] = Math.max(globalThis.loudest[channel], ...samples);
        }, 20);
      }
      const { port1, port2 } = new MessageChannel();
      node.port.postMessage(port2, [port2]);
      await context.resume();
      await engine.ask("speaker", { port: port1, latency: 0 }, [port1]);
    });
    await ask("play");
    await page.evaluate(() => engine.until(({ event, data }) => event === "playing" && !data.playing));
    assert.equal((await events("shown")).at(-1).frame, Math.ceil(SECONDS * 25) - 1);
    assert.deepEqual([await events("warning"), await events("problem")], [[], []]);
    const [left, right] = await page.evaluate(() => globalThis.loudest);
    // Never louder than the clip, whose sines have 0.4 and 0.3 and whose coding adds to them, and nearly as loud as those.
    const expected = media.read("sweep.f32");
    const peaks = [0, 0];
    for (let at = 0; at < 2 * 60_000; at++) peaks[at % 2] = Math.max(peaks[at % 2], expected.readFloatLE(4 * at) / 10);
    assert.ok(left > 0.038 && left <= peaks[0] * 1.001, `${left} of ${peaks[0]}`);
    assert.ok(right > 0.028 && right <= peaks[1] * 1.001, `${right} of ${peaks[1]}`);
  }));
