// `millpond/worker` in Chromium: frames and canvases are moved, hashes are those of the page's own scene, and a worker that
// is lost says so. Bundlers and policies: matrix.test.mjs; what needs no browser: ../worker.test.mjs.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { install } from "../installed.mjs";
import { POLICY_WITH_BLOB, THREAD, html, projects, titleOf } from "./projects.mjs";

const installed = install();
const work = mkdtempSync(join(tmpdir(), "millpond-worker-"));
after(() => rmSync(work, { recursive: true, force: true }));

const DIST = "./node_modules/millpond/dist/esm";

const app = projects(work, installed);
let pages = 0;
/** What `code`, a module's body, resolves `say` to. */
async function page(code, files = {}, policy = POLICY_WITH_BLOB) {
  const main = `
    import * as millpond from "${DIST}/index.js";
    import { MillpondWorker } from "${DIST}/worker.js";
    const { Scene } = millpond;
    const codeOf = async (work) => { try { await work(); return "no error"; } catch (error) { return error instanceof DOMException ? error.name : error.code; } };
    const json = (format, extra = {}) => JSON.stringify({
      version: 1,
      canvas: { width: 62, height: 46, frame_rate: 25, background: "#203040", format },
      assets: { clip: { src: "clip.mp4" }, mouth: { input: { width: 16, height: 16, format: "rgba" } } },
      layers: [{ asset: "clip" }, { asset: "mouth", rect: [7, 9, 20, 20], opacity: 0.5 }],
      duration: 0.16, ...extra,
    });
    /** A video frame with a picture that changes with its number. */
    const frame = (format, width, height, n) => {
      const bytes = Uint8Array.from({ length: 4 * width * height }, (_, at) => (at * 7 + n * 31) % 251);
      return new VideoFrame(bytes, { format, codedWidth: width, codedHeight: height, timestamp: 40_000 * n });
    };
    const ticks = new Map();
    /** Composes a frame with pictures of WebCodecs. */
    const render = async (scene, n) => {
      const frames = [];
      for (let need = await scene.need(n); need.kind !== "nothing"; need = await scene.need(n)) {
        if (need.kind === "open") await scene.openClip(need.layer, { timeScale: 25 });
        if (need.kind === "picture") {
          const tick = ticks.get(scene) ?? 0;
          ticks.set(scene, tick + 1);
          const { width, height } = scene.canvasLayout;
          frames.push(frame("I420", width, height, tick));
          await scene.pushPicture(need.layer, tick, frames.at(-1));
        }
        if (need.kind === "input") {
          frames.push(frame("RGBA", 16, 16, n));
          await scene.pushInput(need.asset, frames.at(-1));
        }
      }
      await scene.compose(n);
      return frames;
    };
    let said;
    try { said = await (async () => { ${code} })(); } catch (error) { said = { error: String(error.stack) }; }
    document.title = JSON.stringify(said);
  `;
  const root = app(String(pages++), { "index.html": html("main.js"), "main.js": main, ...files });
  const said = JSON.parse(await titleOf(root, policy));
  assert.equal(said?.error, undefined);
  return said;
}

test("frames are moved, and what they make has the page's own hashes", async () => {
  const said = await page(`
    const worker = await MillpondWorker.start();
    const said = {};
    for (const format of ["i420", "rgba"]) {
      const [here, there] = [new Scene(json(format)), await worker.scene(json(format))];
      const same = [], closed = [], pixels = [];
      for (let n = 0; n < 4; n++) {
        (await render(here, n)).forEach((frame) => frame.close());
        closed.push(...(await render(there, n)).map((frame) => frame.format));
        same.push((await there.canvasHash()) === here.canvasHash());
        const [a, b] = [here.canvasFrame(n), await there.canvasFrame(n)];
        const bytes = [a, b].map((frame) => new Uint8Array(frame.allocationSize()));
        await Promise.all([a.copyTo(bytes[0]), b.copyTo(bytes[1])]);
        pixels.push(bytes[0].join() === bytes[1].join() && a.timestamp === b.timestamp && a.format === b.format);
        a.close();
        b.close();
      }
      said[format] = { same, closed: [...new Set(closed)], pixels };
    }
    said.moved = await codeOf(async () => {
      const scene = await worker.scene(json("i420"));
      await scene.openClip(0, { timeScale: 25 });
      const gone = frame("I420", 62, 46, 0);
      await scene.pushPicture(0, 0, gone);
      await scene.pushPicture(0, 1, gone);
    });
    return said;
  `);
  for (const format of ["i420", "rgba"]) {
    assert.deepEqual(said[format], { same: [true, true, true, true], closed: [null], pixels: [true, true, true, true] }, format);
  }
  assert.equal(said.moved, "DataCloneError");
});

