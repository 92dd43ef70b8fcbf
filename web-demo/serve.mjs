// Serves the built page with a scene on this machine, until it is interrupted.
//
//   node serve.mjs --scene PATH/scene.json [--port N] [--open]
import { spawn } from "node:child_process";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { serve } from "./test/server.mjs";

const { values: options } = parseArgs({
  options: { scene: { type: "string" }, port: { type: "string", default: "0" }, open: { type: "boolean" } },
});
const scene = resolve(options.scene);
const mounts = { "/": join(import.meta.dirname, "dist/"), "/scene/": dirname(scene) + "/" };
const { origin } = await serve(mounts, Number(options.port));
const url = `${origin}/?scene=scene/${encodeURIComponent(basename(scene))}`;
console.log(`${url}   (Ctrl-C ends)`);
if (options.open) {
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  // Without a desktop there is nothing to open it with: the address above does.
  spawn(opener, [url], { stdio: "ignore" }).on("error", () => {});
}
