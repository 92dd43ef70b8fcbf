// Serves the built page with a scene until it is interrupted.
//
//   node serve.mjs --scene PATH/scene.json [--input NAME=FILE] [--port PORT] [--open]
import { spawn } from "node:child_process";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pageOf } from "./scene_url.mjs";
import { serve } from "./server.mjs";

const { values: options } = parseArgs({
  options: {
    scene: { type: "string" },
    input: { type: "string", multiple: true, default: [] },
    port: { type: "string", default: "8080" },
    open: { type: "boolean" },
  },
});
if (options.scene === undefined) {
  console.error("usage: node serve.mjs --scene SCENE.json [--input NAME=FILE] [--port PORT] [--open]");
  process.exit(2);
}
const { mounts, query } = pageOf(join(import.meta.dirname, "dist"), options.scene, options.input);
const { origin } = await serve(mounts, Number(options.port)).catch((error) => {
  console.error(error.code === "EADDRINUSE" ? `port ${options.port} is taken: try --port` : String(error));
  process.exit(2);
});
const url = `${origin}/?${query}`;
console.log(`${basename(dirname(resolve(options.scene)))}/${basename(options.scene)} at ${url} (Ctrl-C ends)`);
if (options.open) {
  const opener = { darwin: "open", win32: "explorer" }[process.platform] ?? "xdg-open";
  // A machine without a desktop has none; the address is on the screen.
  spawn(opener, [url], { stdio: "ignore", detached: true }).on("error", () => {}).unref();
}