test("composed frames are drawn on a canvas, which later scenes may use again", async () => {
  const said = await page(`
    const worker = await MillpondWorker.start();
    const element = document.body.appendChild(document.createElement("canvas"));
    /** What the element shows, once the worker's drawing has reached it. */
    const shows = async (expected) => {
      const copy = new OffscreenCanvas(element.width, element.height).getContext("2d");
      for (let tries = 0; tries < 600; tries++) {
        await new Promise(requestAnimationFrame);
        copy.canvas.width = expected.width;
        copy.canvas.height = expected.height;
        copy.drawImage(element, 0, 0);
        if (copy.getImageData(0, 0, expected.width, expected.height).data.join() === expected.pixels) return true;
      }
      return false;
    };
    const said = [];
    for (const [width, height] of [[62, 46], [30, 20]]) {
      const text = json("i420", { canvas: { width, height, frame_rate: 25 } });
      const [here, there] = [new Scene(text), await worker.scene(text, { canvas: element })];
      await render(here, 0);
      await render(there, 0);
      said.push(await shows({ width, height, pixels: here.canvasRgba().join() }), element.width, element.height);
    }
    const drawn = document.createElement("canvas");
    drawn.getContext("2d");
    said.push(await codeOf(() => worker.scene(json("i420"), { canvas: drawn })));
    const offscreen = new OffscreenCanvas(4, 4);
    const both = await Promise.all(["i420", "rgba"].map((format) => worker.scene(json(format), { canvas: offscreen })));
    said.push(both.length);
    return said;
  `);
  assert.deepEqual(said, [true, 62, 46, true, 30, 20, "InvalidStateError", 2]);
});

test("a worker that is lost rejects every call, those under way and later ones", async () => {
  const said = await page(`
    const own = (name) => new Worker(new URL(name, import.meta.url), { type: "module" });
    const said = {};
    const losses = { terminated: ["thread.js", (worker) => worker.terminate()], "closed itself": ["closing.js", () => {}], threw: ["throwing.js", () => {}] };
    for (const [name, [script, lose]] of Object.entries(losses)) {
      const thread = own(script);
      const worker = await MillpondWorker.start({ worker: thread });
      const scene = await worker.scene(json("i420"));
      const mel = await worker.mel();
      const under = [scene.seek(), mel.process(new Float32Array(3_000_000)), scene.need(0)];
      lose(thread);
      const settled = await Promise.allSettled(under);
      said[name] = [settled.at(-1).reason?.code, await codeOf(() => scene.need(0)), await codeOf(() => worker.mel())];
      scene.close();
      worker.close();
      worker.close();
    }
    said.missing = await codeOf(() => MillpondWorker.start({ worker: own("missing.js") }));
    said.silent = await codeOf(() => MillpondWorker.start({ worker: own("silent.js"), signal: AbortSignal.timeout(200) }));
    const worker = await MillpondWorker.start();
    const scene = await worker.scene(json("i420"));
    const under = scene.need(0);
    worker.close();
    said.closed = [await codeOf(() => under), await codeOf(() => scene.need(0))];
    return said;
  `, {
    "thread.js": THREAD.replace("millpond/worker-thread", `${DIST}/worker_thread.js`),
    "closing.js": `import "${DIST}/worker_thread.js"; addEventListener("message", ({ data }) => data.job === "seek" && close());`,
    "throwing.js": `import "${DIST}/worker_thread.js"; addEventListener("message", ({ data }) => { if (data.job === "seek") throw new Error("its own"); });`,
    "silent.js": "",
  });
  for (const name of ["terminated", "closed itself", "threw"]) {
    assert.deepEqual(said[name], ["E_WORKER_LOST", "E_WORKER_LOST", "E_WORKER_LOST"], name);
  }
  assert.deepEqual([said.missing, said.silent, said.closed], ["E_NO_WORKER", "TimeoutError", ["E_CLOSED", "E_CLOSED"]]);
});

test("a policy that wants trusted types is told like the others", async () => {
  const code = "return codeOf(() => MillpondWorker.start());";
  assert.equal(await page(code, {}, `${POLICY_WITH_BLOB}; require-trusted-types-for 'script'`), "E_NO_WORKER");
});
