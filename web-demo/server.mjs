// Serves folders and files on 127.0.0.1: what a web server with range requests does, and no more.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
};

/**
 * @param mounts - Folders (paths that end with a slash) and files by URL path; the longest match wins.
 * @param handle - Called first with request and response: answers and gives true, or gives false; undefined if there is
 *   nothing but files.
 * @returns the origin and a function that stops the server.
 */
export async function serve(mounts, port = 0, handle = undefined) {
  const prefixes = Object.keys(mounts).sort((a, b) => b.length - a.length);
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request, response) {
    if (await handle?.(request, response)) return;
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const prefix = prefixes.find((prefix) => (prefix.endsWith("/") ? path.startsWith(prefix) : path === prefix));
    const rest = prefix === undefined ? "" : path.slice(prefix.length) || (prefix.endsWith("/") ? "index.html" : "");
    const inside = normalize(rest);
    const file = prefix === undefined || inside.startsWith("..") ? undefined : join(mounts[prefix], inside === "." ? "" : inside);
    const found = file && (await stat(file.replace(new RegExp(`\\${sep}$`), "")).catch(() => undefined));
    if (!found?.isFile()) return void response.writeHead(404).end();

    const headers = {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "accept-ranges": "bytes",
      "cache-control": "no-store",
    };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const first = range ? Number(range[1]) : 0;
    const last = range?.[2] ? Math.min(Number(range[2]), found.size - 1) : found.size - 1;
    if (range && first >= found.size) {
      return void response.writeHead(416, { "content-range": `bytes */${found.size}` }).end();
    }
    headers["content-length"] = last - first + 1;
    if (range) headers["content-range"] = `bytes ${first}-${last}/${found.size}`;
    response.writeHead(range ? 206 : 200, headers);
    if (request.method === "HEAD" || found.size === 0) return void response.end();
    const body = createReadStream(file, { start: first, end: last });
    // A page that has read enough goes away in the middle.
    response.on("close", () => body.destroy());
    body.on("error", () => response.destroy());
    body.pipe(response);
  }

  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => (server.close(closed), server.closeAllConnections())),
  };
}
