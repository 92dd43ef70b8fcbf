// Builds `dist/`: the page, its style and one script that holds millpond and mediabunny.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = import.meta.dirname;
const dist = join(root, "dist");
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({
  entryPoints: [join(root, "src/main.ts")],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  outfile: join(dist, "main.js"),
  logLevel: "warning",
});
for (const name of ["index.html", "style.css"]) await copyFile(join(root, "src", name), join(dist, name));
