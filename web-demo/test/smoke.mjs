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

    // Every composed frame notes the allocations so far and the counter that the page shows then.
    await page.evaluate(async () => {
      const { scene } = (await globalThis.millpondDemo).player;
      const counter = document.getElementById("frame-number");
      const compose = scene.compose.bind(scene);
      globalThis.composed = [];
      scene.compose = (n) => {
        compose(n);
        const { steadyAllocations } = scene.stats().memory;
        globalThis.composed.push({ steadyAllocations, counter: Number(counter.textContent) });
      };
    });
    // A short scene plays again from its start.
    while ((await page.evaluate(() => globalThis.composed.length)) < FRAMES) {
      await page.click("#play");
      await page.waitForFunction(
        (enough) => globalThis.composed.length >= enough || !document.getElementById("play").matches(".playing"),
        FRAMES,
        { timeout: 60_000 },
      );
    }
    if (await page.locator("#play.playing").count()) await page.click("#play");
    await page.waitForSelector("#play:not(.playing)");
    const composed = await page.evaluate(() => globalThis.composed);
    assert.equal(composed.at(-1).steadyAllocations - composed[0].steadyAllocations, 0, "playing allocated");
    const counted = new Set(composed.map(({ counter }) => counter)).size;
    assert.ok(counted > FRAMES / 4, `the frame counter moved only ${counted} times`);
    const paused = await frame();
    await page.waitForTimeout(300);
    assert.equal(await frame(), paused, "a paused scene stands still");

    // Stepping and seeking: the same frame has the same hash, wherever one comes from.
    const shows = (n) =>
      page.waitForFunction((n) => document.getElementById("frame-number").textContent === String(n), n);
    await page.click(paused > 0 ? "#back" : "#forward");
    await shows(paused > 0 ? paused - 1 : 1);
    const goTo = async (n) => {
      await page.locator("#position").fill(String(n));
      await shows(n);
      await page.evaluate(async () => (await globalThis.millpondDemo).goTo(Number(document.getElementById("position").value)));
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
    console.log(`played ${composed.length} frames, 0 allocations; paused, stepped and sought`);
  });
} catch (error) {
  console.error(error?.message ?? error);
  process.exitCode = 1;
} finally {
  await server.close();
}
