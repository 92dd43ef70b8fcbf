// Every class: a use after closing is an error, closing twice is none; and two copies of the package in one process.
import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { importFrom, install } from "./installed.mjs";

let millpond;
let project;
before(async () => {
  project = install();
  millpond = await importFrom(project);
});

const SCENE = `{"version": 1, "canvas": {"width": 16, "height": 8, "frame_rate": 25}, "assets": {"c": {"src": "c.mp4"}},
  "layers": [{"asset": "c"}], "duration": 1}`;

/** How each class is made, and what of it needs an open one. A pool's slots are named with the pool. */
function table({ FramePool, TensorPool, BufferPool, SamplePool, ...classes }) {
  const rgba = new FramePool("rgba", 8, 8, 4);
  const [a, b] = [rgba.acquire(), rgba.acquire()];
  const tensors = new TensorPool([1, 3, 8, 8], 1);
  const batch = tensors.acquire();
  const { Blend, Compositor, Converter, FrameToTensor, JpegEncoder, JpegStrips, Mel, MelStream, Mixer, Monitor, Resizer, Scene, TensorToFrame } = classes;
  const color = { format: "rgba" };
  const tensor = { width: 8, height: 8 };
  const block = () => new SamplePool({ format: "f32", arrangement: "planar", channels: 1, frames: 4 }, 1);
  const planes = { format: "i420", width: 2, height: 2, planes: [4, 1, 1].map((n) => new Uint8Array(n)) };
  return {
    Blend: [() => new Blend(), { draw: [a, 0, 0, b], fill: [0xff, 0, 0, 1, 1, b] }],
    BufferPool: [() => new BufferPool([[8, 1]]), { acquire: [1], acquireWhenFree: [1] }],
    BufferSlot: [() => new BufferPool([[8, 1]]).acquire(1), { length: "get", capacity: "get", view: "get" }],
    Compositor: [
      () => new Compositor({ format: "rgba", width: 8, height: 8 }),
      { setBackground: [a], add: [{ picture: a.layout, rect: [0, 0, 8, 8] }], replace: [0, { picture: a.layout, rect: [0, 0, 8, 8] }],
        vacate: [0], show: [0, a], hide: [0], compose: [a], dirtyRects: "get" },
    ],
    Converter: [() => new Converter(color, color), { convert: [a, b] }],
    FramePool: [() => new FramePool("rgba", 4, 4, 1), { acquire: [], acquireWhenFree: [] }],
    FrameSlot: [
      () => new FramePool("rgba", 4, 4, 1).acquire(),
      { bytes: "get", plane: [0], copyFrom: [{}], toVideoFrame: [{ timestamp: 0 }] },
    ],
    FrameToTensor: [() => new FrameToTensor({ ...color, source: [8, 8], tensor }), { process: [a, batch] }],
    JpegEncoder: [() => new JpegEncoder({ ...color, ...tensor }), { encode: [a] }],
    JpegStrips: [() => new JpegStrips({ ...color, ...tensor }), { encode: [a, []], coded: "get", forget: [] }],
    Mel: [
      () => new Mel(),
      { outputFrames: [9], outputLength: [9], process: [new Float32Array(9), new Float32Array(900)], peak: "get", picture: [1, 1] },
    ],
    MelStream: [
      () => new MelStream(),
      { latencySamples: "get", outputLength: [9], push: [new Float32Array(9), new Float32Array(900)], flush: [], reset: [], picture: [1] },
    ],
    Mixer: [
      () => new Mixer(new Scene(SCENE)),
      { update: [new Scene(SCENE)], need: [1], open: [0, 48_000, 1], wantedFrom: [0], room: [0], push: [0, { channels: [new Float32Array(1)] }],
        end: [0], mix: [1], position: "get", seek: [0] },
    ],
    Monitor: [() => new Monitor(), { watch: ["a", rgba], sample: [], json: [], prometheus: [] }],
    Resizer: [() => new Resizer({ ...color, source: [8, 8], target: [8, 8] }), { resize: [a, b] }],
    SampleBlock: [
      () => block().acquire(),
      { frames: "get", channel: [0], copyFrom: [{ numberOfChannels: 1 }], toAudioData: [0, 48_000] },
    ],
    SamplePool: [block, { acquire: [], acquireWhenFree: [] }],
    Scene: [
      () => new Scene(SCENE),
      { update: [SCENE], wantedEnd: [], setEnd: [{ asset: 0, medium: "picture" }], duration: "get", frameCount: "get", need: [0],
        openStill: [0, new Uint8Array(1)], openClip: [0, { timeScale: 25 }], pushPicture: [0, 0, { format: "I420", visibleRect: { width: 2, height: 2 } }],
        pushPlanes: [0, 0, planes], endClip: [0, 0], pushInput: [0, planes], seek: [], assetTime: [0, 0], compose: [0],
        canvasView: [], canvasFrame: [0], canvasRgba: [], canvasHash: [], stats: [] },
    ],
    TensorPool: [() => new TensorPool([2], 1), { acquire: [] }],
    TensorSlot: [() => new TensorPool([2], 1).acquire(), { data: "get" }],
    TensorToFrame: [() => new TensorToFrame(tensor, "rgba"), { process: [batch, a] }],
  };
}

