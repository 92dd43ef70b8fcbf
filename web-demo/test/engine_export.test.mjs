// Exports of the demo's worker, judged by ffprobe and by what ffmpeg decodes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Media, withEngine } from "./engine_page/with_engine.mjs";

const media = new Media();
const LOAD = { url: "/scene/plain.json", inputs: [] };

before(() => {
  media.clip("clip.mp4", { seconds: 2, rate: "30000/1001" });
  const fields = { assets: { clip: { src: "clip.mp4" } }, layers: [{ asset: "clip" }], audio: [{ asset: "clip", gain_db: -6 }] };
  media.scene("plain.json", fields, { frame_rate: "30000/1001" });
  media.scene("long.json", { ...fields, layers: [{ asset: "clip", after: "loop" }], duration: 120 });
  media.scene("odd.json", { ...fields, layers: [{ asset: "clip", fit: "stretch" }], audio: [], duration: 0.5 }, { width: 321, height: 181 });
  media.scene("rgba.json", { ...fields, audio: [], duration: 0.5 }, { format: "rgba" });
});
after(() => media.remove());

/** Exports, writes the file, and gives what it is. */
async function exported(page, name) {
  const { data, ...about } = await page.evaluate(async () => {
    const { file, ...about } = await engine.ask("export", { videoBitrate: 4_000_000 });
    const data = new Uint8Array(await file.arrayBuffer()).reduce((text, byte) => text + String.fromCharCode(byte), "");
    return { ...about, type: file.type, data: btoa(data) };
  });
  media.write(name, Buffer.from(data, "base64"));
  return about;
}

function ffprobe(name) {
  const args = ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", name];
  const { streams, format } = JSON.parse(execFileSync("ffprobe", args, { cwd: media.folder, encoding: "utf8" }));
  return { video: streams.find((one) => one.codec_type === "video"), audio: streams.find((one) => one.codec_type === "audio"), format };
}

