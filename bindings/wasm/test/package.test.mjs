import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { build } from "esbuild";
import { install, runIn } from "./installed.mjs";

const USE = `
  const pool = new FramePool("i420", 5, 3, 2);
  const slot = pool.acquire();
  slot.plane(0)[0] = 7;
  const said = [slot.bytes[0], pool.stats().inUse, slot.layout.planes.map(({ rows }) => rows)];
  slot.release();
  console.log(JSON.stringify([...said, pool.stats().inUse]));
`;

let project;
before(() => (project = install()));

test("import alone is enough", () => {
  assert.equal(runIn(project, "a.mjs", `import { FramePool } from "millpond";${USE}`), "[7,1,[3,2,2],0]\n");
});

test("require alone is enough", () => {
  assert.equal(runIn(project, "a.cjs", `const { FramePool } = require("millpond");${USE}`), "[7,1,[3,2,2],0]\n");
});

test("a bundle carries the module along", async () => {
  writeFileSync(join(project, "b.mjs"), `import { FramePool } from "millpond";${USE}`);
  const outfile = join(project, "bundle.mjs");
  await build({ entryPoints: [join(project, "b.mjs")], bundle: true, format: "esm", outfile, logLevel: "silent" });
  const alone = mkdtempSync(join(tmpdir(), "millpond-bundle-"));
  try {
    renameSync(outfile, join(alone, "bundle.mjs"));
    assert.equal(execFileSync(process.execPath, ["bundle.mjs"], { cwd: alone, encoding: "utf8" }), "[7,1,[3,2,2],0]\n");
  } finally {
    rmSync(alone, { recursive: true });
  }
});

test("types hold for import and for require", () => {
  const use = `
    const pool: FramePool = new FramePool("nv12", 4, 4, 1);
    const chroma: Uint8Array = pool.acquire().plane(1);
    // @ts-expect-error: not a format
    new FramePool("i421", 4, 4, 1);
    const error: { code: string } = new MillpondError("E_CLOSED", "");
    console.log(chroma, error, stats().memory.wasmBytes);
    pool[Symbol.dispose]();
  `;
  writeFileSync(join(project, "t.mts"), `import { FramePool, MillpondError, stats } from "millpond";${use}`);
  writeFileSync(join(project, "t.cts"), `import { FramePool, MillpondError, stats } from "millpond";${use}`);
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "t.mts", "t.cts"];
  execFileSync(process.execPath, [join(typescript, "bin/tsc"), ...options], { cwd: project, stdio: "inherit" });
});
