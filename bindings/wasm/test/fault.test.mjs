// What the package is given and cannot use: broken files, scenes that are none, canvases that do not fit, modules that are
// no modules. Each is refused with a code, leaves no memory behind, and what was open before goes on.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { importFrom, install, runIn } from "./installed.mjs";

let millpond, project;
before(async () => {
  project = install();
  millpond = await importFrom(project);
});

const codeOf = (work) => {
  try {
    work();
    return "no error";
  } catch (error) {
    return error.code ?? String(error);
  }
};

/** Numbers that look like noise, the same each time. */
function noise(length, seed) {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

const SCENE = `{"version": 1, "canvas": {"width": 2, "height": 1, "frame_rate": 25, "format": "rgba"},
  "assets": {"a": {"src": "a"}}, "layers": [{"asset": "a"}], "duration": 1}`;
// Two pixels in RGBA: opaque red and half transparent blue.
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAADklEQVR4nGP4z8AAQg0AD3oDfnfpf5cAAAAASUVORK5CYII=",
  "base64",
);
const JPEG = [0xff, 0xd8, 0xff, 0xe0];
const WEBP = [...Buffer.from("RIFF\x40\x00\x00\x00WEBPVP8 ", "latin1")];

test("stills of no bytes, of noise, and cut anywhere are refused; the layer takes a good one afterwards", () => {
  const scene = new millpond.Scene(SCENE);
  scene.need(0);
  const broken = [new Uint8Array(), Uint8Array.of(0), noise(1000, 1)];
  for (let length = 1; length < PNG.length - 12; length++) broken.push(PNG.subarray(0, length));
  for (let seed = 0; seed < 100; seed++) {
    for (const start of [PNG.subarray(0, 33), JPEG, WEBP]) broken.push(Uint8Array.from([...start, ...noise(200, seed)]));
  }
  for (const bytes of broken) assert.equal(codeOf(() => scene.openStill(0, bytes)), "E_BAD_STILL");
  const { heapBytes } = millpond.stats().memory;
  for (const bytes of broken) codeOf(() => scene.openStill(0, bytes));
  assert.equal(millpond.stats().memory.heapBytes, heapBytes, "a refused still leaves memory behind");
  scene.openStill(0, PNG);
  scene.compose(0);
  assert.deepEqual([...scene.canvasRgba()], [255, 0, 0, 255, 0, 0, 128, 255]);
  scene.close();
});

test("a scene of no text, of noise, and cut anywhere is refused", () => {
  const text = new TextDecoder("latin1");
  const broken = ["", "\0", "null", "[]", "{}", "[".repeat(100_000), `{"version": 1e999}`, "\ud800"];
  for (let seed = 0; seed < 50; seed++) broken.push(text.decode(noise(300, seed)));
  for (let length = 1; length < SCENE.length - 1; length++) broken.push(SCENE.slice(0, length));
  for (const json of broken) assert.match(codeOf(() => new millpond.Scene(json)), /^E_/, JSON.stringify(json.slice(0, 60)));
  const { heapBytes } = millpond.stats().memory;
  for (const json of broken) codeOf(() => new millpond.Scene(json));
  assert.equal(millpond.stats().memory.heapBytes, heapBytes, "a refused scene leaves memory behind");
});

test("a canvas that does not fit into memory is refused, and nothing is lost by asking", () => {
  const canvasOf = (width, height, format) =>
    `{"version": 1, "canvas": {"width": ${width}, "height": ${height}, "frame_rate": 25, "format": "${format}"}, "assets": {},
      "layers": [], "duration": 1}`;
  const small = new millpond.Scene(canvasOf(64, 48, "i420"));
  small.compose(0);
  const hash = small.canvasHash();
  const before = millpond.stats().memory;
  for (let n = 0; n < 10; n++) {
    assert.equal(codeOf(() => new millpond.Scene(canvasOf(16384, 16384, "rgba"))), "E_OUT_OF_MEMORY");
    assert.equal(codeOf(() => new millpond.Scene(canvasOf(23168, 23168, "rgba"))), "E_OUT_OF_MEMORY");
    // More than WebAssembly can address.
    assert.equal(codeOf(() => new millpond.Scene(canvasOf(32768, 32768, "i420"))), "E_BAD_SIZE");
  }
  const { heapBytes, wasmBytes } = millpond.stats().memory;
  assert.deepEqual([heapBytes, wasmBytes], [before.heapBytes, before.wasmBytes]);
  small.compose(1);
  assert.equal(small.canvasHash(), hash);
  small.close();
});

test("a module that is none, or finds no memory, is refused, and the right one works afterwards", () => {
  const printed = runIn(
    project,
    "broken_module.mjs",
    `import { readFileSync } from "node:fs";
     import { setFlagsFromString } from "node:v8";
     import { init, FramePool } from "millpond/slim";
     const whole = readFileSync("node_modules/millpond/dist/millpond.wasm");
     const refusal = (bytes) => init(bytes).then(() => "taken", (error) => error.name);
     const said = [];
     for (const bytes of [new Uint8Array(), Uint8Array.of(1, 2, 3), whole.subarray(0, whole.length / 2)]) said.push(await refusal(bytes));
     setFlagsFromString("--wasm-max-mem-pages=4");
     said.push(await refusal(whole));
     setFlagsFromString("--wasm-max-mem-pages=65536");
     await init(whole);
     const pool = new FramePool("i420", 4, 4, 1);
     said.push(pool.stats().capacity);
     pool.close();
     console.log(JSON.stringify(said));`,
  );
  const [empty, short, cut, small, capacity] = JSON.parse(printed);
  assert.deepEqual([empty, short, cut], ["CompileError", "CompileError", "CompileError"]);
  assert.deepEqual([small, capacity], ["RangeError", 1]);
});
