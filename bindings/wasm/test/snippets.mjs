// Code blocks of a Markdown file: "```js node" runs in node, "```js page" in Chromium, "```js NAME.js" is a file beside the
// page block before it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { serve } from "../../../web-demo/server.mjs";
import { withPage } from "../../../web-demo/test/browser.mjs";

const demo = fileURLToPath(new URL("../../../web-demo", import.meta.url));

/** The blocks of a file: the language, the words behind it, the heading above, the code. */
export function blocksOf(path) {
  const blocks = [];
  let heading = "";
  for (const [, title, language, info, code] of readFileSync(path, "utf8").matchAll(/^(?:## (.*)|```(\w+)(?: (.*))?\n([^]*?)^```)$/gm)) {
    if (title !== undefined) heading = title;
    else blocks.push({ heading, language, info, code });
  }
  return blocks;
}

/** What a script that has the installed package, and mediabunny, logs in Chromium: the first `lines` lines. */
export async function logOf(project, folder, scripts, lines) {
  const site = join(project, folder);
  mkdirSync(site, { recursive: true });
  const entryPoints = [];
  for (const [name, code] of Object.entries(scripts)) {
    // Beside the package, whose name they import.
    writeFileSync(join(project, `${folder}-${name}`), code);
    entryPoints.push({ in: join(project, `${folder}-${name}`), out: name.replace(/\.js$/, "") });
  }
  const nodePaths = [join(demo, "node_modules")];
  await build({ entryPoints, bundle: true, format: "esm", target: "es2022", outdir: site, nodePaths, logLevel: "warning" });
  writeFileSync(join(site, "index.html"), '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script type="module" src="page.js"></script>');
  const server = await serve({ "/": `${site}/` });
  const init = {
    script: () => {
      globalThis.logged = [];
      console.log = (...words) => globalThis.logged.push(words.join(" "));
      for (const event of ["error", "unhandledrejection"]) {
        addEventListener(event, ({ message, reason }) => (globalThis.failed = String(message ?? reason?.stack ?? reason)));
      }
    },
  };
  try {
    return await withPage(`${server.origin}/`, init, async (page) => {
      const done = (lines) => globalThis.failed !== undefined || globalThis.logged.length >= lines;
      await page.waitForFunction(done, lines, { timeout: 60_000 });
      return page.evaluate(() => (globalThis.failed === undefined ? globalThis.logged : [globalThis.failed]));
    });
  } finally {
    await server.close();
  }
}

/** Compiles blocks as JavaScript that has the package's types and some `names`; throws with what the compiler says. */
export function check(project, blocks, names = "") {
  const folder = join(project, "checked");
  mkdirSync(folder, { recursive: true });
  const include = blocks.map(({ code }, index) => {
    // Each is a module of its own.
    writeFileSync(join(folder, `block${index}.js`), `${code}\nexport {};\n`);
    return `block${index}.js`;
  });
  // What an AudioWorkletGlobalScope has; TypeScript's library describes pages only.
  const ambient = `declare class AudioWorkletProcessor { readonly port: MessagePort; }
    declare function registerProcessor(name: string, processor: unknown): void;
    declare const sampleRate: number; ${names}`;
  writeFileSync(join(folder, "ambient.d.ts"), ambient);
  const require = createRequire(import.meta.url);
  const compilerOptions = {
    target: "es2022", module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable"],
    allowJs: true, checkJs: true, noEmit: true, strict: false, skipLibCheck: true, types: ["node"],
    typeRoots: [join(dirname(require.resolve("@types/node/package.json")), "..")],
    paths: { mediabunny: [join(demo, "node_modules/mediabunny")] },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: [...include, "ambient.d.ts"] }));
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  try {
    execFileSync(process.execPath, [tsc, "--project", folder], { encoding: "utf8" });
  } catch ({ stdout, message }) {
    throw new Error(stdout || message);
  }
}
