import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

let millpond;
before(async () => (millpond = await importFrom(install())));

const throwsCode = (code, work) => assert.throws(work, (error) => error.name === "MillpondError" && error.code === code);

const JSON_TEXT = `{
  "version": 1,
  "canvas": {"width": 64, "height": 48, "frame_rate": "25/1", "background": "#102030"},
  "assets": {"clip": {"src": "a b/clip.mp4"}, "mouth": {"input": {"width": 16, "height": 16, "format": "rgba"}}},
  "layers": [{"asset": "clip"}, {"asset": "mouth", "rect": [8, 8, 20, 20]}, {"asset": "clip", "rect": [40, 0, 24, 18], "opacity": 0.5}],
  "audio": [{"asset": "clip", "gain_db": -6}],
  "duration": 10.0
}`;

/** A picture whose samples tell where they are and when. */
function picture(tick, width = 64, height = 48) {
  const plane = (width, height, by) => Uint8Array.from({ length: width * height }, (_, at) => (at * by + tick) & 255);
  return {
    format: "i420",
    width,
    height,
    planes: [plane(width, height, 1), plane(width / 2, height / 2, 3), plane(width / 2, height / 2, 5)],
  };
}

/** Feeds every layer with a picture a frame and composes frame `n`. */
function render(scene, n, next) {
  for (;;) {
    const need = scene.need(n);
    if (need.kind === "nothing") return scene.compose(n);
    if (need.kind === "open") scene.openClip(need.layer, { timeScale: 25 });
    else if (need.kind === "picture") {
      next[need.layer] ??= 0;
      scene.pushPlanes(need.layer, next[need.layer], picture(next[need.layer]));
      next[need.layer] += 1;
    } else assert.equal(need.kind, "input");
  }
}

test("opening and updating count as opening", () => {
  const steady = () => millpond.stats().memory.steadyAllocations;
  const before = steady();
  const scene = new millpond.Scene(JSON_TEXT);
  scene.update(JSON_TEXT);
  scene.close();
  assert.equal(steady(), before);
});

test("a scene tells what a page must know", () => {
  const scene = new millpond.Scene(JSON_TEXT);
  assert.deepEqual(scene.info, {
    canvas: { width: 64, height: 48, format: "i420", frameRate: [25, 1] },
    assets: [
      { name: "clip", src: "a b/clip.mp4" },
      { name: "mouth", input: { width: 16, height: 16, format: "rgba" } },
    ],
    layers: [{ asset: 0 }, { asset: 1 }, { asset: 0 }],
    sounds: [{ asset: 0 }],
  });
  assert.deepEqual([scene.duration, scene.frameCount], [10, 250]);
  assert.equal(scene.wantedEnd(), undefined);
  scene[Symbol.dispose]();
});

test("an untransformed clip reaches the canvas byte for byte, and its hash is that of the bytes", () => {
  const scene = new millpond.Scene(`{"version": 1, "canvas": {"width": 64, "height": 48, "frame_rate": "25/1"},
    "assets": {"clip": {"src": "c.mp4"}}, "layers": [{"asset": "clip"}], "duration": 1}`);
  const next = [];
  for (const n of [0, 3, 4]) {
    render(scene, n, next);
    const hash = createHash("sha256");
    for (const plane of picture(n).planes) hash.update(plane);
    assert.equal(scene.canvasHash(), hash.digest("hex"));
    const canvas = scene.canvasView();
    const { offset, stride, rowBytes } = scene.canvasLayout.planes[1];
    const row = canvas.subarray(offset + 5 * stride, offset + 5 * stride + rowBytes);
    assert.deepEqual([...row], [...picture(n).planes[1].subarray(5 * 32, 6 * 32)]);
  }
  assert.equal(scene.canvasRgba().length, 64 * 48 * 4);
});

