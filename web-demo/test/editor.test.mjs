// The editor as a reader uses it: files, layers, keys, comparing, copying.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Folder, withEditor } from "./editor_page.mjs";

const millpond = process.env.MILLPOND ?? join(import.meta.dirname, "../../target/release/millpond");
const folder = new Folder();
after(() => folder.remove());

before(() => {
  assert.ok(existsSync(millpond), `${millpond} is missing: cargo xtask test makes it`);
  const h264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-pix_fmt", "yuv420p"];
  folder.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-f", "lavfi", "-i", "sine=f=440:d=2", ...h264, "-c:a", "aac", "clip.mp4");
  folder.ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:d=1", "-frames:v", "1", "logo.png");
  folder.ffmpeg("-f", "lavfi", "-i", "sine=f=220:d=1", "tone.wav");
  folder.write("empty.mp4", "");
  folder.write("broken.json", "{");
  folder.write("wrong.txt", "not hashes\n");
  const canvas = { width: 320, height: 180, frame_rate: "25/1" };
  const scene = {
    version: 1,
    canvas,
    assets: { clip: { src: "clip.mp4" }, logo: { src: "logo.png" } },
    layers: [{ asset: "clip" }, { asset: "logo", rect: [100, 60, 64, 48], start: 0.2 }],
    audio: [{ asset: "clip" }],
    duration: 2,
  };
  folder.write("scene.json", JSON.stringify(scene).replace('"duration":2', '"duration":2.00'));
});

/** The scene at a frame that shows all its layers. */
const withScene = (work) =>
  withEditor(folder, "?scene=scene/scene.json", async (editor, page) => {
    await editor.shows(0);
    await page.fill("#position", "10");
    await editor.shows(10);
    return work(editor, page);
  });

const logo = async (editor) => (await editor.scene()).layers.find(({ asset }) => asset === "logo");

test("dropped files make a scene, are added at the playhead, or are refused with a reason", () =>
  withEditor(folder, "", async (editor, page) => {
    await page.waitForSelector("#welcome:visible");
    await page.waitForSelector("#sample:visible");
    await editor.drop(folder.in("clip.mp4"), folder.in("empty.mp4"), folder.in("broken.json"), folder.in("wrong.txt"));
    await editor.shows(0);
    await page.waitForSelector("#refused:visible");
    const refused = await page.locator("#refused li").allTextContents();
    assert.equal(refused.length, 3);
    assert.match(refused.join(), /wrong\.txt E_BAD_HASH_FILE: line 1/);
    assert.match(refused.join(), /broken\.json .*JSON/);
    assert.match(refused.join(), /empty\.mp4 .*empty/);
    await page.fill("#position", "5");
    await editor.shows(5);
    await editor.drop(folder.in("logo.png"), folder.in("tone.wav"), folder.in("clip.mp4"));
    await page.waitForFunction(async () => (await millpondDemo).editor.items("layers").length === 3);
    await page.waitForSelector("#refused", { state: "hidden" });
    await editor.dropAt(await editor.at(40.4, 30.4), folder.in("logo.png"));
    await page.waitForFunction(async () => (await millpondDemo).editor.items("layers").length === 4);
    assert.deepEqual((await editor.scene()).layers[3].rect, [8, 6, 64, 48]);
    await page.keyboard.press("Control+z");
    assert.deepEqual(await editor.scene(), {
      version: 1,
      canvas: { width: 320, height: 180, frame_rate: "25/1", background: "#000000", format: "i420" },
      assets: { clip: { src: "clip.mp4" }, logo: { src: "logo.png" }, tone: { src: "tone.wav" }, "clip-2": { src: "clip-2.mp4" } },
      layers: [{ asset: "clip" }, { asset: "logo", rect: [128, 66, 64, 48], start: 0.2 }, { asset: "clip-2", start: 0.2 }],
      audio: [{ asset: "clip" }, { asset: "tone", start: 0.2 }, { asset: "clip-2", start: 0.2 }],
    });
  }));

