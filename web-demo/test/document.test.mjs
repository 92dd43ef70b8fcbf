import assert from "node:assert/strict";
import { test } from "node:test";
import { importSource } from "./bundled.mjs";

const {
  addFile, coveredBy, duplicate, exact, parseExact, placeOf, remove, reorder, SceneDocument, sceneFor, setFields, setRect, setTimes,
  timeOfFrame, trimStart, writeExact,
} = await importSource("exact_json", "scene_file", "edits", "document");

const FILE = `{
  "version": 1,
  "canvas": {"width": 1280, "height": 720, "frame_rate": "30000/1001", "background": "#101820"},
  "assets": {"clip": {"src": "sub/clip.mp4"}, "logo": {"src": "logo.png", "color": {"matrix": "bt601"}}},
  "layers": [
    {"asset": "clip", "crop": [0.10, 1e1, 640.000000000000000001, 360], "offset": "1001/30000", "later_field": [true, null, "a\\"b"]},
    {"asset": "logo", "rect": [40, 40, 160, 90], "start": 0.50, "end": 4.0}
  ],
  "audio": [{"asset": "clip", "gain_db": -3.0}],
  "duration": 5.00
}`;

const opened = () => {
  const document = new SceneDocument();
  document.open(FILE);
  return document;
};
/** What the file says, with numbers as they are written. */
const written = (json) => JSON.parse(json.replace(/"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*/g, (token) => (token[0] === '"' ? token : `"#${token}"`)));

test("what nobody edits comes out as it came in", () => {
  const document = opened();
  assert.deepEqual(written(document.json), written(FILE));
  document.change((scene) => setFields(scene, { list: "layers", index: 1 }, { opacity: exact(1 / 3), end: undefined }));
  const expected = written(FILE);
  expected.layers[1] = { asset: "logo", rect: ["#40", "#40", "#160", "#90"], start: "#0.50", opacity: "#0.333" };
  assert.deepEqual(written(document.json), expected);
});

test("JSON is read and written as JavaScript does, but for its numbers", () => {
  const texts = ['{"a":[],"b":{},"__proto__":{"x":1},"":"\\u0007é\\\\"}', "[[[1]],{\"k\":[{\"deep\":-0.5e-3}]}]", '"x"', "true", "[-1, 2.5, 1E9]"];
  for (const text of texts) assert.deepEqual(JSON.parse(writeExact(parseExact(text))), JSON.parse(text), text);
  for (const text of ["", "{", "[1,]", "01", "{'a':1}", "NaN"]) assert.throws(() => parseExact(text), SyntaxError, text);
  assert.deepEqual([0.1 + 0.2, -0.0001, 1e6, 12.3456].map((value) => exact(value).text), ["0.3", "0", "1000000", "12.346"]);
});

test("what is no scene is refused", () => {
  for (const text of ["[]", "1", "{}", '{"canvas":{},"assets":[]}', '{"canvas":{},"assets":{},"layers":[1]}', '{"canvas":{},"assets":{"a":1}}']) {
    assert.throws(() => new SceneDocument().open(text), /not a scene/, text);
  }
});

test("undo goes back step by step, redo forth, and a drag is one step", () => {
  const document = opened();
  const start = document.json;
  const move = (x) => document.change((scene) => setRect(scene, 1, [40, 40, 160, 90], [x, 40, 160, 90]), "rect 1");
  for (const x of [41, 42, 43]) move(x);
  document.settle();
  const dragged = document.json;
  assert.match(dragged, /"rect": \[43, 40, 160, 90\]/);
  move(50);
  assert.equal(document.undo(), true);
  assert.equal(document.json, dragged);
  assert.equal(document.undo(), true);
  assert.equal(document.json, start);
  assert.equal(document.undo(), false);
  assert.equal(document.redo(), true);
  assert.equal(document.json, dragged);
  document.change((scene) => duplicate(scene, { list: "audio", index: 0 }));
  assert.equal(document.canRedo, false);
});

test("files become assets, layers and sounds", () => {
  const clip = { name: "a.b.mp4", kind: "clip", width: 640, height: 361, frameRate: "24000/1001", hasSound: true };
  let scene = addFile(sceneFor(clip), clip, 0);
  scene = addFile(scene, { name: "logo.png", kind: "still", width: 100, height: 31 }, 1.5);
  scene = addFile(scene, { name: "other/logo.png", kind: "still", width: 9000, height: 31 }, 0);
  scene = addFile(scene, { name: "voice.wav", kind: "sound" }, 0.04);
  assert.deepEqual(JSON.parse(writeExact(scene)), {
    version: 1,
    canvas: { width: 640, height: 361, frame_rate: "24000/1001", background: "#000000", format: "i420" },
    assets: { "a.b": { src: "a.b.mp4" }, logo: { src: "logo.png" }, "logo-2": { src: "other/logo.png" }, voice: { src: "voice.wav" } },
    layers: [{ asset: "a.b" }, { asset: "logo", rect: [270, 165, 100, 31], start: 1.5 }, { asset: "logo-2" }],
    audio: [{ asset: "a.b" }, { asset: "voice", start: 0.04 }],
  });
  // The clip's sound still needs its asset; the logo's goes with its only layer.
  scene = remove(remove(scene, { list: "layers", index: 1 }), { list: "layers", index: 0 });
  assert.deepEqual(Object.keys(scene.assets), ["a.b", "logo-2", "voice"]);
});

test("layers are duplicated above themselves and put in another order", () => {
  const { scene } = opened();
  const twice = duplicate(scene, { list: "layers", index: 1 });
  assert.deepEqual(twice.layers.map(({ asset }) => asset), ["clip", "logo", "logo"]);
  assert.deepEqual(placeOf(twice, twice.layers[2], 1), [56, 56, 160, 90]);
  assert.deepEqual(reorder(twice, { list: "layers", index: 2 }, 0).layers.map(({ asset }) => asset), ["logo", "clip", "logo"]);
});

test("times move with three decimals, and a trimmed start takes the in-point along", () => {
  const { scene } = opened();
  const logo = { list: "layers", index: 1 };
  const text = (scene, { list, index }) => writeExact(scene[list][index], "  ");
  assert.match(text(setTimes(scene, logo, 0, 4), logo), /^\{"asset": "logo", "rect": \[40, 40, 160, 90\], "end": 4.0\}$/);
  assert.match(text(setTimes(scene, logo, 1 / 3, undefined), logo), /"start": 0.333\}$/);
  const clip = { list: "layers", index: 0 };
  assert.match(text(trimStart(scene, clip, 1), clip), /"offset": 1.033,.*"start": 1\s*\}$/s);
  const sound = { list: "audio", index: 0 };
  const late = setTimes(scene, sound, 2, undefined);
  // It begins at its asset's beginning: there is nothing before it.
  assert.equal(trimStart(late, sound, 1).audio[0].start.text, "2");
  assert.doesNotMatch(text(trimStart(scene, logo, 1), logo), /offset/);
});

