// `millpond/worker` in node, where its workers are those of `node:worker_threads`. What needs frames and canvases is
// tested in the browser: packaging/worker.test.mjs.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { importFrom, install, runIn } from "./installed.mjs";

let project, millpond, MillpondWorker;
const started = [];
/** A worker, or none if it does not answer; it is ended with its test, lest a failed one keep the process alive. */
const start = async (options) => {
  const worker = await MillpondWorker.start({ signal: AbortSignal.timeout(60_000), ...options });
  started.push(worker);
  return worker;
};
afterEach(() => started.splice(0).forEach((worker) => worker.close()));
before(async () => {
  project = install();
  millpond = await importFrom(project);
  ({ MillpondWorker } = await import(fileUrl("esm/worker.js")));
});

const fileUrl = (name) => pathToFileURL(join(project, "node_modules/millpond/dist", name)).href;

const JSON_TEXT = `{
  "version": 1,
  "canvas": {"width": 62, "height": 46, "frame_rate": "25/1", "background": "#102030"},
  "assets": {"clip": {"src": "c.mp4"}, "mouth": {"input": {"width": 16, "height": 16, "format": "rgba"}}},
  "layers": [{"asset": "clip"}, {"asset": "mouth", "rect": [7, 9, 20, 20], "opacity": 0.5}]
}`;

const plane = (length, by, n) => Uint8Array.from({ length }, (_, at) => (at * by + n) & 255);
const clipPicture = (n) => ({ format: "i420", width: 62, height: 46, planes: [plane(62 * 46, 1, n), plane(31 * 23, 3, n), plane(31 * 23, 5, n)] });
const mouthPicture = (n) => ({ format: "rgba", width: 16, height: 16, planes: [plane(16 * 16 * 4, 7, n)] });

/** Composes frames of a scene, here or in a worker, and returns their hashes. */
async function hashes(scene) {
  for (let wanted; (wanted = await scene.wantedEnd()) !== undefined; ) {
    await scene.setEnd(wanted, wanted.asset === 0 ? { tick: 4, timeScale: 25 } : undefined);
  }
  const all = [];
  let tick = 0;
  for (let n = 0; n < 4; n++) {
    for (let need = await scene.need(n); need.kind !== "nothing"; need = await scene.need(n)) {
      if (need.kind === "open") await scene.openClip(need.layer, { timeScale: 25, description: new Uint8Array(4) });
      if (need.kind === "picture") await scene.pushPlanes(need.layer, tick, clipPicture(tick++));
      if (need.kind === "input") await scene.pushInput(need.asset, mouthPicture(n));
    }
    await scene.compose(n);
    all.push(await scene.canvasHash());
  }
  return all;
}

const sound = (length) => Float32Array.from({ length }, (_, n) => Math.sin(n * n));
const code = (expected) => (error) => error.name === "MillpondError" && error.code === expected;

test("a scene in a worker composes what one here does", async () => {
  const worker = await start();
  const here = new millpond.Scene(JSON_TEXT);
  const there = await worker.scene(JSON_TEXT);
  assert.deepEqual(await hashes(there), await hashes(here));
  assert.deepEqual([there.info, there.canvasLayout], [here.info, here.canvasLayout]);
  assert.deepEqual([await there.frameCount(), await there.duration()], [here.frameCount, here.duration]);
  assert.deepEqual([await there.assetTime(0, 3), await there.assetTime(1, 99)], [here.assetTime(0, 3), here.assetTime(1, 99)]);
  assert.deepEqual(await there.canvasBytes(), new Uint8Array(here.canvasView()));
  assert.deepEqual(await there.canvasRgba(), new Uint8ClampedArray(here.canvasRgba()));
  const { pictures, pools } = await there.stats();
  assert.deepEqual([pictures, pools.map(({ name }) => name)], [here.stats().pictures, ["clip", "mouth"]]);
  worker.close();
});

test("a scene is changed while it is shown", async () => {
  const worker = await start();
  const there = await worker.scene(JSON_TEXT);
  await hashes(there);
  const changed = JSON_TEXT.replace("[7, 9, 20, 20]", "[1, 2, 30, 9]");
  const here = new millpond.Scene(changed);
  const expected = (await hashes(here)).at(-1);
  await there.update(changed);
  for (let need = await there.need(3); need.kind !== "nothing"; need = await there.need(3)) {
    assert.equal(need.kind, "input");
    await there.pushInput(need.asset, mouthPicture(3));
  }
  await there.compose(3);
  assert.equal(await there.canvasHash(), expected);
  await assert.rejects(there.update(changed.replace('"width": 62', '"width": 64')), code("E_SCENE_CHANGED"));
  await there.update(changed.replace("]\n}", '],\n"audio": [{"asset": "clip"}]}'));
  assert.equal(there.info.sounds.length, 1);
});

