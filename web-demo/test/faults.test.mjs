// What a user sees of the demo when files are broken: the page says what is wrong and keeps what it can show. What the
// worker holds then is counted in engine_faults.test.mjs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Folder, withEditor } from "./editor_page.mjs";

const folder = new Folder();
after(() => folder.remove());

function scene(name, src) {
  const canvas = { width: 320, height: 180, frame_rate: "25/1" };
  folder.write(name, JSON.stringify({ version: 1, canvas, assets: { clip: { src } }, layers: [{ asset: "clip" }] }));
}

before(() => {
  // A key picture a second.
  const picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4", "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "2"];
  folder.ffmpeg(...picture, "-pix_fmt", "yuv420p", "-movflags", "+faststart", "clip.mp4");
  const bytes = readFileSync(folder.in("clip.mp4"));
  // Headers come first here. Two seconds in, the pictures are noise.
  const data = bytes.indexOf("mdat");
  const from = data + Math.floor((bytes.length - data) * 0.5);
  for (let at = from; at < data + (bytes.length - data) * 0.6; at++) bytes[at] = (at * at * 31 + 129) & 255;
  folder.write("damaged.mp4", bytes);
  folder.write("empty.mp4", "");
  folder.write("noise.mp4", Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * n * 7 + n) & 255)));
  scene("whole.json", "clip.mp4");
  scene("damaged.json", "damaged.mp4");
  scene("empty.json", "empty.mp4");
  scene("noise.json", "noise.mp4");
});

for (const name of ["empty", "noise"]) {
  test(`a clip of ${name === "empty" ? "no bytes" : "noise"}: the page names the asset and what is wrong with it`, () =>
    withEditor(folder, `?scene=scene/${name}.json`, async (_, page) => {
      await page.waitForSelector("#message.bad");
      assert.match(await page.textContent("#message"), new RegExp(`asset clip: .*${name}\\.mp4`));
    }));
}

test("noise in the middle of a clip: the page goes on, and what is whole can be sought", () =>
  withEditor(folder, "?scene=scene/damaged.json", async (editor, page) => {
    await editor.shows(0);
    await editor.settled();
    const first = await editor.hash();
    // Decoders conceal what they can: at some picture of the second half they give up, or show something.
    await page.evaluate(async () => {
      const { preview } = await millpondDemo;
      for (let frame = 40; frame < 75; frame += 5) await preview.seek(frame);
      await preview.seek(0);
    });
    await editor.shows(0);
    await editor.settled();
    assert.equal(await editor.hash(), first, "the first frame is what it was");
  }));