test("at the time of a frame this frame is the first that is seen", () => {
  for (const rate of ["25/1", "30000/1001", "24000/1001", "60", "23.976", "50/3"]) {
    const scene = { canvas: { frame_rate: rate }, assets: {} };
    const [numerator, denominator = "1"] = rate.split("/");
    const scaled = BigInt(Math.round(Number(numerator) * 1000));
    for (const n of [0, 1, 2, 7, 100, 12345]) {
      // Exactly: t <= n / rate, and t > (n - 1) / rate.
      const milliseconds = BigInt(Math.round(timeOfFrame(scene, n) * 1000));
      const frames = (n) => BigInt(n) * BigInt(denominator) * 1_000_000n;
      assert.ok(milliseconds * scaled <= frames(n) && (n === 0 || milliseconds * scaled > frames(n - 1)), `${rate}: ${n}`);
    }
  }
});

test("keyframes say where a layer is, and move with it", () => {
  const document = new SceneDocument();
  document.open(`{"version": 1, "canvas": {"width": 100, "height": 50, "frame_rate": 25}, "assets": {"a": {"src": "a.png"}}, "layers": [{"asset": "a", "start": 1,
    "keyframes": [{"at": 0, "rect": [0, -10, 100, 1], "ease": "ease-in"}, {"at": 1, "opacity": 1}, {"at": 2, "rect": [101, 10, 50, 4]}]}]}`);
  const at = (seconds) => placeOf(document.scene, document.scene.layers[0], seconds);
  assert.deepEqual([at(0), at(1), at(9)], [[0, -10, 100, 1], [0, -10, 100, 1], [101, 10, 50, 4]]);
  // A quarter of the way: 25.25, -5, 87.5, 1.75, halves up.
  assert.deepEqual(at(2), [25, -5, 88, 2]);
  document.change((scene) => setRect(scene, 0, [25, -5, 88, 2], [30, -5, 999, 2]));
  assert.deepEqual([at(1), at(9)], [[5, -10, 100, 1], [106, 10, 50, 4]]);
});

test("a picture that is contained covers its part of the place", () => {
  const covered = (layer, size) => coveredBy(parseExact(JSON.stringify(layer)), [10, 20, 200, 101], size);
  assert.deepEqual(covered({}, { width: 100, height: 100 }), [59, 20, 101, 101]);
  assert.deepEqual(covered({ fit: "cover" }, { width: 100, height: 100 }), [10, 20, 200, 101]);
  assert.deepEqual(covered({ crop: [0, 0, 50, 10] }, { width: 100, height: 100 }), [10, 50, 200, 40]);
  assert.deepEqual(covered({}, undefined), [10, 20, 200, 101]);
});
