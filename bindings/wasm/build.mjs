// Builds `dist/`: the types, a file for each entry and format, with the wasm module inside where the entry loads itself,
// and the modules as files for `millpond/slim`. Beside it a folder for each entry, for who knows no `exports`.
import { execFileSync } from "node:child_process";
import { appendFile, cp, mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
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

/** Leaves out what `millpond` and `millpond/worker` share, and what workerd imports as a file. */
const beside = {
  name: "beside",
  setup: (plugins) => {
    plugins.onResolve({ filter: /^\.\/compiled(_sync)?\.js$/ }, () => ({ path: "./compiled.js", external: true }));
    plugins.onResolve({ filter: /^\.\.\/millpond\.wasm$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** The worker's script, which `millpond/worker` carries. */
const script = (text) => ({
  name: "script",
  setup: (plugins) => {
    plugins.onResolve({ filter: /^worker-thread-source$/ }, ({ path }) => ({ path, namespace: "script" }));
    plugins.onLoad({ filter: /.*/, namespace: "script" }, () => ({ contents: text, loader: "text" }));
  },
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
  // In CommonJS a dynamic import is a `require` whose answer comes later.
  supported: { "dynamic-import": format !== "cjs" },
  logLevel: "warning",
  plugins: [using(module)],
  // wasm-bindgen's loader mentions the URL on a path that is never taken here.
  define: { MILLPOND_SIMD128: String(module !== "scalar"), ...(format !== "esm" && { "import.meta.url": "undefined" }) },
});

/** Bundles `code` to `dist/FORMAT/NAME.js`. */
const bundle = (format, name, module, code, ...plugins) => {
  const how = options(format, module, code);
  return build({ ...how, plugins: [...plugins, ...how.plugins], outfile: join(dist, format, `${name}.js`) });
};

const entries = { index: "full", scalar: "scalar", audio: "audio", video: "video" };
for (const [name, module] of Object.entries(entries)) {
  const api = name === "scalar" ? "index" : name;
  const apart = name === "index" ? [beside] : [];
  await bundle("esm", name, module, `import "./load.js"; export * from "./${api}.js";`, ...apart);
  await bundle("cjs", name, module, `import "./load_sync.js"; export * from "./${api}.js";`, ...apart);
}
await bundle("esm", "compiled", "full", 'export * from "./compiled.js";');
await bundle("cjs", "compiled", "full", 'export * from "./compiled_sync.js";');
await bundle("esm", "workerd", "full", 'import "./load_workerd.js"; export * from "./index.js";', beside);

const thread = await build({ ...options("iife", "full", 'import "./worker_thread.js";'), minify: true, write: false });
for (const format of ["esm", "cjs"]) {
  for (const name of ["slim", "audio_worklet", "worker_thread"]) {
    await bundle(format, name, "full", `export * from "./${name}.js";`);
  }
  await bundle(format, "worker", "full", 'export * from "./worker.js";', beside, script(thread.outputFiles[0].text));
}
// Without an import or an export nothing tells that it is a module.
await appendFile(join(dist, "esm/worker_thread.js"), "export {};\n");

await cp(join(root, "pkg/full/millpond_wasm_bg.wasm"), join(dist, "millpond.wasm"));
await cp(join(root, "pkg/scalar/millpond_wasm_bg.wasm"), join(dist, "millpond-scalar.wasm"));

// Parcel, and TypeScript's resolution of before 2022, look for `millpond/ENTRY` in a folder of that name.
const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const { mtime } = await stat(join(root, "package.json"));
for (const [name, entry] of Object.entries(exports)) {
  if (name === "." || typeof entry === "string") continue;
  const up = (path) => path.replace("./", "../");
  const stub = { types: up(entry.require.types), main: up(entry.require.default), module: up(entry.import.default) };
  await mkdir(join(root, name), { recursive: true });
  const file = join(root, name, "package.json");
  await writeFile(file, `${JSON.stringify(stub, null, 2)}\n`);
  // As old as what it says: it is no source that is newer than what is built.
  await utimes(file, mtime, mtime);
}
