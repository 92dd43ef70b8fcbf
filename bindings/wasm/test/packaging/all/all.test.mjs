// What is large to install: Parcel, Next.js, Deno and workerd, from npm, and Firefox, Debian's `firefox-esr`. `cargo xtask
// test --all` installs and runs them; `npm ci` in this folder, then `npm run test:all` in bindings/wasm, is the same.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { build } from "esbuild";
import { install } from "../../installed.mjs";
import { launch } from "../../../../../web-demo/test/launch.mjs";
import { PAGE, SLIM_WORKER, TELL, THREAD, WORKER, html, projects, runs, titleTold, unbundled } from "../projects.mjs";

// Inside this folder, where the projects find the bundlers.
const work = join(import.meta.dirname, "apps");
after(() => rmSync(work, { recursive: true, force: true }));
rmSync(work, { recursive: true, force: true });
const app = projects(work, install());

const bin = (name) => join(import.meta.dirname, "node_modules/.bin", name);
const run = (name, args, cwd) =>
  promisify(execFile)(bin(name), args, { cwd, timeout: 300_000, env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } });

test("Parcel", async () => {
  // It makes classic scripts of workers; those get the page's module.
  const sources = { "main.js": PAGE, "worker.js": SLIM_WORKER, "thread.js": THREAD };
  const root = app("parcel", { "index.html": html("main.js"), ...sources });
  await run("parcel", ["build", "index.html", "--no-cache", "--cache-dir", "cache", "--dist-dir", "dist"], root);
  // It puts an import map into the page.
  await runs(join(root, "dist"), (policy) => policy.replace("script-src", "script-src 'unsafe-inline'"));
});

test("Next.js, rendered by node and run by the browser", async () => {
  const root = app("next", {
    "next.config.mjs": `export default { output: "export", outputFileTracingRoot: ${JSON.stringify(import.meta.dirname)}, turbopack: { root: ${JSON.stringify(import.meta.dirname)} } };`,
    "app/layout.jsx": "export default function Layout({ children }) { return <html><body>{children}</body></html>; }",
    "app/page.jsx": `
      "use client";
      import { Mel } from "millpond";
      import { useEffect } from "react";
      export default function Page() {
        useEffect(() => void import("./main.js"), []);
        return <p id="bands">{\`\${new Mel("lipsync").nMels} bands\`}</p>;
      }
    `,
    "app/main.js": PAGE,
    "app/worker.js": WORKER,
    "app/thread.js": THREAD,
  });
  await run("next", ["build"], root);
  assert.match(readFileSync(join(root, "out/index.html"), "utf8"), /<p id="bands">80 bands<\/p>/);
  await runs(join(root, "out"), (policy) => `${policy.replace("script-src", "script-src 'unsafe-inline'")}; style-src 'self' 'unsafe-inline'`);
});

test("Deno, without any permission", async () => {
  const main = `
    import { FramePool, Mel } from "millpond";
    import { Mel as Other } from "millpond/audio";
    import { MillpondWorker } from "millpond/worker";
    const slot = new FramePool("i420", 5, 3, 2).acquire();
    slot.plane(0)[0] = 7;
    const worker = await MillpondWorker.start();
    const clip = () => Float32Array.from({ length: 16_000 }, (_, n) => Math.sin(n));
    const [here, there] = [new Mel("whisper-80"), await worker.mel("whisper-80")];
    const expected = new Float32Array(here.outputLength(16_000));
    here.process(clip(), expected);
    const { features } = await there.process(clip());
    console.log([slot.bytes[0], new Other("whisper-128").nMels, features.join() === expected.join()].join());
    worker.close();
  `;
  const manifest = '{ "private": true, "type": "module", "dependencies": { "millpond": "*" } }';
  const root = app("deno", { "main.js": main, "package.json": manifest });
  const { stdout } = await run("deno", ["run", "--no-prompt", "main.js"], root);
  assert.equal(stdout, "7,128,true\n");
});

test("workerd", async () => {
  const main = `
    import { FramePool } from "millpond";
    import { Mel } from "millpond/audio";
    export default {
      fetch() {
        const slot = new FramePool("i420", 5, 3, 2).acquire();
        slot.plane(0)[0] = 7;
        return new Response([slot.bytes[0], new Mel("whisper-128").nMels].join());
      },
    };
  `;
  const config = `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = (
        modules = [(name = "app.js", esModule = embed "app.js"), (name = "millpond.wasm", wasm = embed "millpond.wasm")],
        compatibilityDate = "2026-01-01",
      ))],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );
  `;
  const root = app("workerd", { "main.js": main, "config.capnp": config });
  // What wrangler does, which needs a newer node: these conditions, and modules of wasm files.
  const modules = {
    name: "modules",
    setup: (plugins) =>
      plugins.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        copyFileSync(resolve(resolveDir, path), join(root, basename(path)));
        return { path: `./${basename(path)}`, external: true };
      }),
  };
  const conditions = ["workerd", "worker", "browser"];
  const entry = { entryPoints: [join(root, "main.js")], outfile: join(root, "app.js") };
  await build({ ...entry, bundle: true, format: "esm", conditions, plugins: [modules], logLevel: "warning" });
  // It tells the port that it found on the descriptor 3.
  const workerd = spawn(bin("workerd"), ["serve", "config.capnp", "--control-fd=3"], { cwd: root, stdio: ["ignore", "inherit", "inherit", "pipe"] });
  try {
    const told = createInterface({ input: workerd.stdio[3] });
    const { value } = await told[Symbol.asyncIterator]().next();
    const response = await fetch(`http://127.0.0.1:${JSON.parse(value).port}/`);
    assert.equal(await response.text(), "7,128");
  } finally {
    workerd.kill();
  }
});

test("Firefox", { timeout: 300_000 }, async () => {
  const sources = unbundled({ "main.js": PAGE, "worker.js": WORKER, "thread.js": THREAD });
  const page = `${html("main.js")}<script src="tell.js"></script>`;
  const root = app("firefox", { "index.html": page, "tell.js": TELL, ...sources });
  const firefox = (folder, policy) => titleTold((url) => launch("firefox", url), folder, policy);
  await runs(root, undefined, firefox);
});
