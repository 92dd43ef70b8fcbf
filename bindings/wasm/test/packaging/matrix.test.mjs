// The package in the bundlers that people use, without any set-up for it, built and then run in Chromium under a strict
// content security policy; what a bundle loads must lie in its own folder. More of them, and runtimes: all/.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { install, pack } from "../installed.mjs";
import { PAGE, THREAD, WORKER, html, projects, runs, titleOf, unbundled } from "./projects.mjs";

const installed = install();
const work = mkdtempSync(join(tmpdir(), "millpond-matrix-"));
after(() => rmSync(work, { recursive: true, force: true }));

/** A project's folder, whose `dist` is what a web server would get. */
const app = projects(work, installed);

const SOURCES = { "main.js": PAGE, "worker.js": WORKER, "thread.js": THREAD };

test("vite", async () => {
  const { build } = await import("vite");
  const root = app("vite", { "index.html": html("/main.js"), ...SOURCES });
  await build({ root, logLevel: "error", configFile: false, worker: { format: "es" } });
  await runs(join(root, "dist"));
});

test("webpack 5", async () => {
  const { default: webpack } = await import("webpack");
  const context = app("webpack", { ...SOURCES, "dist/index.html": html("main.js") });
  const stats = await new Promise((done, failed) =>
    webpack({ context, mode: "production", entry: "./main.js", output: { path: join(context, "dist") }, performance: false }, (error, stats) => (error ? failed(error) : done(stats))),
  );
  assert.equal(stats.toString({ all: false, errors: true, warnings: true }), "");
  await runs(join(context, "dist"));
});

test("esbuild", async () => {
  const { build } = await import("esbuild");
  const root = app("esbuild", { ...SOURCES, "dist/index.html": html("main.js") });
  const entryPoints = Object.keys(SOURCES).map((name) => join(root, name));
  const { warnings } = await build({ entryPoints, bundle: true, format: "esm", outdir: join(root, "dist"), logLevel: "silent" });
  assert.deepEqual(warnings, []);
  await runs(join(root, "dist"));
});

test("rollup", async () => {
  const [{ rollup }, { default: resolve }] = [await import("rollup"), await import("@rollup/plugin-node-resolve")];
  const root = app("rollup", { ...SOURCES, "dist/index.html": html("main.js") });
  for (const name of Object.keys(SOURCES)) {
    const warnings = [];
    const bundle = await rollup({ input: join(root, name), plugins: [resolve()], onwarn: (warning) => warnings.push(warning) });
    await bundle.write({ dir: join(root, "dist"), format: "es", entryFileNames: name });
    await bundle.close();
    assert.deepEqual(warnings, []);
  }
  await runs(join(root, "dist"));
});

test("no bundler", async () => {
  await runs(app("plain", { "index.html": html("main.js"), ...unbundled(SOURCES) }));
});

test("the slim entry and its file, streamed by the server", async () => {
  const { build } = await import("esbuild");
  const main = `
    import { Mel, init } from "millpond/slim";
    await init(new URL("millpond.wasm", import.meta.url));
    document.title = String(new Mel("lipsync").nMels);
  `;
  const root = app("slim", { "main.js": main, "dist/index.html": html("main.js") });
  await build({ entryPoints: [join(root, "main.js")], bundle: true, format: "esm", outdir: join(root, "dist"), logLevel: "silent" });
  cpSync(join(root, "node_modules/millpond/dist/millpond.wasm"), join(root, "dist/millpond.wasm"));
  assert.equal(await titleOf(join(root, "dist")), "80");
});

test("an AudioWorklet, with the module of either entry that has features", async () => {
  for (const entry of ["index", "audio"]) {
    const main = `
      import { wasmModule } from "./node_modules/millpond/dist/esm/${entry}.js";
      const context = new OfflineAudioContext(1, 1600, 16000);
      await context.audioWorklet.addModule("worklet.js");
      const node = new AudioWorkletNode(context, "probe", { processorOptions: { module: wasmModule() } });
      node.port.onmessage = ({ data }) => (document.title = data);
    `;
    const worklet = `
      import { MelStream, init } from "./node_modules/millpond/dist/esm/audio_worklet.js";
      registerProcessor("probe", class extends AudioWorkletProcessor {
        constructor({ processorOptions }) {
          super();
          init(processorOptions.module);
          this.port.postMessage(String(new MelStream("lipsync", { sampleRate }).nMels));
        }
        process() {
          return false;
        }
      });
    `;
    const root = app(`worklet-${entry}`, { "index.html": html("main.js"), "main.js": main, "worklet.js": worklet });
    assert.equal(await titleOf(root), "80", entry);
  }
});

test("a policy without WebAssembly is an error of the page, not silence", async () => {
  const root = app("forbidden", { "index.html": html("main.js"), "main.js": 'import "./node_modules/millpond/dist/esm/index.js";' });
  await assert.rejects(titleOf(root, "default-src 'self'"), /WebAssembly|wasm/);
});

test("types hold under every way of resolution, and the package is well made", async () => {
  const { checkPackage, createPackageFromTarballData } = await import("@arethetypeswrong/core");
  const { publint } = await import("publint");
  const tarball = pack(work);
  const { problems } = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
  const found = problems.filter(({ entrypoint }) => !/\/wasm(-scalar)?$/.test(entrypoint ?? ""));
  assert.deepEqual(found, []);
  const { messages } = await publint({ pkgDir: join(installed, "node_modules/millpond"), strict: true });
  assert.deepEqual(messages, []);

  const use = 'import { FramePool } from "millpond";\nimport { Mel } from "millpond/audio";\nimport { init } from "millpond/slim";\nimport { MillpondWorker } from "millpond/worker";\n'
    + 'const size: number = new FramePool("i420", 4, 4, 1).layout.size + new Mel().nMels;\n// @ts-expect-error: no source\ninit();\nvoid size;\n'
    + 'const hash: Promise<string> = MillpondWorker.start().then((worker) => worker.scene("")).then((scene) => scene.canvasHash());\nvoid hash;\n';
  const { execFileSync } = await import("node:child_process");
  const root = app("types", { "use.ts": use });
  const tsc = join(dirname(fileURLToPath(import.meta.resolve("typescript/package.json"))), "bin/tsc");
  for (const [module, resolution] of [["node16", "node16"], ["nodenext", "nodenext"], ["esnext", "bundler"]]) {
    const options = ["--noEmit", "--strict", "--target", "es2022", "--module", module, "--moduleResolution", resolution, "use.ts"];
    execFileSync(process.execPath, [tsc, ...options], { cwd: root, stdio: "inherit" });
  }
});
