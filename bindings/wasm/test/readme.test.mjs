// Every block of code in the package's README runs, in node or in Chromium, and what it makes is right.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { install, runIn } from "./installed.mjs";
import { blocksOf, check, logOf } from "./snippets.mjs";

const root = join(import.meta.dirname, "../../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = blocksOf(join(root, "bindings/wasm/README.md"));
const under = (heading, info) => {
  const found = blocks.filter((block) => block.heading === heading && block.info === info);
  assert.ok(found.length > 0, `a block \`${info}\` under ${heading}`);
  return found.map(({ code }) => code);
};
const ffmpeg = (cwd, args) => execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args], { cwd, maxBuffer: 2 ** 26 });

let project;
before(() => (project = install()));

test("the README's example for npm runs and makes the frame that its Rust example makes", () => {
  const [, example] = /```js\n([^]*?)```/.exec(readme);
  // White over #101820, as `cargo test -p millpond --doc` computes it natively.
  const hash = "c56ea0f7639b3a0404372748c6748d9081e89c306bbb01c350e22917de74b881";
  assert.equal(runIn(project, "readme.mjs", example).trim(), hash);
  assert.ok(readme.includes("frame_hash(&canvas.view())"));
});

test("every block says where it runs, and its types are right", () => {
  const code = blocks.filter(({ language }) => language !== "sh");
  for (const { heading, language, info } of code) {
    assert.ok(language === "js" && /^(node|page|\w+\.js)$/.test(info ?? ""), `${heading}: ${language} ${info}`);
  }
  check(project, code);
  assert.throws(() => check(project, [{ code: 'import { Mel } from "millpond";\nnew Mel("lipsing");' }]), /lipsing/);
});

test("what it costs is what the record has", () => {
  const record = join(root, "benches/record");
  const rows = readdirSync(record).filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(record, name), "utf8").trim().split("\n").map((line) => JSON.parse(line)));
  const figure = (value, unit, digits) => `${(unit === "us" ? value / 1000 : value).toFixed(digits)} ms`;
  const table = [...readFileSync(join(root, "bindings/wasm/README.md"), "utf8").matchAll(/^\| (.*?) \| ([\d.]+ ms) \| (.*) ([\d.]+ ms) \|$/gm)];
  assert.ok(table.length > 0);
  for (const [line, , ours, peer, theirs] of table) {
    const is = (text, value, unit) => text === figure(value, unit, text.split(/[. ]/).length === 3 ? text.split(/[. ]/)[1].length : 0);
    assert.ok(rows.some((row) => row.peer === peer && is(ours, row.ours, row.unit) && is(theirs, row.theirs, row.unit)), line);
  }
});

test("a scene previewed: its last frame is the clip's own", async () => {
  const folder = join(project, "scene");
  mkdirSync(folder);
  ffmpeg(folder, ["-f", "lavfi", "-i", "testsrc2=size=64x36:rate=25", "-frames:v", "10", "-pix_fmt", "yuv420p",
    "-c:v", "libx264", "-colorspace", "bt709", "-color_range", "tv", "clip.mp4"]);
  ffmpeg(folder, ["-f", "lavfi", "-i", "color=red:size=16x16", "-frames:v", "1", "logo.png"]);
  // The logo goes before the last frame, which is then the decoder's, untouched.
  writeFileSync(join(folder, "scene.json"), `{"version": 1, "canvas": {"width": 64, "height": 36, "frame_rate": 25},
    "assets": {"clip": {"src": "clip.mp4"}, "logo": {"src": "logo.png"}},
    "layers": [{"asset": "clip"}, {"asset": "logo", "rect": [8, 8, 16, 16], "end": 0.2}], "duration": 0.4}`);
  const raw = ffmpeg(folder, ["-i", "clip.mp4", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]);
  const last = raw.subarray(raw.length - 64 * 36 * 1.5);
  const [logged] = await logOf(project, "scene", { "page.js": under("Preview a scene", "page")[0] }, 1);
  assert.equal(logged, createHash("sha256").update(last).digest("hex"));
});

test("a face pasted: the JPEG has it where it belongs", () => {
  assert.equal(runIn(project, "face.mjs", under("A face from a model", "node")[0]).trim(), "81");
  const pixels = ffmpeg(project, ["-i", "frame.jpg", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
  assert.equal(pixels.length, 1920 * 1080 * 3);
  const near = (x, y, expected) => {
    for (const value of pixels.subarray((y * 1920 + x) * 3, (y * 1920 + x) * 3 + 3)) assert.ok(Math.abs(value - expected) <= 2, `${x},${y}: ${value}`);
  };
  near(860 + 100, 440 + 100, 128); // half of 255
  near(860 + 4, 440 + 4, 64); // outside of the ellipse
  near(100, 100, 64);
});

test("a microphone: frames of features come out of the AudioWorklet", async () => {
  const [page, processor] = [under("Microphone to mel", "page")[0], under("Microphone to mel", "mel.js")[0]];
  const logged = await logOf(project, "microphone", { "page.js": page, "mel.js": processor }, 3);
  for (const line of logged) assert.match(line, /^[1-9]\d* frames of 80 features$/);
});

test("frames, pools and features", async () => {
  const [pool, compositor, monitor] = under("Frames and pools", "node");
  assert.equal(runIn(project, "pool.mjs", pool).trim(), "1");
  assert.equal(runIn(project, "compositor.mjs", compositor).trim(), "800,560,320,320");
  assert.match(runIn(project, "monitor.mjs", monitor), /^221184 # HELP /);
  const [stream] = under("Frames and pools", "page");
  assert.deepEqual(await logOf(project, "stream", { "page.js": stream }, 3), ["0", "1", "2"]);
  assert.equal(runIn(project, "features.mjs", under("Features", "node")[0]).trim(), "81 81");
});

test("the slim entry", async () => {
  const [slim] = under("Ways to load", "page");
  mkdirSync(join(project, "slim"));
  cpSync(join(project, "node_modules/millpond/dist/millpond.wasm"), join(project, "slim/millpond.wasm"));
  assert.deepEqual(await logOf(project, "slim", { "page.js": slim }, 1), ["80"]);
});

test("the worker", async () => {
  const [features, hash] = await logOf(project, "worker", { "page.js": under("Ways to load", "page")[1] }, 2);
  assert.equal(features, "80 16000");
  // Black of limited range.
  const black = createHash("sha256").update(Buffer.alloc(64 * 36, 16)).update(Buffer.alloc(64 * 18, 128));
  assert.equal(hash, black.digest("hex"));
});