test("a scene that is dropped waits for its files, whatever folders it has them in", () =>
  withEditor(folder, "", async (editor, page) => {
    folder.write("elsewhere.json", readFileSync(folder.in("scene.json"), "utf8").replace("clip.mp4", "media/clip.mp4"));
    await editor.drop(folder.in("elsewhere.json"), folder.in("logo.png"));
    await page.waitForFunction(() => /waits for media\/clip\.mp4/.test(document.getElementById("warning").textContent));
    await editor.drop(folder.in("clip.mp4"));
    await editor.shows(0);
    await page.waitForFunction(() => document.getElementById("warning").textContent === "");
    assert.equal((await editor.scene()).layers.length, 2);
  }));

test("a folder is dropped with all that lies in it", () =>
  withEditor(folder, "", async (editor, page) => {
    mkdirSync(folder.in("project/media"), { recursive: true });
    folder.write("project/scene.json", readFileSync(folder.in("scene.json"), "utf8").replace("clip.mp4", "media/clip.mp4"));
    copyFileSync(folder.in("clip.mp4"), folder.in("project/media/clip.mp4"));
    copyFileSync(folder.in("logo.png"), folder.in("project/logo.png"));
    // Only the browser itself can drop a folder.
    const client = await page.context().newCDPSession(page);
    const data = { items: [], files: [folder.in("project")], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver"]) await client.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
    await page.waitForSelector("#drop-hint", { state: "visible" });
    await client.send("Input.dispatchDragEvent", { type: "drop", x: 400, y: 300, data });
    await editor.shows(0);
    assert.equal(await page.textContent("#warning"), "");
    assert.deepEqual(Object.keys((await editor.scene()).assets), ["clip", "logo"]);
    await page.waitForSelector("#drop-hint", { state: "hidden" });
  }));

test("a browser that never opens a way to the speakers plays in silence and says so", () =>
  withScene(async (editor, page) => {
    await page.evaluate(() => (AudioContext.prototype.resume = () => new Promise(() => {})));
    await page.click("#play");
    await page.waitForSelector("#play.playing");
    assert.match(await page.textContent("#warning"), /silence/);
  }));

test("a layer is moved and resized by hand and by keys, snaps, and all is undone", () =>
  withScene(async (editor, page) => {
    const before = await editor.json();
    const hash = await editor.hash();
    await editor.pull([130, 80], [150, 91]);
    assert.deepEqual((await logo(editor)).rect, [120, 71, 64, 48]);
    // Within reach of the canvas's corner; without snapping not quite there.
    await editor.pull([130, 80], [12, 10]);
    assert.deepEqual((await logo(editor)).rect, [0, 0, 64, 48]);
    await editor.pull([30, 20], [32, 21], "Alt");
    assert.deepEqual((await logo(editor)).rect, [2, 1, 64, 48]);
    await editor.pull([66, 49], [98, 52], "Shift");
    assert.deepEqual((await logo(editor)).rect, [2, 1, 96, 72]);
    await page.locator(".box.selected").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("ArrowDown");
    assert.deepEqual((await logo(editor)).rect, [3, 11, 86, 73]);
    await editor.settled();
    assert.notEqual(await editor.hash(), hash);
    for (let step = 0; step < 5; step++) await page.keyboard.press("Control+z");
    assert.equal(await editor.json(), before);
    assert.match(before, /"duration": 2\.00/);
    await editor.settled();
    assert.equal(await editor.hash(), hash);
    await page.keyboard.press("Control+Shift+z");
    assert.deepEqual((await logo(editor)).rect, [120, 71, 64, 48]);
  }));

test("the inspector changes what is selected, and the worker's complaint is shown until it is mended", () =>
  withScene(async (editor, page) => {
    await editor.settled();
    const hash = await editor.hash();
    await page.click(".row.layers >> nth=0 >> .name");
    await page.selectOption("#inspector :text('Blend') + select", "difference");
    await page.fill("#inspector :text('Opacity') + input", "0.5");
    await page.fill("#inspector :text('X') + input", "7");
    const { blend, opacity, rect } = await logo(editor);
    assert.deepEqual({ blend, opacity, rect }, { blend: "difference", opacity: 0.5, rect: [7, 60, 64, 48] });
    await editor.settled();
    assert.notEqual(await editor.hash(), hash);
    await page.fill("#inspector :text('End') + input", "0.1");
    await page.waitForFunction(() => /^E_SCENE_VALUE.*layers\[1\]\.end/.test(document.getElementById("warning").textContent));
    await page.fill("#inspector :text('End') + input", "");
    await page.waitForFunction(() => document.getElementById("warning").textContent === "");
    assert.equal((await logo(editor)).end, undefined);
  }));

test("bars of the timeline are moved, trimmed, reordered, duplicated and deleted by keys", () =>
  withScene(async (editor, page) => {
    await page.locator(".row.layers .bar >> nth=0").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    assert.equal((await logo(editor)).start, 0.64);
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowLeft");
    assert.equal((await logo(editor)).start, 0.6);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Shift+ArrowLeft");
    assert.equal((await logo(editor)).end, 1.6);
    await page.keyboard.press("Alt+ArrowDown");
    assert.deepEqual((await editor.scene()).layers.map(({ asset }) => asset), ["logo", "clip"]);
    await page.keyboard.press("Control+d");
    assert.deepEqual((await editor.scene()).layers.map(({ asset }) => asset), ["logo", "logo", "clip"]);
    await page.keyboard.press("Delete");
    await page.keyboard.press("Escape");
    assert.deepEqual((await editor.scene()).layers.map(({ asset }) => asset), ["logo", "clip"]);
    await page.locator(".row.audio .bar").focus();
    await page.keyboard.press("Control+d");
    await page.keyboard.press("ArrowRight");
    assert.deepEqual((await editor.scene()).audio, [{ asset: "clip" }, { asset: "clip" }].map((sound, n) => (n === 1 ? { ...sound, start: 0.04 } : sound)));
    // The first sound stands on top, unlike the first layer.
    await page.keyboard.press("Alt+ArrowUp");
    assert.equal((await editor.scene()).audio[0].start, 0.04);
    await page.keyboard.press("Delete");
    // A bar that is pulled goes along with the pointer, frame by frame.
    const bar = await page.locator(".row.audio .bar").boundingBox();
    const y = bar.y + bar.height / 2;
    await page.mouse.move(bar.x + bar.width / 2, y);
    await page.mouse.down();
    await page.mouse.move(bar.x + bar.width * 0.75, y, { steps: 4 });
    await page.mouse.up();
    const { start } = (await editor.scene()).audio[0];
    assert.ok(Math.abs(start - 0.5) <= 0.04 && Number.isInteger(Math.round(start * 1000) / 40), `${start}`);
    // The in-point of a start that is pulled is rounded once, however many steps it takes.
    await page.click(".row.layers >> nth=0 >> .name");
    await page.fill("#inspector :text('Speed') + input", "0.33");
    const end = await page.locator(".row.selected .end.start").boundingBox();
    await page.mouse.move(end.x + 4, y);
    await page.mouse.move(end.x + 4, end.y + end.height / 2);
    await page.mouse.down();
    await page.mouse.move(end.x + bar.width * 0.4, end.y + end.height / 2, { steps: 30 });
    await page.mouse.up();
    const clip = (await editor.scene()).layers[1];
    assert.equal(clip.asset, "clip");
    assert.ok(clip.start > 0.6);
    assert.equal(clip.offset, Number((clip.start * 0.33).toFixed(3)));
  }));

test("keys seek, step, play and pause the sample", () =>
  withEditor(folder, "", async (editor, page) => {
    await page.click("#sample");
    await editor.shows(0);
    await page.locator("body").press("End");
    await editor.shows(49);
    for (const [key, frame] of [["Home", 0], ["ArrowRight", 1], [".", 2], [",", 1], ["l", 26], ["j", 1], ["ArrowLeft", 0]]) {
      await page.keyboard.press(key);
      await editor.shows(frame);
    }
    await page.keyboard.press("k");
    await page.waitForSelector("#play.playing");
    await page.waitForFunction(() => Number(document.getElementById("frame-number").textContent) > 3);
    await page.keyboard.press(" ");
    await page.waitForSelector("#play:not(.playing)");
    await page.keyboard.press("?");
    await page.waitForSelector("#help-dialog[open]");
  }));

test("each frame turns green or red by the native render's hashes, and the copied scene is the same natively", () =>
  withScene(async (editor, page) => {
    await page.locator(".row.layers .bar >> nth=0").focus();
    await page.keyboard.press("Shift+ArrowRight");
    await page.selectOption("#inspector :text('Blend') + select", "screen");
    await editor.settled();
    await page.click("#copy-scene");
    await page.waitForFunction(() => document.getElementById("copy-status").textContent === "Copied.");
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, await editor.json());
    const command = await page.textContent("#copy-command");
    await page.keyboard.press("Escape");
    folder.write("copied.json", copied);
    folder.run(millpond, ...command.replace("scene.json", "copied.json").split(" ").slice(1));
    const lines = readFileSync(folder.in("frames.txt"), "utf8").trimEnd().split("\n");
    assert.equal(lines.length, 50);
    const altered = lines.map((line, n) => (n === 31 ? line.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")) : line));
    await editor.drop(folder.write("altered.txt", `${altered.join("\n")}\n`));
    await page.waitForSelector("#verdict.equal", { state: "attached" });
    await page.click("#compare-all");
    await page.waitForFunction(() => document.getElementById("compare-text").textContent === "Native render: 49 frames equal, 1 different");
    await page.fill("#position", "31");
    await page.waitForSelector("#verdict.different", { state: "attached" });
    // Below the ruler's tick of that frame the strip is red, beside it green.
    const colors = await page.evaluate(async () => {
      const canvas = document.getElementById("ruler");
      const { seen, perSecond } = { seen: canvas.width / devicePixelRatio - 12, perSecond: (canvas.width / devicePixelRatio - 12) / 2 };
      const at = (frame) => [...canvas.getContext("2d").getImageData(Math.floor(((frame + 0.5) / 25) * perSecond * devicePixelRatio), canvas.height - 3, 1, 1).data];
      return [at(30), at(31), at(45), seen];
    });
    const isRed = ([red, green]) => red > green;
    assert.deepEqual(colors.slice(0, 3).map(isRed), [false, true, false], JSON.stringify(colors));
    await page.click("#compare-end");
    await page.waitForSelector("#compare", { state: "hidden" });
  }));

test("an export tells how far it is and ends with a file, and one that is cancelled with none", () =>
  withScene(async (editor, page) => {
    await page.click("#export");
    await page.click("#export-start");
    await page.waitForSelector("#export-link", { state: "visible" });
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export-link")]);
    assert.equal(download.suggestedFilename(), "scene.mp4");
    // The engine's tests look into it.
    await download.saveAs(folder.in("exported.mp4"));
    assert.match(folder.run("ffprobe", "-v", "error", "-show_entries", "format=format_name", "exported.mp4"), /mp4/);
    assert.match(await page.textContent("#export-status"), /^MP4 with \S+ and \S+, [\d.]+ MB$/);
    await page.keyboard.press("Escape");
    await page.fill("#inspector :text('Length') + input", "600");
    await editor.settled();
    await page.click("#export");
    await page.click("#export-start");
    await page.waitForFunction(() => /^[1-9]\d* of 15000 frames$/.test(document.getElementById("export-status").textContent));
    await page.click("#export-cancel");
    await page.waitForFunction(() => document.getElementById("export-status").textContent === "Cancelled.");
    assert.equal(await page.locator("#export-link").isVisible(), false);
  }));
