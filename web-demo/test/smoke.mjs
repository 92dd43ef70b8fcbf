// Plays a scene in a real browser by the page's own buttons: node smoke.mjs --site DIR --scene SCENE.json --shot PNG
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { pageOf } from "../scene_url.mjs";
import { serve } from "../server.mjs";
import { withPage } from "./browser.mjs";

const { values: options } = parseArgs({
  options: {
    site: { type: "string" },
    scene: { type: "string" },
    input: { type: "string", multiple: true, default: [] },
    shot: { type: "string" },
  },
});

/** Frames that must be shown while nothing allocates. */
const FRAMES = 100;

const { mounts, query } = pageOf(options.site, options.scene, options.input);
const server = await serve(mounts);
try {
  await withPage(`${server.origin}/?${query}`, undefined, async (page) => {
    const number = async (id) => Number(await page.textContent(`#${id}`));
    const frame = () => number("frame-number");
    const hash = () => page.textContent("#hash");
    await page.waitForSelector("#play:enabled", { timeout: 30_000 });
    await page.waitForFunction(() => document.getElementById("hash").textContent.length === 64);
    assert.equal(await frame(), 0, "the page opens at frame 0");
    const first = await hash();
    const count = await number("frame-count");

    // A short scene plays again from its start.
    await page.evaluate(async () => {
      const { editor } = await globalThis.millpondDemo;
      globalThis.shown = [];
      editor.on(["frame"], () => editor.playing && globalThis.shown.push(editor.frame));
    });
    const isQuiet = () => page.waitForFunction(() => document.getElementById("steady").textContent === "0").catch(() => assert.fail("playing allocated"));
    while ((await page.evaluate(() => globalThis.shown.length)) < FRAMES) {
      await page.click("#play");
      await page.waitForSelector("#play.playing");
      await page.waitForFunction(
        (enough) => globalThis.shown.length >= enough || !document.getElementById("play").matches(".playing"),
        FRAMES,
        { timeout: 60_000 },
      );
      if (await page.locator("#play.playing").count()) await page.click("#play");
      await page.waitForSelector("#play:not(.playing)");
      await isQuiet();
    }
    const shown = await page.evaluate(() => globalThis.shown.length);
    const paused = await frame();
    await page.waitForTimeout(300);
    assert.equal(await frame(), paused, "a paused scene stands still");
    assert.equal(await number("steady"), 0, "playing allocated");

    // Stepping and seeking: the same frame has the same hash, wherever one comes from.
    const shows = (n) =>
      page.waitForFunction((n) => document.getElementById("frame-number").textContent === String(n), n);
    await page.click(paused > 0 ? "#back" : "#forward");
    await shows(paused > 0 ? paused - 1 : 1);
    const goTo = async (n) => {
      await page.locator("#position").fill(String(n));
      await shows(n);
      await page.evaluate(async () => (await globalThis.millpondDemo).preview.settled());
      return hash();
    };
    const middle = Math.floor(count / 2);
    const there = await goTo(middle);
    assert.equal(await goTo(0), first, "frame 0 is what it was");
    assert.equal(await goTo(middle), there, "the middle frame is what it was");

    await page.waitForTimeout(1000);
    const message = (await page.textContent("#message")) + (await page.textContent("#warning"));
    assert.equal(message, "", "the page complains");
    if (options.shot !== undefined) await page.screenshot({ path: options.shot });
    console.log(`played ${shown} frames, 0 allocations; paused, stepped and sought`);
  });
} catch (error) {
  console.error(error?.message ?? error);
  process.exitCode = 1;
} finally {
  await server.close();
}