test("100 frames allocate nothing", () => {
  const { Scene, stats } = millpond;
  const scene = new Scene(JSON_TEXT);
  const next = [];
  for (let n = 0; n < 25; n++) render(scene, n, next);
  const before = stats().memory;
  for (let n = 25; n < 125; n++) {
    render(scene, n, next);
    scene.canvasRgba();
    scene.canvasHash();
  }
  assert.deepEqual(stats().memory, before);
  const { pictures, pools } = scene.stats();
  assert.equal(pictures, 252);
  assert.deepEqual(
    pools.map(({ name, format, capacity, inUse }) => [name, format, capacity, inUse]),
    [["clip", "i420", 3, 2], ["clip", "i420", 3, 2], ["mouth", "rgba", 3, 0]],
  );
});

test("a call that allocates in every frame is counted in every frame", () => {
  const { Scene, stats } = millpond;
  const scene = new Scene(JSON_TEXT);
  // A refused call writes its message on the module's heap.
  const refused = () => throwsCode("E_NO_SUCH", () => scene.endClip(9, 0));
  const steady = () => stats().memory.steadyAllocations;
  const next = [];
  for (let n = 0; n < 25; n++) render(scene, n, next);
  // The first one also makes the list of JavaScript values.
  refused();
  const start = steady();
  refused();
  const each = steady() - start;
  assert.ok(each > 0);
  const before = steady();
  for (let n = 25; n < 125; n++) {
    render(scene, n, next);
    refused();
  }
  assert.equal(steady() - before, 100 * each);
});

test("pushed pictures show, and Y'CbCr becomes RGBA for an asset that takes it", async () => {
  const scene = new millpond.Scene(`{"version": 1, "canvas": {"width": 16, "height": 16, "frame_rate": 25, "format": "rgba"},
    "assets": {"mouth": {"input": {"width": 16, "height": 16, "format": "rgba"}}}, "layers": [{"asset": "mouth"}], "duration": 1}`);
  assert.deepEqual(scene.need(0), { kind: "input", asset: 0 });
  const pixels = Uint8Array.from({ length: 1024 }, (_, at) => (at % 4 === 3 ? 255 : at & 255));
  await scene.pushInput(0, { format: "rgba", width: 16, height: 16, planes: [pixels] });
  assert.deepEqual(scene.need(0), { kind: "nothing" });
  scene.compose(0);
  assert.deepEqual([...scene.canvasRgba()], [...pixels]);

  const planes = [new Uint8Array(256).fill(235), new Uint8Array(64).fill(128), new Uint8Array(64).fill(128)];
  await scene.pushInput(0, { format: "i420", width: 16, height: 16, planes });
  scene.compose(1);
  assert.deepEqual([...scene.canvasRgba().subarray(0, 4)], [255, 255, 255, 255]);
  await scene.pushInput(0, { format: "i420", width: 16, height: 16, planes }, { fullRange: true });
  scene.compose(2);
  assert.deepEqual([...scene.canvasRgba().subarray(0, 4)], [235, 235, 235, 255]);

  const small = { format: "rgba", width: 8, height: 8, planes: [new Uint8Array(256)] };
  await assert.rejects(scene.pushInput(0, small), (error) => error.code === "E_WRONG_INPUT");
});

test("a frame draws only what the canvas does not show yet", async () => {
  const scene = new millpond.Scene(`{"version": 1, "canvas": {"width": 16, "height": 16, "frame_rate": 25, "format": "rgba"},
    "assets": {"mouth": {"input": {"width": 4, "height": 4, "format": "rgba"}}}, "layers": [{"asset": "mouth", "rect": [8, 8, 4, 4]}], "duration": 1}`);
  const compose = async (n, value) => {
    await scene.pushInput(0, { format: "rgba", width: 4, height: 4, planes: [new Uint8Array(64).fill(value)] });
    scene.compose(n);
  };
  await compose(0, 255);
  // Marks, outside of the layer and inside.
  const { stride } = scene.canvasLayout.planes[0];
  const [outside, inside] = [3, 9 * stride + 9 * 4];
  for (const at of [outside, inside]) scene.canvasView()[at] = 77;
  scene.compose(1);
  assert.deepEqual([outside, inside].map((at) => scene.canvasView()[at]), [77, 77], "nothing changed");
  await compose(2, 255);
  assert.deepEqual([outside, inside].map((at) => scene.canvasView()[at]), [77, 255]);
});

