// Renders scenes in a real browser with the page's own code and prints the hash of every frame.
//
//   node conformance.mjs --site DIR --scene PATH/scene.json… [--browser NAME] [--frames N] [--shuffled]
//                        [--input NAME=FILE] [--flip-byte FRAME] [--attached]
//
// For each scene a line per frame, {"frame":n,"hash":"…"}, and a last one: with what was decoded, shown, asked for and
// allocated, {"done":true,…}, or with what went wrong, {"failed":"…"}. One browser opens them one after the other. With
// --attached the end of standard input ends the run.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pageOf } from "../scene_url.mjs";
import { serve } from "../server.mjs";
import { launch } from "./launch.mjs";

const { values: options } = parseArgs({
  options: {
    site: { type: "string" },
    scene: { type: "string", multiple: true },
    browser: { type: "string", default: "chromium" },
    frames: { type: "string" },
    shuffled: { type: "boolean", default: false },
    input: { type: "string", multiple: true, default: [] },
    "flip-byte": { type: "string" },
    attached: { type: "boolean", default: false },
  },
});

/** The page that is opened, a file of the site. */
const PAGE = "/check.html";

/** A page that reports nothing for so long hangs. */
const PATIENCE_MS = 120_000;

/** The page may ask its own server and nobody else. */
const POLICY = "default-src 'self' data: blob: 'unsafe-inline' 'wasm-unsafe-eval'";

const number = (text) => (text === undefined ? undefined : Number(text));
const job = { frames: number(options.frames), flip: number(options["flip-byte"]), shuffled: options.shuffled };

/** What ends the run before its time. */
let giveUp;
const given = new Promise((_, reject) => (giveUp = reject));
given.catch(() => {});
let patience;
function heard() {
  clearTimeout(patience);
  patience = setTimeout(() => giveUp(new Error(`the page reported nothing for ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
}

const servers = [];
let finish;
const finished = new Promise((resolve) => (finish = resolve));

/** Each scene has a server, hence an origin, of its own. */
async function open(scene, index) {
  const { mounts, query } = pageOf(options.site, scene, options.input);
  const requests = new Set();
  const server = await serve(mounts, 0, async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/harness/page.js") {
      const script = await readFile(join(import.meta.dirname, "conformance_page.js"));
      response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    } else if (pathname === "/harness/report") {
      let body = "";
      for await (const piece of request) body += piece;
      response.end(told(index, JSON.parse(body), requests));
    } else if (pathname === PAGE) {
      requests.add(pathname);
      const page = await readFile(join(options.site, PAGE), "utf8");
      const data = JSON.stringify(job).replaceAll('"', "&quot;");
      const script = `<head><script src="/harness/page.js" data-job="${data}"></script>`;
      const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY };
      response.writeHead(200, headers).end(page.replace("<head>", script));
    } else {
      // Asking for an icon is the browser's own idea.
      if (pathname !== "/favicon.ico") requests.add(pathname);
      return false;
    }
    return true;
  });
  servers[index] = { ...server, url: `${server.origin}${PAGE}?${query}` };
}

/** Prints what a page reports; returns where it goes next. */
function told(index, { hashes = [], ...closing }, requests) {
  heard();
  for (const { frame, hash } of hashes) print({ frame, hash });
  if (closing.failed === undefined && closing.done === undefined) return "";
  print(closing.done ? { ...closing, requests: [...requests].sort() } : closing);
  const next = servers[index + 1]?.url ?? "";
  if (next === "") finish();
  return next;
}

function print(line) {
  console.log(JSON.stringify(line));
}

let browser;
try {
  await Promise.all(options.scene.map(open));
  heard();
  browser = await launch(options.browser, servers[0].url);
  browser.gone.then((how) => giveUp(new Error(how)));
  if (options.attached) process.stdin.on("end", () => giveUp(new Error("given up"))).resume();
  await Promise.race([finished, given]);
} catch (error) {
  console.error(String(error?.message ?? error).split("\n")[0]);
  process.exitCode = 2;
} finally {
  clearTimeout(patience);
  process.stdin.destroy();
  await browser?.close();
  await Promise.all(servers.map((server) => server.close()));
}
