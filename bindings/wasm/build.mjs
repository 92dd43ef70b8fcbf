// Builds `dist/`: one file each for `import` and `require`, with the wasm module inside, one without it for worklets, and
// the types beside them.
import { execFileSync } from "node:child_process";
import { cp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const root = import.meta.dirname;
const dist = join(root, "dist");
await rm(dist, { recursive: true, force: true });

const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
execFileSync(process.execPath, [join(dirname(compiler), "bin/tsc"), "--project", root], { stdio: "inherit" });
await cp(join(dist, "esm"), join(dist, "cjs"), { recursive: true });
await writeFile(join(dist, "cjs/package.json"), '{ "type": "commonjs" }\n');

const shared = { bundle: true, minifySyntax: true, loader: { ".wasm": "binary" }, target: "es2022", logLevel: "warning" };
await build({ ...shared, entryPoints: [join(root, "js/esm.ts")], format: "esm", outfile: join(dist, "esm/index.js") });
await build({
  ...shared,
  entryPoints: [join(root, "js/audio_worklet.ts")],
  format: "esm",
  outfile: join(dist, "esm/audio_worklet.js"),
});
await build({
  ...shared,
  entryPoints: [join(root, "js/cjs.ts")],
  format: "cjs",
  platform: "node",
  // wasm-bindgen's loader mentions it on a path that is never taken here.
  define: { "import.meta.url": "undefined" },
  outfile: join(dist, "cjs/index.js"),
});
