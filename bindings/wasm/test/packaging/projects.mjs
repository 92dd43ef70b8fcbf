// Tiny projects that have the packed tarball installed, and a server that gives a page no more than it needs.
import { createServer } from "node:http";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

/** What every project computes: a picture through one entry; in a worker, features through another. */
export const PAGE = `
  import { FramePool, Mel } from "millpond";
  const pool = new FramePool("i420", 5, 3, 2);
  const slot = pool.acquire();
  slot.plane(0)[0] = 7;
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onerror = ({ message }) => (document.title = "worker: " + message);
  worker.onmessage = ({ data }) => (document.title = [slot.bytes[0], new Mel("lipsync").nMels, data].join());
`;
export const WORKER = `
  import { Mel } from "millpond/audio";
  postMessage(new Mel("whisper-128").nMels);
`;
export const EXPECTED = "7,80,128";

/** Writes files, by name, under a folder, which is returned. */
export function project(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export const html = (script) => `<!doctype html><meta charset="utf-8"><title></title><script type="module" src="${script}"></script>`;

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

// The strictest policy under which WebAssembly runs at all. No cross-origin isolation.
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

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

/** The title that the folder's page gives itself, or what went wrong in it. */
export async function titleOf(folder, policy = POLICY) {
  const server = await serve(folder, policy);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
  });
  try {
    const page = await browser.newPage();
    const failed = new Promise((_, reject) => {
      page.on("pageerror", reject);
      page.on("console", (message) => message.type() === "error" && reject(new Error(`${message.text()} ${message.location().url}`)));
    });
    failed.catch(() => {});
    const titled = async () => {
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForFunction(() => document.title !== "", undefined, { timeout: 60_000 });
      return page.title();
    };
    return await Promise.race([titled(), failed]);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
