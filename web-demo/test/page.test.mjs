import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pageOf } from "../scene_url.mjs";
import { serve } from "../server.mjs";
import { withPage } from "./browser.mjs";

const site = join(import.meta.dirname, "../dist");
const folder = mkdtempSync(join(tmpdir(), "millpond-page-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const run = (program, args) => execFileSync(program, args, { cwd: folder, encoding: "utf8" });
const ffmpeg = (...args) => run("ffmpeg", ["-v", "error", "-y", ...args]);
const harness = (name, ...args) => run(process.execPath, [join(import.meta.dirname, name), "--site", site, ...args]);

function scene(name, fields) {
  const canvas = { width: 320, height: 180, frame_rate: "25/1" };
  writeFileSync(join(folder, name), JSON.stringify({ version: 1, canvas, ...fields }));
  return join(folder, name);
}

before(() => {
  const picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4.4"];
  const sound = ["-f", "lavfi", "-i", "sine=f=440:d=4.4"];
  const h264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "30", "-pix_fmt", "yuv420p"];
  ffmpeg(...picture, ...sound, ...h264, "-c:a", "aac", "clip.mp4");
  ffmpeg(...picture, "-c:v", "mpeg4", "-t", "0.4", "old.mp4");
  const raw = Buffer.alloc(3 * 1024);
  for (let frame = 0; frame < 3; frame++) raw.fill(Buffer.from([80 * frame, 10, 20, 255]), 1024 * frame, 1024 * (frame + 1));
  writeFileSync(join(folder, "mouth.raw"), raw);
  scene("plain.json", { assets: { clip: { src: "clip.mp4" } }, layers: [{ asset: "clip" }] });
  scene("rich.json", {
    assets: { clip: { src: "clip.mp4" }, mouth: { input: { width: 16, height: 16, format: "rgba" } } },
    layers: [{ asset: "clip" }, { asset: "clip", rect: [200, 90, 101, 77], offset: 0.5 }, { asset: "mouth", rect: [9, 9, 40, 40] }],
    audio: [{ asset: "clip", gain_db: -3 }],
    duration: 4,
  });
});

/** What the page says about a scene that it cannot show. */
async function complaint(file, init) {
  const { mounts, query } = pageOf(site, file, []);
  const server = await serve(mounts);
  try {
    return await withPage(`${server.origin}/?${query}`, init && { script: init }, async (page) => {
      await page.waitForSelector("#message.bad");
      return page.textContent("#message");
    });
  } finally {
    await server.close();
  }
}

test("the page plays, pauses, steps and seeks, and nothing allocates", () => {
  assert.match(harness("smoke.mjs", "--scene", join(folder, "rich.json"), "--input", `mouth=${join(folder, "mouth.raw")}`), /^played \d{3} frames, 0 allocations/);
});

test("the page says what is missing", async () => {
  const plain = join(folder, "plain.json");
  assert.match(await complaint(plain, () => delete globalThis.VideoDecoder), /no WebCodecs \(VideoDecoder\)/);
  assert.match(await complaint(scene("old.json", { assets: { a: { src: "old.mp4" } }, layers: [{ asset: "a" }] })), /mp4v.* not one that WebCodecs knows/);
  assert.match(await complaint(scene("gone.json", { assets: { a: { src: "x.mp4" } }, layers: [{ asset: "a" }] })), /x\.mp4 answers 404/);
  assert.match(await complaint(scene("out.json", { assets: { a: { src: "../x.mp4" } }, layers: [{ asset: "a" }] })), /leaves the folder/);
  assert.match(await complaint(scene("bad.json", { assets: {}, layers: [{ asset: "a", opacity: 7 }] })), /^E_SCENE\w+: .*layers\[0\]/);
});