/** PSNR of the luma of frame `n` of a file against the picture that the worker composed, in decibels. */
function psnr(name, n, reference, size) {
  const args = ["-v", "error", "-i", name, "-vf", `select=eq(n\\,${n}),extractplanes=y`, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
  const luma = execFileSync("ffmpeg", args, { cwd: media.folder, maxBuffer: 1 << 26 });
  assert.equal(luma.length, size);
  const error = luma.reduce((sum, value, at) => sum + (value - reference[at]) ** 2, 0) / size;
  return 10 * Math.log10((255 * 255) / error);
}

const source = (n, filter = "null") =>
  execFileSync("ffmpeg", ["-v", "error", "-i", "clip.mp4", "-vf", `select=eq(n\\,${n}),${filter},extractplanes=y`, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"], { cwd: media.folder, maxBuffer: 1 << 26 });

test("an export has the scene's frames, size, duration, pictures and sound; the preview goes on beside it", () =>
  withEngine(media, async (page, { ask, events, probe }) => {
    await ask("load", LOAD);
    const before = (await ask("stats")).hash;
    await page.evaluate(() => void (globalThis.sought = engine.ask("seek", { frame: 30 }).then(() => engine.ask("seek", { frame: 0 }))));
    const about = await exported(page, "out.mp4");
    assert.equal(await page.evaluate(() => globalThis.sought), true);
    assert.equal((await ask("stats")).hash, before);
    // Chromium of Debian encodes no AAC.
    assert.deepEqual([about.video, about.audio, about.container], ["avc", "opus", "mp4"]);
    assert.match(about.type, /^video\/mp4/);
    assert.deepEqual(about.notes.map((note) => /no AAC encoder/.test(note)), [true]);
    const { video, audio, format } = ffprobe("out.mp4");
    assert.deepEqual([video.codec_name, video.width, video.height, video.nb_read_frames], ["h264", 320, 180, "60"]);
    assert.equal(video.r_frame_rate, "30000/1001");
    const frame = 1001 / 30_000;
    assert.ok(Math.abs(Number(format.duration) - 60 * frame) < frame, format.duration);
    assert.deepEqual([audio.codec_name, audio.sample_rate, audio.channels], ["opus", "48000", 2]);
    assert.ok(Math.abs(Number(audio.duration) - 60 * frame) < frame, audio.duration);
    for (const n of [0, 31, 59]) {
      const decibels = psnr("out.mp4", n, source(n), 320 * 180);
      assert.ok(decibels > 28, `frame ${n}: ${decibels} dB`);
    }
    // 440 Hz at a gain of -6 dB: what a sine of 1/8 makes of it.
    const samples = execFileSync("ffmpeg", ["-v", "error", "-i", "out.mp4", "-f", "f32le", "-"], { cwd: media.folder, maxBuffer: 1 << 26 });
    let power = 0;
    for (let at = 24_000; at < 72_000; at++) power += samples.readFloatLE(8 * at) ** 2;
    const peak = Math.sqrt((2 * power) / 48_000);
    assert.ok(Math.abs(peak - 0.125 * 10 ** (-6 / 20)) < 0.01, `${peak}`);

    const progress = await events("progress");
    assert.deepEqual(progress.at(-1), { done: 60, frames: 60 });
    const { decoders, handles } = await ask("stats");
    assert.deepEqual([decoders, handles], [1, 1], "what the export opened is closed");
    assert.equal((await probe("counts")).decoders, 1);
  }));

test("odd canvases are made even by repeating, and RGBA ones are encoded too", () =>
  withEngine(media, async (page, { ask }) => {
    await ask("load", { url: "/scene/odd.json", inputs: [] });
    const odd = await exported(page, "odd.mp4");
    assert.match(odd.notes[0], /321×181.*repeated/);
    const { video } = ffprobe("odd.mp4");
    assert.deepEqual([video.width, video.height, video.nb_read_frames], [322, 182, "13"]);
    const args = ["-v", "error", "-i", "odd.mp4", "-vf", "extractplanes=y", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
    const luma = execFileSync("ffmpeg", args, { cwd: media.folder, maxBuffer: 1 << 26 });
    let [column, row] = [0, 0];
    for (let y = 0; y < 182; y++) column += Math.abs(luma[y * 322 + 321] - luma[y * 322 + 320]) / 182;
    for (let x = 0; x < 322; x++) row += Math.abs(luma[181 * 322 + x] - luma[180 * 322 + x]) / 322;
    assert.ok(column < 6 && row < 6, `${column} ${row}`);

    await ask("load", { url: "/scene/rgba.json", inputs: [] });
    await exported(page, "rgba.mp4");
    const decibels = psnr("rgba.mp4", 5, source(5), 320 * 180);
    assert.ok(decibels > 25, `${decibels} dB`);
  }));

test("without H.264 it is WebM, and says so; without any encoder it says that", () =>
  withEngine(media, async (page, { ask, problem, probe }) => {
    await ask("load", LOAD);
    await probe("encoders", { missing: ["avc1"] });
    const about = await exported(page, "out.webm");
    assert.deepEqual([about.video, about.audio, about.container], ["vp9", "opus", "webm"]);
    assert.match(about.notes.join(" "), /no H\.264 encoder.*VP9 in WebM/);
    const { video, audio } = ffprobe("out.webm");
    assert.deepEqual([video.codec_name, video.nb_read_frames, audio.codec_name], ["vp9", "60", "opus"]);
    await probe("encoders", { missing: ["avc1", "vp09", "av01"] });
    const wrong = await problem("export", {});
    assert.equal(wrong.code, "E_NO_ENCODER");
    assert.match(wrong.message, /neither H\.264 nor VP9 nor AV1 at 320×180/);
    assert.equal((await ask("stats")).handles, 1);
  }));

test("with nothing but AV1 it is that, without sound, and says so", () =>
  withEngine(media, async (page, { ask, probe }) => {
    media.scene("short.json", { ...JSON.parse(media.read("rgba.json")), audio: [{ asset: "clip" }] });
    await ask("load", { url: "/scene/short.json", inputs: [] });
    await probe("encoders", { missing: ["avc1", "vp09", "opus"] });
    const about = await exported(page, "av1.webm");
    assert.deepEqual([about.video, about.audio, about.container], ["av1", undefined, "webm"]);
    assert.match(about.notes.join(" "), /AV1 in WebM.*neither AAC nor Opus/);
    const { video, audio } = ffprobe("av1.webm");
    assert.deepEqual([video.codec_name, video.nb_read_frames, audio], ["av1", "13", undefined]);
  }));

test("a cancelled export fails with E_CANCELLED and leaves nothing", () =>
  withEngine(media, async (page, { ask, problem, probe }) => {
    await ask("load", { url: "/scene/long.json", inputs: [] });
    const outcome = await page.evaluate(async () => {
      const exporting = engine.problem("export", {});
      const busy = await engine.problem("export", {});
      await engine.until(({ event }) => event === "progress");
      await engine.ask("cancel");
      const code = (await exporting)?.code;
      const { data } = engine.events.findLast(({ event }) => event === "progress");
      return [busy.code, code, data.done < data.frames];
    });
    assert.deepEqual(outcome, ["E_BUSY", "E_CANCELLED", true]);
    const { decoders, handles } = await ask("stats");
    assert.deepEqual([decoders, handles], [1, 1]);
    await ask("cancel");
    const { handles: left } = await ask("close");
    assert.equal(left, 0);
    assert.deepEqual((({ decoders, frames }) => [decoders, frames])(await probe("counts")), [0, 0]);
    assert.equal((await problem("export", {})).code, "E_NOTHING_OPEN");
  }));
