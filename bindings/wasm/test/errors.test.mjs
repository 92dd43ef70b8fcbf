// Every error has its stable code, and what was wrong by name.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

let millpond;
before(async () => (millpond = await importFrom(install())));

const SCENE = `{"version": 1, "canvas": {"width": 16, "height": 8, "frame_rate": 25},
  "assets": {"clip": {"src": "c.mp4"}, "mouth": {"input": {"width": 4, "height": 4, "format": "rgba"}}},
  "layers": [{"asset": "clip"}, {"asset": "mouth"}], "audio": [{"asset": "clip"}], "duration": 1}`;

test("errors carry what was wrong", async () => {
  const { BufferPool, Compositor, Converter, FramePool, Mel, MelStream, MillpondError, Mixer, SamplePool, Scene, TensorPool } = millpond;
  const frames = new FramePool("rgba", 8, 8, 1);
  const slot = frames.acquire();
  const buffers = new BufferPool([[16, 1]]);
  const blocks = new SamplePool({ format: "f32", arrangement: "planar", channels: 2, frames: 10 }, 1);
  const block = blocks.acquire();
  const scene = new Scene(SCENE);
  const mixer = new Mixer(scene);
  const mel = new Mel("lipsync");
  const picture = (width, height, format = "i420") => ({ format, width, height, planes: [new Uint8Array(1)] });
  const cases = [
    // Thrown by TypeScript.
    ["E_BUFFER_TOO_SMALL", { needed: mel.outputLength(3200), got: 3 }, () => mel.process(new Float32Array(3200), new Float32Array(3))],
    ["E_BUFFER_TOO_SMALL", { needed: new MelStream("lipsync").outputLength(1024), got: 1 }, () => new MelStream("lipsync").push(new Float32Array(1024), new Float32Array(1))],
    ["E_BUFFER_TOO_SMALL", { needed: 128, got: 1 }, () => scene.pushPlanes(0, 0, picture(16, 8))],
    ["E_BAD_PARAMETER", { name: "plane", value: 1, expected: "less than 1" }, () => slot.plane(1)],
    ["E_BAD_PARAMETER", { name: "channels", value: 9, expected: "1 to 8" }, () => mixer.push(0, { channels: Array(9).fill(new Float32Array(1)) })],
    ["E_BAD_PARAMETER", { name: "capacity of a pool", value: 1.5, expected: "a whole number" }, () => new TensorPool([1], 1.5)],
    ["E_BAD_PARAMETER", { name: "initial capacity of a pool", value: -1, expected: "a whole number" }, () => new TensorPool([1], { capacity: 2, initial: -1 })],
    ["E_BAD_PARAMETER", { name: "growth of a pool", value: 0, expected: "at least 1 object" }, () => new TensorPool([1], { capacity: 2, growth: 0 })],
    ["E_BAD_CONFIG", { name: "hop_samples", value: "function" }, () => new Mel({ profile: "lipsync", hop_samples: () => 1 })],
    ["E_UNSUPPORTED_FORMAT", { format: "f64" }, () => new SamplePool({ format: "f64", arrangement: "planar", channels: 1, frames: 1 }, 1)],
    ["E_SAMPLE_MISMATCH", { expected: "f32 interleaved", got: "f32 planar" }, () => block.interleaved],
    // Thrown by the module.
    ["E_BUFFER_TOO_SMALL", { needed: 17, got: 16 }, () => buffers.acquire(17)],
    ["E_BAD_SIZE", { width: 0, height: 4, max: 32768 }, () => new FramePool("rgba", 0, 4, 1)],
    ["E_UNSUPPORTED_FORMAT", { name: "format", value: "i421", expected: "a pixel format" }, () => new FramePool("i421", 4, 4, 1)],
    ["E_UNSUPPORTED_FORMAT", { format: "i444" }, () => new Compositor({ format: "i444", width: 8, height: 8 })],
    ["E_POOL_EXHAUSTED", { capacity: 1 }, () => frames.acquire()],
    ["E_BAD_PARAMETER", { name: "capacity of a pool", value: 2000, expected: "1 to 1024 objects" }, () => new FramePool("rgba", 4, 4, 2000)],
    ["E_BAD_PARAMETER", { name: "matrix", value: "bt470", expected: "bt601, bt709, bt2020" }, () => new Converter({ format: "i420", matrix: "bt470" }, { format: "rgba" })],
    ["E_MISMATCH", { expected: "i420 8x8", got: "rgba 8x8" }, () => new Converter({ format: "i420" }, { format: "rgba" }).convert(slot, new FramePool("rgba", 8, 8, 1).acquire())],
    ["E_BAD_PROFILE", { name: "lipsink" }, () => new Mel("lipsink")],
    ["E_NEEDS_WHOLE_CLIP", undefined, () => new MelStream("whisper-80")],
    ["E_NO_SUCH", { what: "layer", index: 7, count: 2 }, () => scene.endClip(7, 0)],
    ["E_WRONG_SOURCE", { layer: 1, is: "a pushed input", expected: "a file" }, () => scene.openClip(1, { timeScale: 25 })],
    ["E_NOT_READY", { frame: 3, layer: 0, what: "its clip" }, () => scene.compose(3)],
    ["E_UNSUPPORTED_COLOR", { matrix: 0 }, () => scene.openClip(0, { timeScale: 25, colorSpace: { matrix: "rgb" } })],
    ["E_SCENE_CHANGED", { path: "canvas" }, () => scene.update(SCENE.replace("16", "18"))],
    ["E_NEEDS_SOUND", { sound: 0, frames: 128, position: 0 }, () => mixer.mix(128)],
    ["E_SOUND_NOT_OPEN", { sound: 0 }, () => mixer.wantedFrom(0)],
    ["E_WRONG_INPUT", { asset: "mouth", expected: "rgba 4x4", got: "rgba 2x2" }, () =>
      scene.pushInput(1, { ...picture(2, 2, "rgba"), planes: [new Uint8Array(16)] })],
  ];
  for (const [code, details, work] of cases) {
    const refused = (error) => {
      assert.ok(error instanceof MillpondError && error instanceof Error, `${code}: ${error}`);
      assert.equal(error.code, code, error.message);
      if (details !== undefined) assert.deepEqual({ ...error.details }, details, code);
      else assert.ok(Object.keys(error.details).length > 0, code);
      assert.ok(error.message.length > 5);
      return true;
    };
    await assert.rejects(async () => work(), refused);
  }
  scene.openClip(0, { timeScale: 25 });
  const gray = { format: "i420", width: 2, height: 2, planes: [4, 1, 1].map((n) => new Uint8Array(n)) };
  for (const tick of [0, 1]) scene.pushPlanes(0, tick, gray);
  assert.throws(() => scene.pushPlanes(0, 2, gray), (error) => error.code === "E_NOT_NEEDED" && error.details.layer === 0);
});
