// Builds `dist/`: the types, a file for each entry and format, with the wasm module inside where the entry loads itself,
// and the modules as files for `millpond/slim`.
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

/** Sources import the full module; an entry with another gets that instead. */
const using = (module) => ({
  name: "module",
  setup: (plugins) =>
    plugins.onResolve({ filter: /\/pkg\/full\// }, ({ path }) => ({
      path: join(root, "js", path.replace("/full/", `/${module}/`)),
    })),
});

/** Bundles `code`, as if it stood in `js/`, to `dist/FORMAT/NAME.js`. */
const bundle = (format, name, module, code) =>
  build({
    stdin: { contents: code, resolveDir: join(root, "js"), loader: "ts" },
    bundle: true,
    format,
    outfile: join(dist, format, `${name}.js`),
    minifySyntax: true,
    loader: { ".wasm": "binary" },
    target: "es2022",
    logLevel: "warning",
    plugins: [using(module)],
    // wasm-bindgen's loader mentions the URL on a path that is never taken here.
    define: { MILLPOND_SIMD128: String(module !== "scalar"), ...(format === "cjs" && { "import.meta.url": "undefined" }) },
  });

const entries = { index: "full", scalar: "scalar", audio: "audio", video: "video" };
for (const [name, module] of Object.entries(entries)) {
  const api = name === "scalar" ? "index" : name;
  await bundle("esm", name, module, `import "./load.js"; export * from "./${api}.js";`);
  await bundle("cjs", name, module, `import "./load_sync.js"; export * from "./${api}.js";`);
}
for (const name of ["slim", "audio_worklet"]) {
  for (const format of ["esm", "cjs"]) await bundle(format, name, "full", `export * from "./${name}.js";`);
}
await cp(join(root, "pkg/full/millpond_wasm_bg.wasm"), join(dist, "millpond.wasm"));
await cp(join(root, "pkg/scalar/millpond_wasm_bg.wasm"), join(dist, "millpond-scalar.wasm"));