test("a scene without duration asks where its media end", () => {
  const scene = new millpond.Scene(`{"version": 1, "canvas": {"width": 2, "height": 2, "frame_rate": "25/1"},
    "assets": {"a": {"src": "a"}, "b": {"src": "b"}}, "layers": [{"asset": "a", "start": 1}], "audio": [{"asset": "b"}]}`);
  throwsCode("E_NO_DURATION", () => scene.frameCount);
  assert.deepEqual(scene.wantedEnd(), { asset: 0, medium: "picture" });
  scene.setEnd(scene.wantedEnd(), { tick: 10_010, timeScale: 10_000 });
  assert.deepEqual(scene.wantedEnd(), { asset: 1, medium: "sound" });
  scene.setEnd(scene.wantedEnd());
  assert.equal(scene.wantedEnd(), undefined);
  assert.equal(scene.frameCount, 51);
});

test("a still is told by its first bytes and decoded", () => {
  const { Scene } = millpond;
  // Two pixels in RGBA: opaque red and half transparent blue.
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAADklEQVR4nGP4z8AAQg0AD3oDfnfpf5cAAAAASUVORK5CYII=",
    "base64",
  );
  assert.equal(Scene.isStill(png.subarray(0, 12)), true);
  assert.equal(Scene.isStill(readFileSync(join(import.meta.dirname, "../package.json"))), false);
  const scene = new Scene(`{"version": 1, "canvas": {"width": 2, "height": 1, "frame_rate": 25, "format": "rgba"},
    "assets": {"a": {"src": "a"}}, "layers": [{"asset": "a"}], "duration": 1}`);
  assert.deepEqual(scene.need(0), { kind: "open", layer: 0 });
  throwsCode("E_BAD_STILL", () => scene.openStill(0, png.subarray(0, 50)));
  scene.openStill(0, png);
  assert.deepEqual(scene.need(0), { kind: "nothing" });
  scene.compose(0);
  assert.deepEqual([...scene.canvasRgba()], [255, 0, 0, 255, 0, 0, 128, 255]);
});

test("seeking forgets pictures and makes the same frame again", () => {
  const scene = new millpond.Scene(JSON_TEXT);
  render(scene, 60, []);
  const hash = scene.canvasHash();
  render(scene, 61, [62, undefined, 62]);
  assert.notEqual(scene.canvasHash(), hash);
  scene.seek();
  assert.equal(scene.assetTime(0, 60), 2.4);
  render(scene, 60, [50, undefined, 50]);
  assert.equal(scene.canvasHash(), hash);
});

/** Like {@link render}, from where the layer's clip must go on when the scene asks. Returns what was asked for. */
function renderOnward(scene, n, next) {
  const asked = [];
  for (let need = scene.need(n); need.kind !== "nothing"; need = scene.need(n)) {
    asked.push(need.kind);
    const from = () => Math.floor(scene.assetTime(need.layer, n) * 25 + 1e-9);
    if (need.kind === "open") scene.openClip(need.layer, { timeScale: 25 });
    if (need.kind === "open" || need.kind === "seek") next[need.layer] = from();
    if (need.kind === "close") delete next[need.layer];
    if (need.kind === "picture") scene.pushPlanes(need.layer, next[need.layer], picture(next[need.layer]++));
  }
  scene.compose(n);
  return asked;
}

