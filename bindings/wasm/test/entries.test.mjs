// Every entry, in both formats; the ways to hand a module to the slim one; and what each module weighs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { install, runIn } from "./installed.mjs";

let project;
before(() => (project = install()));

const file = (path) => join(project, "node_modules/millpond/dist", path);

const MEL = `
  const mel = new Mel("lipsync");
  const out = new Float32Array(mel.outputLength(3200));
  mel.process(Float32Array.from({ length: 3200 }, (_, n) => Math.sin(n * n)), out);
  console.log(out.reduce((sum, value) => sum + value, 0));
`;
const CONVERT = `
  const pool = new FramePool("i420", 6, 4, 1), rgba = new FramePool("rgba", 6, 4, 1);
  const [from, to] = [pool.acquire(), rgba.acquire()];
  from.bytes.fill(100);
  new Converter(from.layout, to.layout).convert(from, to);
  console.log(to.bytes.slice(0, 4).join());
`;

/** What a script prints that has these names of an entry, imported or required. */
function printed(entry, names, code, before = "") {
  const esm = runIn(project, "entry.mjs", `import { ${names} } from "millpond${entry}";${before}${code}`);
  const cjs = runIn(project, "entry.cjs", `const { ${names} } = require("millpond${entry}");${before}${code}`);
  assert.equal(esm, cjs);
  return esm;
}

test("every entry loads itself, and computes the same", () => {
  const mel = printed("", "Mel", MEL);
  assert.match(mel, /^-?\d+\./);
  for (const entry of ["/scalar", "/audio"]) assert.equal(printed(entry, "Mel", MEL), mel, entry);
  const pixel = printed("", "FramePool, Converter", CONVERT);
  for (const entry of ["/scalar", "/video"]) {
    assert.equal(printed(entry, "FramePool, Converter", CONVERT), pixel, entry);
  }
});

test("two entries live side by side", () => {
  const code = `
    import { Mel } from "millpond/audio";
    import { Mel as Other, stats } from "millpond";
    const before = stats().memory.openingAllocations;
    new Mel("lipsync").close();
    console.log(stats().memory.openingAllocations - before, new Other("lipsync").nMels);
  `;
  assert.equal(runIn(project, "two.mjs", code), "0 80\n");
});

test("the slim entry takes bytes and modules", () => {
  const expected = printed("", "Mel", MEL);
  for (const [name, source] of [
    ["millpond.wasm", "bytes"],
    ["millpond-scalar.wasm", "bytes"],
    ["millpond.wasm", "new WebAssembly.Module(bytes)"],
  ]) {
    const before = `
      const { readFileSync } = process.getBuiltinModule("node:fs");
      const bytes = readFileSync(${JSON.stringify(file(name))});
      initSync(${source});
      initSync(new Uint8Array(1)); // changes nothing
    `;
    assert.equal(printed("/slim", "Mel, initSync", MEL, before), expected);
  }
  const later = `
    import { Mel, init } from "millpond/slim";
    import { readFileSync } from "node:fs";
    const bytes = readFileSync(${JSON.stringify(file("millpond.wasm"))});
    await Promise.all([init(bytes), init(bytes)]);
    await init("http://127.0.0.1:9/never-asked-for");
    ${MEL}
  `;
  assert.equal(runIn(project, "later.mjs", later), expected);
});

test("the slim entry takes addresses and responses, and says what was wrong with them", async () => {
  const types = { "/right": "application/wasm", "/wrong": "text/plain", "/garbage": "application/wasm" };
  const module = readFileSync(file("millpond.wasm"));
  const server = createServer((request, response) => {
    const type = types[request.url];
    response.writeHead(type === undefined ? 404 : 200, { "content-type": type ?? "text/plain" });
    response.end(request.url === "/garbage" ? "no module" : module);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  try {
    let copy = 0;
    // A fresh copy of the entry, which has loaded nothing.
    const fresh = () => import(`${file("esm/slim.js")}?${copy++}`);
    for (const path of ["/right", "/wrong"]) {
      for (const source of [`${origin}${path}`, new URL(path, origin), fetch(`${origin}${path}`)]) {
        const { Mel, init } = await fresh();
        await init(source);
        assert.equal(new Mel("lipsync").nMels, 80);
      }
    }
    const { Mel, init } = await fresh();
    await assert.rejects(init(`${origin}/missing`), (error) => error.code === "E_NO_MODULE" && /404/.test(error.message));
    await assert.rejects(init(`${origin}/garbage`), WebAssembly.CompileError);
    // A failure is not kept.
    await init(`${origin}/right`);
    assert.equal(new Mel("lipsync").nMels, 80);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("where there is no SIMD the error names it, and the scalar entry works", () => {
  const without = "globalThis.WebAssembly.validate = () => false;\n";
  const caught = (path) => `${without}
    import(${JSON.stringify(path)}).then(({ Mel }) => console.log(new Mel("lipsync").nMels), ({ code }) => console.log(code));
  `;
  assert.equal(runIn(project, "without.mjs", caught("millpond")), "E_NO_SIMD128\n");
  assert.equal(runIn(project, "without.mjs", caught("millpond/audio")), "E_NO_SIMD128\n");
  assert.equal(runIn(project, "without.mjs", caught("millpond/scalar")), "80\n");
});

test("each module keeps its budget", () => {
  const compressed = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
  /** The module that an entry carries. */
  const carried = (entry) => {
    // The first: node has a module of its own, which it compiles when somebody speaks of `Response`.
    const print = 'import fs from "node:fs"; const { compile } = WebAssembly;'
      + 'WebAssembly.compile = (bytes) => (fs.writeFileSync("carried.wasm", bytes), (WebAssembly.compile = compile)(bytes));'
      + `await import("millpond${entry}");`;
    runIn(project, "carried.mjs", print);
    return readFileSync(join(project, "carried.wasm"));
  };
  const sizes = ["/audio", "/video", ""].map((entry) => compressed(carried(entry)));
  const budgets = [80_000, 200_000, 350_000];
  sizes.forEach((size, at) => assert.ok(size <= budgets[at], `${size} bytes, ${budgets[at]} at most`));
  assert.ok(Buffer.compare(carried(""), readFileSync(file("millpond.wasm"))) === 0);
});
