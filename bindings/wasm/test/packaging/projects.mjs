// Tiny projects that have the packed tarball installed, and a server that gives a page no more than it needs.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, normalize } from "node:path";
import { after } from "node:test";
import { chromium } from "playwright-core";

/**
 * What every project computes: a picture through one entry; in a worker, features through another; a composed scene in
 * millpond's own worker, started as it is and from a script of the project's.
 */
export const PAGE = `
  import { FramePool, Mel, Scene, wasmModule } from "millpond";
  import { MillpondWorker } from "millpond/worker";

  const pool = new FramePool("i420", 5, 3, 2);
  const slot = pool.acquire();
  slot.plane(0)[0] = 7;
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.postMessage(wasmModule());
  worker.onerror = ({ message }) => (document.title = "worker: " + message);
  const mel = new Promise((heard) => (worker.onmessage = ({ data }) => heard(data)));

  const json = '{"version": 1, "canvas": {"width": 34, "height": 6, "frame_rate": 25}, "assets": {"a": {"input": {"width": 8, "height": 4, "format": "rgba"}}}, "layers": [{"asset": "a"}], "duration": 1}';
  const hash = async (scene) => {
    await scene.need(0);
    await scene.pushInput(0, { format: "rgba", width: 8, height: 4, planes: [Uint8Array.from({ length: 128 }, (_, n) => n | 1)] });
    await scene.need(0);
    await scene.compose(0);
    return scene.canvasHash();
  };
  const expected = await hash(new Scene(json));
  const thread = () => new Worker(new URL("./thread.js", import.meta.url), { type: "module" });
  const said = [];
  for (const start of [() => MillpondWorker.start(), () => MillpondWorker.start({ worker: thread() })]) {
    try {
      const worker = await start();
      said.push((await hash(await worker.scene(json))) === expected);
      worker.close();
    } catch (error) {
      said.push(error.code + (error.message.includes("worker-thread") ? " with its remedy" : error.message));
    }
  }
  document.title = [slot.bytes[0], new Mel("lipsync").nMels, await mel, ...said].join();
`;
export const WORKER = `
  import { Mel } from "millpond/audio";
  postMessage(new Mel("whisper-128").nMels);
`;
/** The same with the page's module, for who makes scripts of workers in which no module can wait for another. */
export const SLIM_WORKER = `
  import { Mel, initSync } from "millpond/slim";
  onmessage = ({ data }) => {
    initSync(data);
    postMessage(new Mel("whisper-128").nMels);
  };
`;
export const THREAD = 'import "millpond/worker-thread";';
/** The sources of a project without a bundler, which names the package's files. */
export function unbundled(sources) {
  const file = (_, entry) => `"./node_modules/millpond/dist/esm/${entry?.replace("-", "_") ?? "index"}.js"`;
  const named = ([name, code]) => [name, code.replace(/"millpond(?:\/([\w-]+))?"/g, file)];
  return Object.fromEntries(Object.entries(sources).map(named));
}

/** Under the policy below, which forbids workers from `blob:`, and under one that allows them. */
const EXPECTED = "7,80,128,E_NO_WORKER with its remedy,true";
const EXPECTED_WITH_BLOB = "7,80,128,true,true";

/** Writes files, by name, under a folder, which is returned. */
function project(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Makes projects in `work` by name, each with the installed package beside its files. */
export const projects = (work, installed) => (name, files) => {
  const folder = project(join(work, name), { "package.json": '{ "private": true, "type": "module" }', ...files });
  cpSync(join(installed, "node_modules"), join(folder, "node_modules"), { recursive: true });
  return folder;
};

export const html = (script) => `<!doctype html><meta charset="utf-8"><title></title><script type="module" src="${script}"></script>`;

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

// The strictest policy under which WebAssembly runs at all. No cross-origin isolation.
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
export const POLICY_WITH_BLOB = POLICY.replace("worker-src", "worker-src blob:");

/**
 * The page in a folder runs under that policy, and with workers from `blob:`. `loosened` allows what a bundler needs;
 * `title` asks another browser.
 */
export async function runs(folder, loosened = (policy) => policy, title = titleOf) {
  assert.equal(await title(folder, loosened(POLICY)), EXPECTED);
  assert.equal(await title(folder, loosened(POLICY_WITH_BLOB)), EXPECTED_WITH_BLOB);
}

function serve(folder, policy) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain", "content-security-policy": policy });
    response.end(readFileSync(file));
  });
  return new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(server)));
}

let browser;
after(async () => (await browser)?.close());
const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
  });

/** The title that the folder's page gives itself, or what went wrong in it. `expected` errors of the console are ignored. */
export async function titleOf(folder, policy = POLICY, expected = /Creating a worker from 'blob:|missing\.js|TrustedScriptURL/) {
  const server = await serve(folder, policy);
  const context = await (await (browser ??= launch())).newContext();
  try {
    const page = await context.newPage();
    const failed = new Promise((_, reject) => {
      page.on("pageerror", reject);
      page.on("console", (message) => {
        if (message.type() !== "error" || expected.test(message.text())) return;
        reject(new Error(`${message.text()} ${message.location().url}`));
      });
    });
    failed.catch(() => {});
    const titled = async () => {
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForFunction(() => document.title !== "", undefined, { timeout: 60_000 });
      return page.title();
    };
    return await Promise.race([titled(), failed]);
  } finally {
    await context.close();
    server.closeAllConnections();
    server.close();
  }
}

/** The script of a page that tells its title to the server, for a browser that nothing drives. */
export const TELL = `
  const tell = () => (document.title === "" ? setTimeout(tell, 100) : fetch("/said?" + document.title));
  for (const event of ["error", "unhandledrejection"]) addEventListener(event, ({ message, reason }) => (document.title = "failed: " + (message ?? reason)));
  tell();
`;

/** The title that the folder's page tells by {@link TELL}, in a browser that `launch` starts. */
export async function titleTold(launch, folder, policy) {
  const server = await serve(folder, policy);
  const said = new Promise((told) => {
    server.on("request", ({ url }) => url.startsWith("/said?") && told(decodeURIComponent(url.slice(6))));
  });
  const browser = await launch(`http://127.0.0.1:${server.address().port}/`);
  try {
    return await Promise.race([said, browser.gone]);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
