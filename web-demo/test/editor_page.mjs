// The editor on a page, with media that ffmpeg makes, and what a reader does with it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after } from "node:test";
import { serve } from "../server.mjs";
import { launch, withPage } from "./browser.mjs";

const site = join(import.meta.dirname, "../dist");
const DEADLINE = 60_000;
/** What a careful host sends with everything, the worker and the worklet included. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self'; img-src 'self' data:; object-src 'none'";

/** One browser for all tests of a file, each in a page and a context of its own. */
let browser;
after(async () => (await browser)?.close());

/** A folder of files for one test file; `remove` it in the end. */
export class Folder {
  path = mkdtempSync(join(tmpdir(), "millpond-editor-"));

  in(name) {
    return join(this.path, name);
  }

  write(name, data) {
    writeFileSync(this.in(name), data);
    return this.in(name);
  }

  run(program, ...args) {
    return execFileSync(program, args, { cwd: this.path, encoding: "utf8" });
  }

  ffmpeg(...args) {
    return this.run("ffmpeg", "-v", "error", "-y", ...args);
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Opens the editor at a query and hands it to `work`. What its content security policy forbids must not be tried. */
export async function withEditor(folder, query, work) {
  browser ??= launch();
  const strictly = (_, response) => void response.setHeader("content-security-policy", POLICY);
  const server = await serve({ "/": `${site}/`, "/scene/": `${folder.path}/` }, 0, strictly);
  try {
    return await withPage(`${server.origin}/${query}`, undefined, async (page) => {
      page.setDefaultTimeout(DEADLINE);
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      const forbidden = [];
      page.on("console", (message) => /content security policy/i.test(message.text()) && forbidden.push(message.text()));
      // Nothing may have been missed before someone listened.
      await page.reload();
      await page.waitForFunction(() => globalThis.millpondDemo !== undefined);
      await work(new EditorPage(page), page);
      assert.deepEqual(forbidden, []);
    }, await browser);
  } finally {
    await server.close();
  }
}

/** What a reader does. */
export class EditorPage {
  constructor(page) {
    this.page = page;
  }

  /** Drops files at the edge of the page. */
  drop(...paths) {
    return this.dropAt([0, 0], ...paths);
  }

  /** Drops files at a point of the screen, as a browser hands them over. */
  async dropAt([clientX, clientY], ...paths) {
    const files = paths.map((path) => ({ name: basename(path), data: readFileSync(path).toString("base64") }));
    const transfer = await this.page.evaluateHandle((files) => {
      const transfer = new DataTransfer();
      for (const { name, data } of files) transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
      return transfer;
    }, files);
    await this.page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
    await this.page.dispatchEvent("body", "drop", { dataTransfer: transfer, clientX, clientY });
  }

  /** The document as the page would copy it. */
  async scene() {
    return JSON.parse(await this.json());
  }

  json() {
    return this.page.evaluate(async () => (await millpondDemo).editor.document.json);
  }

  /** Waits until the worker shows the document as it is now, and the figures are of this picture. */
  settled() {
    return this.page.evaluate(async () => (await millpondDemo).preview.settled());
  }

  /** Waits until a frame is shown. */
  shows(frame) {
    return this.page.waitForFunction((frame) => document.getElementById("frame-number").textContent === String(frame), frame);
  }

  hash() {
    return this.page.textContent("#hash");
  }

  /** A point of the canvas on the screen. */
  async at(x, y) {
    const canvas = await this.page.locator("#canvas").boundingBox();
    const scale = canvas.width / (await this.scene()).canvas.width;
    return [canvas.x + x * scale, canvas.y + y * scale];
  }

  /** Pulls something from a point of the canvas to another. */
  async pull(from, to, key) {
    const { mouse, keyboard } = this.page;
    await mouse.move(...(await this.at(...from)));
    await mouse.down();
    if (key !== undefined) await keyboard.down(key);
    await mouse.move(...(await this.at((from[0] + to[0]) / 2, (from[1] + to[1]) / 2)));
    await mouse.move(...(await this.at(...to)));
    await mouse.up();
    if (key !== undefined) await keyboard.up(key);
  }
}