/** Methods and getters of a class that a page may use, its parents' left out. */
function members(type) {
  const own = Object.getOwnPropertyNames(type.prototype);
  return own.filter((name) => !["constructor", "close", "release", "pools", "opened"].includes(name));
}

test("after closing every class throws E_CLOSED, and closing again is harmless", async () => {
  const uses = table(millpond);
  const closable = Object.entries(millpond).filter(([, value]) => value.prototype?.[Symbol.dispose] !== undefined);
  const abstract = ["Handle", "Pool"];
  assert.deepEqual(closable.map(([name]) => name).filter((name) => !abstract.includes(name)).sort(), Object.keys(uses).sort());
  for (const [name, [make, calls]] of Object.entries(uses)) {
    const open = make();
    assert.ok(open instanceof millpond[name]);
    for (const member of members(millpond[name])) {
      // What a pool's copying() does when the pool is closed is told by the stream; info is what was read when it was open.
      if (!(member in calls)) assert.ok(["copying", "info", "interleaved"].includes(member), `${name}.${member} is not in the table`);
    }
    for (const how of ["close", "release", Symbol.dispose]) open[how]?.();
    for (const how of ["close", "release", Symbol.dispose]) open[how]?.();
    for (const [member, use] of Object.entries(calls)) {
      const call = async () => (use === "get" ? open[member] : open[member](...use));
      await assert.rejects(call, (error) => {
        assert.equal(error.code, "E_CLOSED", `${name}.${member}: ${error}`);
        return true;
      });
    }
  }
});

test("two copies of the package do not touch each other", async () => {
  const copy = join(project, "node_modules/other");
  cpSync(join(project, "node_modules/millpond"), copy, { recursive: true });
  const other = await import(pathToFileURL(join(copy, "dist/esm/index.js")).href);
  assert.notEqual(other.FramePool, millpond.FramePool);
  const { memory } = other.stats();
  const pool = new millpond.FramePool("rgba", 512, 512, 4);
  const slot = pool.acquire();
  slot.bytes.fill(7);
  assert.deepEqual(other.stats(), { memory, handles: {}, pools: [] });
  const theirs = new other.FramePool("rgba", 512, 512, 1).acquire();
  theirs.bytes.fill(9);
  assert.ok(slot.bytes.every((byte) => byte === 7));
  // A picture of one is none of the other.
  const converter = new other.Converter({ format: "rgba" }, { format: "bgra" });
  assert.throws(() => converter.convert(slot, theirs));
  converter.convert(theirs, new other.FramePool("bgra", 512, 512, 1).acquire());
  pool.close();
  assert.throws(() => pool.acquire(), (error) => error instanceof millpond.MillpondError && !(error instanceof other.MillpondError));
  slot.release();
});

test("the types show nothing of the module", () => {
  const folder = join(project, "node_modules/millpond/dist/esm");
  const files = readdirSync(folder).filter((name) => name.endsWith(".d.ts"));
  // From the entries on, whatever their types lead to.
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const text = readFileSync(join(folder, name), "utf8");
    const code = text.replaceAll(/\/\*[^]*?\*\//g, "");
    assert.doesNotMatch(code, /pkg\/|millpond_wasm|\braw\b|\baddress\b|\bindex\(\)|@internal/, name);
    for (const [, from] of code.matchAll(/from "\.\/(.*?)\.js"/g)) visit(`${from}.d.ts`);
  };
  for (const entry of ["index", "audio", "video", "slim", "audio_worklet"]) visit(`${entry}.d.ts`);
  assert.ok(seen.size > 15 && seen.size <= files.length, `${seen.size} files`);
});
