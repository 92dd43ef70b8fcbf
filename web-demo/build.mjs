// Builds `dist/`: three pages, their style, and what they run. engine.js is the demo's worker and holds millpond and
// mediabunny, as check.js does for the conformance check; live.js holds millpond, and mel_worklet.js, which runs in the audio
// thread, millpond without its module; speaker_worklet.js plays there and holds nothing.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = import.meta.dirname;
const dist = join(root, "dist");
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const names = { main: "main", live: "live", check: "check", mel_worklet: "mel_worklet", speaker_worklet: "speaker_worklet", engine: "engine/worker" };
await build({
  entryPoints: {
    ...Object.fromEntries(Object.entries(names).map(([out, name]) => [out, join(root, "src", `${name}.ts`)])),
    style: join(root, "src/style.css"),
  },
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  outdir: dist,
  logLevel: "warning",
});
for (const name of ["index.html", "live.html", "check.html"]) await copyFile(join(root, "src", name), join(dist, name));
