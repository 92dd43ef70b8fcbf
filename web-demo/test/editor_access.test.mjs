// The editor for everyone: by keyboard alone, in light and dark, on narrow screens, without long pauses; a lost worker.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Folder, withEditor } from "./editor_page.mjs";

const folder = new Folder();
after(() => folder.remove());

before(() => {
  folder.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "clip.mp4");
  const canvas = { width: 320, height: 180, frame_rate: "25/1" };
  const layers = [{ asset: "clip" }, { asset: "clip", rect: [100, 60, 64, 48] }];
  folder.write("scene.json", JSON.stringify({ version: 1, canvas, assets: { clip: { src: "clip.mp4" } }, layers }));
});

const withScene = (work) =>
  withEditor(folder, "?scene=scene/scene.json", async (editor, page) => {
    await editor.shows(0);
    await editor.settled();
    return work(editor, page);
  });

test("the key Tab reaches everything that can be clicked, and everything has a name", () =>
  withScene(async (editor, page) => {
    await page.locator(".row.layers .name >> nth=0").click();
    // Twice past the end of the page, since the first round begins somewhere.
    for (let ends = 0; ends < 2; ) {
      await page.keyboard.press("Tab");
      const isName = await page.evaluate(() => {
        document.activeElement.classList.add("reached");
        return document.activeElement.matches(".name");
      });
      ends += await page.evaluate(() => Number(document.activeElement === document.body));
      // A row shows its other buttons when it is selected.
      if (isName) await page.keyboard.press("Enter");
      if (isName) await page.waitForSelector(".row.selected .name:focus");
    }
    const missed = await page.evaluate(() => {
      const wanted = "button, input, select, a[href], summary, textarea, [role=slider], [role=button]";
      const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.closest("dialog, #refused") === null;
      const isOfAnotherRow = (element) => element.tabIndex === -1 && element.closest(".row:not(.selected)") !== null;
      return [...document.querySelectorAll(wanted)]
        .filter((element) => isShown(element) && !element.disabled && !isOfAnotherRow(element) && !element.matches(".reached"))
        .map((element) => element.outerHTML.slice(0, 120));
    });
    assert.deepEqual(missed, []);
    const nameless = await page.evaluate(() => {
      const controls = document.querySelectorAll("button, input, select, textarea, [role=slider], [role=button]");
      const isNamed = (element) => element.ariaLabel || element.textContent.trim() || element.labels?.length || element.getAttribute("aria-labelledby");
      return [...controls].filter((element) => !isNamed(element)).map((element) => element.outerHTML.slice(0, 120));
    });
    assert.deepEqual(nameless, []);
  }));

test("text can be read in light and in dark, and the toggle stays", () =>
  withScene(async (editor, page) => {
    const theme = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const colorScheme of ["light", "dark"]) {
      // Without motion a colour is there at once.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.reload();
      await editor.shows(0);
      const faint = await page.evaluate(contrasts);
      assert.deepEqual(faint, [], colorScheme);
    }
    const dark = await theme();
    await page.click("#theme");
    const light = await theme();
    assert.notEqual(light, dark);
    await page.reload();
    await editor.shows(0);
    assert.equal(await theme(), light);
  }));

/** Runs in the page: texts whose contrast is below 4.5 : 1. */
function contrasts() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (!hasText || !element.checkVisibility({ visibilityProperty: true }) || element.matches(":disabled, option")) continue;
    const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(`${element.outerHTML.slice(0, 60)}: ${contrast.toFixed(2)}`);
  }
  return found;
}

test("nothing sticks out sideways on any screen", () =>
  withScene(async (editor, page) => {
    for (const width of [1360, 1024, 420]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForFunction((width) => document.documentElement.scrollWidth <= width, width);
      const outside = await page.evaluate((width) => {
        const controls = [...document.querySelectorAll("header *, #transport *, aside *")].filter((element) => element.checkVisibility());
        return controls.filter((element) => element.getBoundingClientRect().right > width + 0.5).map((element) => element.outerHTML.slice(0, 100));
      }, width);
      assert.deepEqual(outside, [], `${width}`);
    }
  }));

test("no task of the page's own thread takes 50 ms of its processor while it loads, plays and pulls", () =>
  withEditor(folder, "", async (editor, page) => {
    const browser = page.context().browser();
    await browser.startTracing(page, { categories: ["toplevel"] });
    await page.reload();
    await page.waitForFunction(() => globalThis.millpondDemo !== undefined);
    await editor.drop(folder.in("scene.json"), folder.in("clip.mp4"));
    await editor.shows(0);
    await page.click("#play");
    await page.waitForFunction(() => Number(document.getElementById("frame-number").textContent) > 10);
    await page.click("#play");
    await page.waitForSelector("#play:not(.playing)");
    for (let turn = 0; turn < 3; turn++) await editor.pull([130, 80], [160 + turn, 100]);
    await editor.settled();
    const { traceEvents } = JSON.parse(await browser.stopTracing());
    const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
    const isOfPage = ({ pid, tid }) => threads.some((thread) => thread.pid === pid && thread.tid === tid);
    // The thread's own time: a machine that does other things at once does not count. Tasks hold tasks: the longest is told.
    const tasks = traceEvents.filter((event) => event.ph === "X" && event.tdur !== undefined && isOfPage(event));
    assert.ok(tasks.length > 100, `${tasks.length} tasks were seen`);
    const longest = tasks.reduce((longest, task) => (task.tdur > longest.tdur ? task : longest));
    assert.ok(longest.tdur < 50_000, `${longest.name}: ${longest.tdur / 1000} ms`);
  }));

test("a worker that is lost is missed, and started again with the document and the frame as they were", () =>
  withScene(async (editor, page) => {
    const hash = await editor.hash();
    await page.fill("#position", "20");
    await editor.shows(20);
    await page.locator(".box >> nth=1").focus();
    await page.keyboard.press("ArrowRight");
    await editor.settled();
    const [moved, json] = [await editor.hash(), await editor.json()];
    assert.notEqual(moved, hash);
    await page.workers()[0].evaluate(() => self.close());
    await page.evaluate(() => (document.getElementById("hash").textContent = ""));
    await page.waitForFunction(() => /worker .* lost/.test(document.querySelector("#message.bad")?.textContent));
    await page.click("#restart");
    await page.waitForSelector("#restart", { state: "hidden" });
    await page.waitForFunction((moved) => document.getElementById("hash").textContent === moved, moved);
    assert.equal(await editor.json(), json);
    assert.equal(await page.textContent("#frame-number"), "20");
    assert.equal(await page.textContent("#message"), "");
  }));
