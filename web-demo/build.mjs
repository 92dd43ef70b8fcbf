// Builds `dist/`: two pages, their style and a script for each: main.js holds millpond and mediabunny, live.js millpond,
// and mel_worklet.js, which runs in the audio thread, millpond without its module.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = import.meta.dirname;
const dist = join(root, "dist");
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({
  entryPoints: ["main.ts", "live.ts", "mel_worklet.ts"].map((name) => join(root, "src", name)),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  outdir: dist,
  logLevel: "warning",
});
for (const name of ["index.html", "live.html", "style.css"]) await copyFile(join(root, "src", name), join(dist, name));
