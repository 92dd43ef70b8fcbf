// Memory that is sized once, stats() of what is open, and scenes that come and go.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

let millpond;
before(async () => (millpond = await importFrom(install())));

const json = (width, height, layers = 1, format = "i420") =>
  JSON.stringify({
    version: 1,
    canvas: { width, height, frame_rate: 25, format },
    assets: { clip: { src: "clip.mp4" }, mouth: { input: { width: 64, height: 64, format: "rgba" } } },
    layers: [...Array(layers).fill({ asset: "clip" }), { asset: "mouth", rect: [8, 8, 60, 60], opacity: 0.5 }],
    duration: 4,
  });

function planes(width, height, value) {
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  return { format: "i420", width, height, planes: [width * height, chroma, chroma].map((n) => new Uint8Array(n).fill(value)) };
}

/** Plays some frames of a scene with a clip of this size. */
async function play(scene, frames, picture, info = {}) {
  const mouth = { format: "rgba", width: 64, height: 64, planes: [new Uint8Array(64 * 64 * 4).fill(99)] };
  const next = [];
  for (let n = 0; n < frames; n++) {
    for (let need = scene.need(n); need.kind !== "nothing"; need = scene.need(n)) {
      if (need.kind === "open") scene.openClip(need.layer, { timeScale: 25, ...info });
      if (need.kind === "input") await scene.pushInput(need.asset, mouth);
      if (need.kind === "picture") {
        next[need.layer] ??= 0;
        scene.pushPlanes(need.layer, next[need.layer]++, picture);
      }
    }
    scene.compose(n);
    scene.canvasRgba();
  }
}

test("stats count what is open, by class, and name the pools", async () => {
  const { BufferPool, FramePool, Mel, Scene, SamplePool, TensorPool, stats } = millpond;
  assert.deepEqual([stats().handles, stats().pools], [{}, []]);
  const scene = new Scene(json(64, 48));
  await play(scene, 2, planes(64, 48, 1));
  const frames = new FramePool("nv12", 16, 16, 2);
  const slots = [frames.acquire(), frames.acquire()];
  const buffers = new BufferPool([[1000, 2], [10, 1]]);
  const buffer = buffers.acquire(5);
  const others = [new Mel(), new TensorPool([2, 2], 1), new SamplePool({ format: "f32", arrangement: "planar", channels: 1, frames: 9 }, 1)];
  assert.deepEqual(stats().handles, {
    Scene: 1, FramePool: 1, FrameSlot: 2, BufferPool: 1, BufferSlot: 1, Mel: 1, TensorPool: 1, SamplePool: 1,
  });
  const named = Object.fromEntries(stats().pools.map(({ name, capacity, inUse }) => [name, [capacity, inUse]]));
  assert.deepEqual(named, {
    clip: [3, 2], mouth: [3, 1], "FramePool nv12 16x16": [2, 2], "BufferPool 1000, 10": [3, 1], "TensorPool 2x2": [1, 0],
    "SamplePool f32 planar 1x9": [1, 0],
  });
  for (const open of [scene, frames, buffers, buffer, ...slots, ...others]) {
    open[Symbol.dispose]();
    open[Symbol.dispose]();
  }
  assert.deepEqual([stats().handles, stats().pools], [{}, []]);
});

test("a scene whose clips are told beforehand makes memory grow only when it is opened", async () => {
  const { Scene, stats } = millpond;
  const scene = new Scene(json(200, 120), { initialFrames: 5 });
  const clip = { format: "i420", width: 200, height: 120 };
  assert.deepEqual(scene.stats().pools.map(({ name, capacity }) => [name, capacity]), [["mouth", 5]]);
  scene.need(0);
  scene.openClip(0, { timeScale: 25, picture: clip });
  assert.deepEqual(scene.stats().pools.map(({ name, capacity }) => [name, capacity]), [["clip", 5], ["mouth", 5]]);
  const before = stats().memory;
  scene.pushPlanes(0, 0, planes(200, 120, 3));
  assert.deepEqual(stats().memory, before, "the first picture allocates nothing");
  for (const initialFrames of [2, 1025]) {
    assert.throws(() => new Scene(json(8, 8), { initialFrames }), (error) =>
      error.code === "E_BAD_PARAMETER" && error.details.value === initialFrames);
  }
  scene.close();
});

test("reserved memory never grows again", async () => {
  const { Scene, reserveMemory, stats } = millpond;
  const start = stats().memory.growths;
  // The canvas twice, and three pictures of each clip: more than four times as much as would do.
  reserveMemory(64 * 2 ** 20);
  const { growths, wasmBytes } = stats().memory;
  assert.ok(growths > start && wasmBytes >= 64 * 2 ** 20);
  const scene = new Scene(json(1280, 720, 2));
  await play(scene, 30, planes(1280, 720, 7));
  assert.deepEqual([stats().memory.growths, stats().memory.wasmBytes], [growths, wasmBytes]);
  assert.throws(() => reserveMemory(2 ** 33), (error) => error.code === "E_OUT_OF_MEMORY" && error.details.needed === 2 ** 33);
  scene.close();
});

test("a hundred scenes come and go, and memory stays as it is", async () => {
  const { Mixer, Scene, stats } = millpond;
  const sizes = [[1920, 1080], [640, 360], [1280, 720], [333, 777], [64, 64]];
  const pictures = sizes.map(([width, height]) => planes(width, height, 5));
  const after = [];
  for (let n = 0; n < 100; n++) {
    const [width, height] = sizes[n % sizes.length];
    const scene = new Scene(json(width, height, 1 + (n % 2), n % 3 === 0 ? "rgba" : "i420"));
    const mixer = new Mixer(scene);
    // A picture of another scene's size: pools of all sizes beside each other.
    await play(scene, 3, pictures[(n * 3) % sizes.length]);
    scene.update(json(width, height, 1 + (n % 2), n % 3 === 0 ? "rgba" : "i420").replace("0.5", "0.9"));
    await play(scene, 1, pictures[0]);
    mixer.close();
    scene.close();
    after.push([stats().memory.wasmBytes, stats().memory.heapBytes]);
  }
  const [wasm, heap] = [0, 1].map((at) => after.map((figures) => figures[at]));
  // Sizes, layers and formats repeat after 30.
  assert.equal(wasm[99], wasm[30], `wasm memory: ${wasm.filter((bytes, at) => bytes !== wasm[at - 1])}`);
  assert.ok(heap[99] - heap[30] < 1024, `${heap[99] - heap[30]} bytes more are held`);
  assert.deepEqual([stats().handles, stats().pools], [{}, []]);
});
