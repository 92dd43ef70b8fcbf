// The demo's worker on a bare page, with files that ffmpeg makes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../../server.mjs";
import { after } from "node:test";
import { launch, withPage } from "../browser.mjs";

const site = join(import.meta.dirname, "../../dist");
const here = `${import.meta.dirname}/`;

/** One browser for all tests of a file, each in a page and a context of its own. */
let browser;
after(async () => (await browser)?.close());

/** A folder of files and scenes for one test file; `remove` it in the end. */
export class Media {
  folder = mkdtempSync(join(tmpdir(), "millpond-engine-"));

  path(name) {
    return join(this.folder, name);
  }

  read(name) {
    return readFileSync(this.path(name));
  }

  write(name, data) {
    writeFileSync(this.path(name), data);
  }

  ffmpeg(...args) {
    return execFileSync("ffmpeg", ["-v", "error", "-y", ...args], { cwd: this.folder, encoding: "utf8" });
  }

  /** A clip of `seconds` with B-frames and, by its name, AAC. */
  clip(name, { seconds = 4, size = "320x180", rate = 25, sound = true } = {}) {
    const inputs = ["-f", "lavfi", "-i", `testsrc2=s=${size}:r=${rate}:d=${seconds}`];
    if (sound) inputs.push("-f", "lavfi", "-i", `sine=f=440:d=${seconds}`);
    this.ffmpeg(...inputs, "-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", name);
  }

  /** The text of a scene, also written beside the media. */
  scene(name, fields, canvas = {}) {
    const json = JSON.stringify({ version: 1, canvas: { width: 320, height: 180, frame_rate: "25/1", ...canvas }, ...fields });
    this.write(name, json);
    return json;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Opens the page and hands it to `work` when the worker has started.
 *
 * @param query - What the browser is to lack: `?without=NAME`.
 */
export async function withEngine(media, work, query = "") {
  browser ??= launch();
  const server = await serve({ "/": `${site}/`, "/scene/": `${media.folder}/`, "/test/": here, "/test/engine.js": join(site, "engine.js") });
  try {
    return await withPage(`${server.origin}/test/${query}`, undefined, async (page) => {
      page.setDefaultTimeout(60_000);
      await page.waitForFunction(() => globalThis.engine !== undefined || globalThis.engineLost !== undefined);
      const lost = await page.evaluate(() => globalThis.engineLost);
      if (lost !== undefined) throw new Error(`worker: ${lost}`);
      return work(page, {
        ask: (name, take) => page.evaluate(([name, take]) => engine.ask(name, take), [name, take]),
        problem: (name, take) => page.evaluate(([name, take]) => engine.problem(name, take), [name, take]),
        probe: (name, take = {}) => page.evaluate((what) => engine.probe(what), { name, ...take }),
        events: (event) => page.evaluate((event) => engine.events.filter((one) => one.event === event).map(({ data }) => data), event),
      });
    }, await browser);
  } finally {
    await server.close();
  }
}