test("memory is moved there and back", async () => {
  const worker = await start();
  const scene = await worker.scene(JSON_TEXT);
  await scene.openClip(0, { timeScale: 25 });
  const given = clipPicture(0);
  const back = await scene.pushPlanes(0, 0, given);
  assert.deepEqual([given.planes.map(({ length }) => length), back], [[0, 0, 0], clipPicture(0)]);
  const first = await scene.canvasRgba();
  const { buffer } = first;
  const second = await scene.canvasRgba(first);
  assert.deepEqual([buffer.byteLength, first.length, second.length], [0, 0, 62 * 46 * 4]);
  // Planes of one buffer are moved once.
  const one = new ArrayBuffer(62 * 46 * 2);
  const planes = [new Uint8Array(one, 0, 62 * 46), new Uint8Array(one, 62 * 46, 31 * 23), new Uint8Array(one, 62 * 46 + 31 * 23, 31 * 23)];
  const shared = await scene.pushPlanes(0, 1, { format: "i420", width: 62, height: 46, planes });
  assert.equal(new Set(shared.planes.map(({ buffer }) => buffer)).size, 1);
  worker.close();
});

test("features of a clip, in memory that is used again", async () => {
  const worker = await start();
  const here = new millpond.Mel("whisper-80", 48_000);
  const there = await worker.mel("whisper-80", 48_000);
  assert.equal(there.nMels, here.nMels);
  let out;
  for (const length of [48_000, 9_600, 96_000]) {
    const expected = new Float32Array(here.outputLength(length));
    const frames = here.process(sound(length), expected);
    const given = sound(length);
    const got = await there.process(given, { out });
    assert.deepEqual([got.frames, got.peak, got.features], [frames, here.peak, expected]);
    assert.deepEqual([given.length, got.samples], [0, sound(length)]);
    // The second, shorter clip lies in the memory of the first.
    if (length === 9_600) assert.ok(got.features.buffer.byteLength > 4 * expected.length);
    out = got.features;
  }
  worker.close();
});

test("errors cross over, and change nothing", async () => {
  const worker = await start();
  await assert.rejects(worker.scene("{}"), (error) => error.code.startsWith("E_SCENE_"));
  await assert.rejects(worker.mel("whisper-81"), code("E_BAD_PROFILE"));
  const scene = await worker.scene(JSON_TEXT);
  await assert.rejects(scene.compose(0), code("E_NOT_READY"));
  await assert.rejects(scene.openStill(7, new Uint8Array(1)), ({ details }) => details.index === 7);
  await assert.rejects(scene.openStill(7, new Uint8Array(1)), code("E_NO_SUCH"));
  // What cannot be cloned fails here, as it does with any worker.
  await assert.rejects(scene.openClip(0, { timeScale: () => 1 }), { name: "DataCloneError" });
  assert.equal((await hashes(scene)).length, 4);
  worker.close();
});

test("closing twice is harmless, and what is closed says so", async () => {
  const worker = await start();
  const scene = await worker.scene(JSON_TEXT);
  const mel = await worker.mel();
  for (const handle of [scene, mel]) {
    handle.close();
    handle[Symbol.dispose]();
  }
  await assert.rejects(scene.need(0), code("E_CLOSED"));
  await assert.rejects(mel.process(sound(16)), code("E_CLOSED"));
  const other = await worker.scene(JSON_TEXT);
  const under = other.need(0);
  worker.close();
  worker[Symbol.dispose]();
  await assert.rejects(under, code("E_CLOSED"));
  await assert.rejects(other.need(0), code("E_CLOSED"));
  await assert.rejects(worker.scene(JSON_TEXT), code("E_CLOSED"));
  other.close();
});

test("100 scenes that were closed leave the worker's memory as it was, and nothing open", async () => {
  const worker = await start();
  await worker.reserveMemory(4 * 2 ** 20);
  const { growths } = (await worker.stats()).memory;
  const sizes = new Set();
  for (let n = 0; n < 100; n++) {
    const scene = await worker.scene(JSON_TEXT, { initialFrames: 4 });
    await hashes(scene);
    const { memory, pools } = await scene.stats();
    if (n > 1) sizes.add(memory.heapBytes);
    assert.deepEqual(pools.map(({ capacity }) => capacity), [4, 4]);
    scene.close();
  }
  const { memory, handles, pools } = await worker.stats();
  assert.deepEqual([sizes.size, memory.growths, handles, pools], [1, growths, {}, []]);
  await assert.rejects(worker.reserveMemory(2 ** 40), code("E_OUT_OF_MEMORY"));
});

