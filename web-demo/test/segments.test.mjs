// HLS that `millpond segment` writes, played to its end by hls.js: every rendition, without one complaint.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../server.mjs";
import { withPage } from "./browser.mjs";

const root = join(import.meta.dirname, "../..");
const millpond = process.env.MILLPOND ?? join(root, "target/release/millpond");
const library = process.env.HLS_JS ?? join(import.meta.dirname, "../node_modules/hls.js/dist/hls.min.js");
const folder = mkdtempSync(join(tmpdir(), "millpond-segments-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const run = (program, args) => execFileSync(program, args, { cwd: folder, encoding: "utf8" });

before(() => {
  for (const file of [millpond, library]) assert.ok(existsSync(file), `${file} is missing: cargo xtask test makes it`);
  const picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4"];
  const sound = ["-f", "lavfi", "-i", "sine=f=440:d=4"];
  const h264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "25", "-pix_fmt", "yuv420p"];
  run("ffmpeg", ["-v", "error", "-y", ...picture, ...sound, ...h264, "-c:a", "aac", "clip.mp4"]);
  writeFileSync(join(folder, "index.html"), "<!doctype html><link rel=icon href=data:,><video muted></video><script src=/hls.js></script>");
});

/** Plays one rendition to its end and says what happened. */
function play({ url, level, isTransport }) {
  const video = document.querySelector("video");
  const seen = { errors: [], segments: {}, levels: 0 };
  return new Promise((resolve) => {
    const { BUFFER_STALLED_ERROR, BUFFER_APPEND_NO_PROGRESS, BUFFER_SEEK_OVER_HOLE } = Hls.ErrorDetails;
    // Waiting on a slow machine is no fault of what is played. Of transport streams hls.js takes the first decoding time for
    // its 0, so that reordered pictures begin some hundredths of a second later, and says so; FFmpeg's own give the same.
    const harmless = isTransport ? [BUFFER_STALLED_ERROR, BUFFER_APPEND_NO_PROGRESS, BUFFER_SEEK_OVER_HOLE] : [BUFFER_STALLED_ERROR];
    const hls = new Hls({ startLevel: level, enableWorker: false });
    hls.on(Hls.Events.ERROR, (_, data) => {
      if (data.fatal || !harmless.includes(data.details)) seen.errors.push(data.details);
      if (data.fatal) resolve(seen);
    });
    hls.on(Hls.Events.MANIFEST_PARSED, (_, data) => {
      seen.levels = data.levels.length;
      hls.currentLevel = level;
      video.play();
    });
    hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => (seen.segments[frag.type] = (seen.segments[frag.type] ?? 0) + 1));
    video.addEventListener("ended", () => {
      const { buffered, duration, videoWidth } = video;
      const ranges = Array.from({ length: buffered.length }, (_, index) => [buffered.start(index), buffered.end(index)]);
      resolve({ ...seen, ranges, duration, videoWidth });
    });
    hls.loadSource(url);
    hls.attachMedia(video);
  });
}

for (const format of ["hls", "hls-ts"]) {
  for (const [level, width] of [
    [0, 160],
    [1, 320],
  ]) {
    test(`hls.js plays ${format} of width ${width} to its end`, async () => {
      const out = `${format}-${level}`;
      run(millpond, ["segment", "clip.mp4", "-o", out, "--format", format, "--duration", "1", "--ladder", "copy,90"]);
      const server = await serve({ "/": `${folder}/`, "/hls.js": library });
      try {
        const seen = await withPage(`${server.origin}/index.html`, undefined, (page) =>
          page.evaluate(play, { url: `/${out}/master.m3u8`, level, isTransport: format === "hls-ts" }),
        );
        assert.deepEqual(seen.errors, []);
        assert.deepEqual([seen.levels, seen.videoWidth], [2, width]);
        assert.deepEqual(seen.segments, { main: 4, audio: 4 });
        assert.equal(seen.ranges.length, 1, JSON.stringify(seen.ranges));
        const [from, to] = seen.ranges[0];
        assert.ok(from < 0.2 && to > 3.95 && to < 4.2, JSON.stringify(seen.ranges));
        assert.ok(Math.abs(seen.duration - 4) < 0.2, `${seen.duration}`);
      } finally {
        await server.close();
      }
    });
  }
}
