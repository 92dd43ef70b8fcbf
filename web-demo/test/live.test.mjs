// The live page in headless Chromium: its worklet computes what a page computes of the whole clip.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { serve } from "../server.mjs";
import { withPage } from "./browser.mjs";

const site = join(import.meta.dirname, "../dist");
const folder = mkdtempSync(join(tmpdir(), "millpond-live-"));
after(() => rmSync(folder, { recursive: true, force: true }));

async function withLive(work, init) {
  const server = await serve({ "/": `${site}/` });
  try {
    return await withPage(`${server.origin}/live.html`, init, async (page) => {
      // The load event does not wait for a module that itself waits, as this page's does for its WebAssembly.
      await page.waitForFunction(() => globalThis.millpondLive !== undefined);
      return work(page);
    });
  } finally {
    await server.close();
  }
}

/** Waits for so many quanta and returns the figures of the page. */
async function figures(page, quanta) {
  await page.waitForFunction((quanta) => Number(document.getElementById("quanta").textContent) > quanta, quanta, {
    timeout: 30_000,
  });
  return page.evaluate(() => ({
    allocations: document.getElementById("allocations").textContent,
    message: document.getElementById("message").textContent,
    source: document.getElementById("source").textContent,
  }));
}

/** How bright each row of the picture's right part is. */
const rows = (page) =>
  page.evaluate(() => {
    const canvas = document.getElementById("live-picture");
    const { data } = canvas.getContext("2d").getImageData(canvas.width - 60, 0, 40, canvas.height);
    const sums = new Array(canvas.height).fill(0);
    for (let at = 0; at < data.length; at += 4) sums[Math.floor(at / 160)] += data[at] + data[at + 1] + data[at + 2];
    return sums;
  });

test("a clip scrolls by, and no quantum allocates", async () => {
  const file = join(folder, "tone.wav");
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=f=1000:d=3", file]);
  await withLive(async (page) => {
    await page.setInputFiles("#clip", file);
    const { allocations, message, source } = await figures(page, 800);
    assert.deepEqual([allocations, message], ["0", ""]);
    assert.match(source, /^tone\.wav, \d+ Hz$/);
    // 1 kHz is in band 25 of 80, two pixels each, from the bottom.
    const sums = await rows(page);
    const brightest = sums.indexOf(Math.max(...sums));
    assert.ok(Math.abs(brightest - (160 - 2 * 25.5)) <= 2, `row ${brightest}`);
  });
});

test("the microphone is heard, and no quantum allocates", async () => {
  await withLive(async (page) => {
    await page.click("#microphone");
    const { allocations, message } = await figures(page, 800);
    assert.deepEqual([allocations, message], ["0", ""]);
    assert.ok(Math.max(...(await rows(page))) > 0);
  });
});

for (const rate of [16_000, 48_000]) {
  test(`the columns are those of the whole clip at ${rate} Hz`, async () => {
    await withLive(async (page) => {
      const { equal, columns, distinct } = await page.evaluate(async (rate) => {
        const { Mel, melNode } = globalThis.millpondLive;
        const height = 80;
        const context = new OfflineAudioContext(1, rate * 2, rate);
        const buffer = context.createBuffer(1, rate * 2, rate);
        const samples = Float32Array.from({ length: rate * 2 }, (_, n) => 0.5 * Math.sin((n * n) / rate));
        buffer.copyToChannel(samples, 0);
        const node = await melNode(context, height);
        const pieces = [];
        node.port.onmessage = ({ data }) => pieces.push(data);
        const source = new AudioBufferSourceNode(context, { buffer });
        source.connect(node);
        source.start();
        await context.startRendering();
        await new Promise((done) => setTimeout(done, 200));

        const mel = new Mel("lipsync", rate);
        mel.process(samples, new Float32Array(mel.outputLength(samples.length)));
        const frames = mel.outputFrames(samples.length);
        const whole = mel.picture(frames, height);
        let at = 0;
        let equal = true;
        for (const { pixels, frames: width } of pieces) {
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width * 4; x++) equal &&= pixels[y * width * 4 + x] === whole[(y * frames + at) * 4 + x];
          }
          at += width;
        }
        return { equal, columns: at, distinct: new Set(whole).size };
      }, rate);
      // The last frames wait for the end of the clip, which a live stream does not have.
      assert.ok(columns >= 150, `${columns} columns`);
      assert.ok(distinct > 50);
      assert.ok(equal);
    });
  });
}

test("a scope without TextDecoder and TextEncoder will do, and nothing is fetched there", async () => {
  const { frames, code } = await withLive((page) =>
    page.evaluate(async () => {
      const context = new OfflineAudioContext(1, 16_000, 16_000);
      const bare = "delete globalThis.TextDecoder; delete globalThis.TextEncoder;";
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob([bare], { type: "text/javascript" })));
      const node = await globalThis.millpondLive.melNode(context, 80);
      let frames = 0;
      node.port.onmessage = ({ data }) => (frames += data.frames);
      const source = new ConstantSourceNode(context);
      source.connect(node);
      source.start();
      await context.startRendering();
      await new Promise((done) => setTimeout(done, 200));
      return { frames, code: await (await fetch("mel_worklet.js")).text() };
    }),
  );
  assert.ok(frames >= 70, `${frames} frames`);
  assert.doesNotMatch(code, /\bfetch\b/);
});