test("an updated scene composes what a new one composes, and what is open stays open", () => {
  const { Scene, stats } = millpond;
  for (const format of ["i420", "rgba"]) {
    const base = { ...JSON.parse(JSON_TEXT), duration: 20 };
    base.canvas.format = format;
    const scene = new Scene(JSON.stringify(base));
    const next = [];
    renderOnward(scene, 5, next);
    const edits = [
      [{ rect: [3, 5, 40, 30], opacity: 0.25 }, {}],
      [{ keyframes: [{ at: 0, rect: [0, 0, 10, 10] }, { at: 1, rect: [20, 20, 31, 17], opacity: 0.5 }] }, { crop: [1, 1, 9, 9] }],
      [{ blend: "multiply", mask: { shape: "ellipse", feather: 3 }, filter: "lanczos3" }, { fit: "cover" }],
      [{ offset: 4, speed: 2 }, { start: 1 }, "seek"],
      [{ offset: 1, after: "loop" }, { start: 0, end: 9 }, "seek"],
      [{ start: 0.04, offset: 1.2 }, {}],
    ];
    edits.forEach(([first, last, expected], edit) => {
      const json = structuredClone(base);
      Object.assign(json.layers[0], first);
      Object.assign(json.layers[2], last);
      json.audio = edit % 2 === 0 ? [] : [{ asset: "clip", gain_db: edit }];
      const text = JSON.stringify(json);
      scene.update(text);
      assert.equal(scene.info.sounds.length, edit % 2);
      const asked = renderOnward(scene, 6 + edit, next);
      assert.ok(!asked.includes("open") && !asked.includes("close"), `${edit}: ${asked}`);
      assert.equal(asked.includes("seek"), expected !== undefined, `${edit}: ${asked}`);
      const fresh = new Scene(text);
      renderOnward(fresh, 6 + edit, []);
      assert.equal(scene.canvasHash(), fresh.canvasHash(), `${format}, edit ${edit}`);
      fresh.close();
    });

    const [before, { steadyAllocations }] = [scene.canvasHash(), stats().memory];
    const other = (change) => {
      const json = structuredClone(base);
      change(json);
      return JSON.stringify(json);
    };
    for (const [path, json] of [
      ["canvas", other((json) => (json.canvas.width = 66))],
      ["assets.clip", other((json) => (json.assets.clip.src = "other.mp4"))],
      ["layers", other((json) => json.layers.pop())],
      ["layers[2].asset", other((json) => (json.layers[2].asset = "mouth"))],
    ]) {
      const refused = (error) => error.code === "E_SCENE_CHANGED" && error.message.startsWith(`${path} differs`);
      assert.throws(() => scene.update(json), refused);
    }
    throwsCode("E_SCENE_JSON", () => scene.update("{"));
    scene.compose(11);
    assert.equal(scene.canvasHash(), before);
    assert.equal(stats().memory.steadyAllocations, steadyAllocations, "an update counts as opening");
    scene.close();
  }
});

test("errors have stable codes, and a bad scene lists all its faults", () => {
  const { Scene } = millpond;
  assert.throws(
    () => new Scene(`{"version": 1, "canvas": {"width": 0, "height": 2, "frame_rate": 25}, "assets": {}, "layers": [{"asset": "x"}]}`),
    (error) => error.name === "MillpondError" && error.message.includes("canvas.width") && error.message.includes("layers[0]"),
  );
  const scene = new Scene(JSON_TEXT);
  throwsCode("E_NOT_READY", () => scene.compose(0));
  throwsCode("E_NO_SUCH", () => scene.openClip(9, { timeScale: 25 }));
  throwsCode("E_BAD_TIME_SCALE", () => scene.openClip(0, { timeScale: 0 }));
  throwsCode("E_UNSUPPORTED_COLOR", () => scene.openClip(0, { timeScale: 25, colorSpace: { matrix: "rgb" } }));
  throwsCode("E_WRONG_SOURCE", () => scene.openClip(1, { timeScale: 25 }));
  scene.openClip(0, { timeScale: 25 });
  throwsCode("E_BUFFER_TOO_SMALL", () => scene.pushPlanes(0, 0, { ...picture(0), planes: [] }));
  scene.pushPlanes(0, 0, picture(0));
  scene.pushPlanes(0, 1, picture(1));
  throwsCode("E_NOT_NEEDED", () => scene.pushPlanes(0, 2, picture(2)));
  scene.close();
  scene.close();
  throwsCode("E_CLOSED", () => scene.need(0));
});
