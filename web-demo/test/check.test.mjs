// The conformance check's page in headless Chromium, driven as `cargo xtask conformance` drives it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Media } from "./engine_page/with_engine.mjs";

const site = join(import.meta.dirname, "../dist");
const driver = join(import.meta.dirname, "conformance.mjs");
const media = new Media();
after(() => media.remove());

before(() => {
  media.clip("clip.mp4", { seconds: 4.4 });
  const raw = Buffer.alloc(3 * 1024);
  for (let frame = 0; frame < 3; frame++) raw.fill(Buffer.from([80 * frame, 10, 20, 255]), 1024 * frame, 1024 * (frame + 1));
  media.write("mouth.raw", raw);
  media.scene("plain.json", { assets: { clip: { src: "clip.mp4" } }, layers: [{ asset: "clip" }] });
});

/** The lines that the conformance driver prints. */
const render = (file, ...args) =>
  execFileSync(process.execPath, [driver, "--site", site, "--scene", media.path(file), ...args], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("an untransformed clip has the hashes that ffmpeg gives, and only what it needs is fetched", () => {
  const lines = render("plain.json");
  const done = lines.pop();
  const hashes = media.ffmpeg("-i", "clip.mp4", "-an", "-f", "framehash", "-hash", "sha256", "-");
  const expected = hashes.split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(",").at(-1).trim());
  assert.deepEqual(lines.map(({ hash }) => hash), expected);
  assert.equal(done.frames, 110);
  assert.equal(done.steady_allocations, 0);
  assert.ok(done.pictures >= 110 && done.shown >= 110, JSON.stringify(done));
  assert.deepEqual(done.requests, ["/check.html", "/check.js", "/scene/clip.mp4", "/scene/plain.json"]);
});

test("one byte of one decoded picture changes the frame that shows it, and no other", () => {
  const hashes = (...args) => render("plain.json", "--frames", "12", ...args).map(({ hash }) => hash);
  const [right, wrong] = [hashes(), hashes("--flip-byte", "7")];
  assert.deepEqual(right.flatMap((hash, n) => (hash === wrong[n] ? [] : [n])), [7]);
});

test("raw frames and clips are pushed to an input", () => {
  media.ffmpeg("-f", "lavfi", "-i", "nullsrc=s=16x16:r=5:d=0.6,geq=lum=60*(N+1):cb=128:cr=128", "-c:v", "libx264", "-pix_fmt", "yuv420p", "mouth.mp4");
  media.scene("pushed.json", {
    assets: { mouth: { input: { width: 16, height: 16, format: "rgba" } } },
    layers: [{ asset: "mouth" }],
    duration: 1,
  });
  const changes = (input) => {
    const lines = render("pushed.json", "--input", `mouth=${input}`).slice(0, -1);
    return lines.flatMap(({ hash }, n) => (n > 0 && hash !== lines[n - 1].hash ? [n] : []));
  };
  assert.deepEqual(changes(media.path("mouth.raw")), [1, 2]);
  assert.deepEqual(changes(media.path("mouth.mp4")), [5, 10]);
});
