// Builds `dist/`: the types, a file for each entry and format, with the wasm module inside where the entry loads itself,
// and the modules as files for `millpond/slim`.
import { execFileSync } from "node:child_process";
import { appendFile, cp, rm, writeFile } from "node:fs/promises";
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

/** How `code` is bundled, as if it stood in `js/`. */
const options = (format, module, code) => ({
  stdin: { contents: code, resolveDir: join(root, "js"), loader: "ts" },
  bundle: true,
  format,
  minifySyntax: true,
  // `sideEffects` in package.json is about `dist/`, not about the sources.
  ignoreAnnotations: true,
  loader: { ".wasm": "binary" },
  target: "es2022",
  logLevel: "warning",
  plugins: [using(module)],
  // wasm-bindgen's loader mentions the URL on a path that is never taken here.
  define: { MILLPOND_SIMD128: String(module !== "scalar"), ...(format !== "esm" && { "import.meta.url": "undefined" }) },
});

/** Bundles `code` to `dist/FORMAT/NAME.js`. */
const bundle = (format, name, module, code) =>
  build({ ...options(format, module, code), outfile: join(dist, format, `${name}.js`) });

const entries = { index: "full", scalar: "scalar", audio: "audio", video: "video" };
for (const [name, module] of Object.entries(entries)) {
  const api = name === "scalar" ? "index" : name;
  await bundle("esm", name, module, `import "./load.js"; export * from "./${api}.js";`);
  await bundle("cjs", name, module, `import "./load_sync.js"; export * from "./${api}.js";`);
}
for (const name of ["slim", "audio_worklet", "worker_thread"]) {
  for (const format of ["esm", "cjs"]) await bundle(format, name, "full", `export * from "./${name}.js";`);
}
// Without an import or an export nothing tells that it is a module.
await appendFile(join(dist, "esm/worker_thread.js"), "export {};\n");

// `millpond/worker` carries the script of its worker, and loads `millpond` from the file beside it for the module.
const { outputFiles } = await build({ ...options("iife", "full", 'import "./worker_thread.js";'), minify: true, write: false });
const parts = {
  name: "parts",
  setup(plugins) {
    plugins.onResolve({ filter: /^\.\/index\.js$/ }, ({ path }) => ({ path, external: true }));
    plugins.onResolve({ filter: /^worker-thread-source$/ }, ({ path }) => ({ path, namespace: "worker" }));
    plugins.onLoad({ filter: /.*/, namespace: "worker" }, () => ({ contents: outputFiles[0].text, loader: "text" }));
  },
};
for (const format of ["esm", "cjs"]) {
  const worker = options(format, "full", 'export * from "./worker.js";');
  // In CommonJS a dynamic import is a `require` whose answer comes later.
  const supported = { "dynamic-import": format === "esm" };
  await build({ ...worker, supported, plugins: [parts, ...worker.plugins], outfile: join(dist, format, "worker.js") });
}

await cp(join(root, "pkg/full/millpond_wasm_bg.wasm"), join(dist, "millpond.wasm"));
await cp(join(root, "pkg/scalar/millpond_wasm_bg.wasm"), join(dist, "millpond-scalar.wasm"));