test("a signal ends waits, and what was not begun is not done", async () => {
  // A worker that counts the clips it is done with.
  const source = `
    const { parentPort } = require("node:worker_threads");
    const post = parentPort.postMessage.bind(parentPort);
    let clips = 0;
    parentPort.postMessage = (message, transfer) => {
      if (message.give?.features) message.give.frames += 1_000_000 * clips++;
      post(message, transfer);
    };
    import(${JSON.stringify(fileUrl("esm/worker_thread.js"))});
  `;
  const worker = await start({ worker: new Worker(source, { eval: true }) });
  const mel = await worker.mel("librosa");
  const abort = new AbortController();
  const long = mel.process(new Float32Array(2_000_000));
  const waits = [0, 1, 2, 3].map(() => mel.process(new Float32Array(2_000), { signal: abort.signal }));
  const opening = worker.scene(JSON_TEXT, { signal: abort.signal });
  abort.abort(new Error("enough"));
  for (const wait of [...waits, opening]) await assert.rejects(wait, /enough/);
  await assert.rejects(mel.process(new Float32Array(16), { signal: abort.signal }), /enough/);
  await assert.rejects(worker.scene(JSON_TEXT, { signal: abort.signal }), /enough/);
  await assert.rejects(MillpondWorker.start({ signal: abort.signal }), /enough/);
  assert.ok((await long).frames < 1_000_000);
  const { frames } = await mel.process(new Float32Array(2_000), { signal: new AbortController().signal });
  assert.equal(Math.floor(frames / 1_000_000), 1);
});

test("a worker that is lost rejects every call, those under way and later ones", async () => {
  const inNode = (source) => new Worker(source, { eval: true });
  const thread = `const { parentPort } = require("node:worker_threads"); import(${JSON.stringify(fileUrl("esm/worker_thread.js"))})`;
  /** A worker that does something of its own when it is asked what a scene needs. */
  const asked = (what) => `${thread}.then(() => parentPort.on("message", ({ job }) => { if (job === "need") ${what}; }));`;
  const losses = {
    terminated: [thread, (worker) => void worker.terminate()],
    "threw an error": [asked('throw new Error("its own")'), () => {}],
    ended: [asked("process.exit(3)"), () => {}],
  };
  for (const [name, [source, lose]] of Object.entries(losses)) {
    const own = inNode(source);
    const worker = await start({ worker: own });
    const [scene, mel] = [await worker.scene(JSON_TEXT), await worker.mel()];
    const under = [mel.process(sound(400_000)), scene.need(0), scene.need(0)];
    lose(own);
    const settled = await Promise.allSettled(under);
    assert.deepEqual(settled.slice(1).map(({ reason }) => reason?.code), ["E_WORKER_LOST", "E_WORKER_LOST"], name);
    await assert.rejects(scene.need(0), code("E_WORKER_LOST"), name);
    await assert.rejects(worker.mel(), code("E_WORKER_LOST"), name);
    scene.close();
    worker.close();
    worker.close();
  }
});

test("a trap in the module is the worker's end", async () => {
  // The worker's module gets an export that does what a broken one would: the WebAssembly instruction `unreachable`.
  const trap = "new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,116,0,0,10,5,1,3,0,0,11]))).exports.t";
  const source = `
    const trap = ${trap};
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (...given) {
      const { exports } = new Instance(...given);
      return Object.setPrototypeOf({ exports: { ...exports, scene_seek: trap } }, Instance.prototype);
    };
    import(${JSON.stringify(fileUrl("esm/worker_thread.js"))});
  `;
  const worker = await start({ worker: new Worker(source, { eval: true }) });
  const scene = await worker.scene(JSON_TEXT);
  const settled = await Promise.allSettled([scene.seek(), scene.need(0)]);
  assert.deepEqual(settled.map(({ reason }) => reason?.code), ["E_WORKER_LOST", "E_WORKER_LOST"]);
  assert.match(settled[0].reason.message, /unreachable/);
  await assert.rejects(worker.scene(JSON_TEXT), code("E_WORKER_LOST"));
});

test("a worker that does not start says what to do", async () => {
  const broken = new Worker('throw new Error("no such script")', { eval: true });
  await assert.rejects(MillpondWorker.start({ worker: broken }), (error) => code("E_NO_WORKER")(error) && /no such script.*millpond\/worker-thread/.test(error.message));
  const silent = new Worker("setInterval(() => {}, 1000)", { eval: true });
  await assert.rejects(MillpondWorker.start({ worker: silent, signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });
  const wrong = new WebAssembly.Module(Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]));
  await assert.rejects(MillpondWorker.start({ module: wrong }), code("E_NO_WORKER"));
});

test("both formats, and modules of other entries", () => {
  const use = 'MillpondWorker.start(OPTIONS).then(async (worker) => { console.log((await worker.mel()).nMels); worker.close(); });';
  const printed = (name, before, options) => runIn(project, name, `${before}${use.replace("OPTIONS", options)}`);
  assert.equal(printed("w.mjs", 'import { MillpondWorker } from "millpond/worker";', ""), "80\n");
  assert.equal(printed("w.cjs", 'const { MillpondWorker } = require("millpond/worker");', ""), "80\n");
  const scalar = 'import { MillpondWorker } from "millpond/worker"; import { wasmModule } from "millpond/scalar";';
  assert.equal(printed("s.mjs", scalar, "{ module: wasmModule() }"), "80\n");
});
