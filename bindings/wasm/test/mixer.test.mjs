import assert from "node:assert/strict";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

let millpond;
before(async () => (millpond = await importFrom(install())));

const scene = () =>
  new millpond.Scene(`{"version": 1, "canvas": {"width": 2, "height": 2, "frame_rate": 25}, "assets": {"a": {"src": "a"}, "b": {"src": "b"}},
    "layers": [], "audio": [{"asset": "a", "gain_db": -20}, {"asset": "b", "start": 0.5}], "duration": 1}`);

const constant = (value, length) => new Float32Array(length).fill(value);

test("sounds are placed, scaled and summed", () => {
  const mixer = new millpond.Mixer(scene());
  assert.equal(mixer.need(4096), 0);
  mixer.open(0, 48_000, 2);
  assert.equal(mixer.wantedFrom(0), 0);
  // Sound before time 0 is a codec's priming.
  const left = Float32Array.from({ length: 30_000 }, (_, index) => (index < 1024 ? 9 : 0.5));
  assert.equal(mixer.push(0, { channels: [left, constant(-0.25, 30_000)], time: -1024 / 48_000 }), 30_000);
  const mixed = [];
  while (mixer.position < 24_576) {
    const sound = mixer.need(4096);
    if (sound === 1) mixer.end(1);
    else {
      assert.equal(sound, undefined);
      const [left, right] = mixer.mix(4096);
      mixed.push(left[0], right[4095]);
    }
  }
  const scaled = [Math.fround(0.5 * Math.fround(0.1)), Math.fround(-0.25 * Math.fround(0.1))];
  mixed.forEach((value, index) => assert.equal(value, scaled[index % 2]));
  mixer.close();
});

test("a full queue takes a part and the rest later; nothing allocates", () => {
  const { Mixer, stats } = millpond;
  const mixer = new Mixer(scene());
  mixer.open(0, 44_100, 1);
  mixer.end(1);
  const pcm = { channels: [Float32Array.from({ length: 200_000 }, (_, index) => Math.sin(index / 30))], time: 0 };
  let pushed = mixer.push(0, pcm);
  assert.ok(pushed > 0 && pushed < 200_000);
  assert.ok(mixer.room(0) < 4096);
  const before = stats().memory;
  while (mixer.position < 180_000) {
    if (mixer.need(4096) === 0) pushed += mixer.push(0, pcm, pushed);
    else mixer.mix(4096);
  }
  assert.deepEqual(stats().memory, before);
  mixer.seek(0);
  assert.equal(mixer.need(4096), 0);
});

test("sounds change while they play", () => {
  const { Mixer } = millpond;
  const json = (gain, start, rest = "") =>
    `{"version": 1, "canvas": {"width": 2, "height": 2, "frame_rate": 25}, "assets": {"a": {"src": "a"}, "b": {"src": "b"}},
      "layers": [], "audio": [{"asset": "a", "gain_db": ${gain}}, {"asset": "b", "start": ${start}}${rest}], "duration": 1}`;
  const scene = new millpond.Scene(json(0, 0));
  const mixer = new Mixer(scene);
  const ramp = Float32Array.from({ length: 40_000 }, (_, index) => index / 100_000);
  for (const sound of [0, 1]) {
    mixer.open(sound, 48_000, 1);
    mixer.push(sound, { channels: [ramp.subarray(0, 20_000)], time: 0 });
  }
  mixer.mix(1000);
  scene.update(json(-20, 0.5));
  assert.deepEqual(mixer.update(scene), [1]);
  assert.equal(mixer.wantedFrom(1), 0);
  assert.equal(mixer.mix(4000)[0][0], Math.fround(ramp[1000] * Math.fround(0.1)));
  scene.update(json(-20, 0.125));
  assert.deepEqual(mixer.update(scene), [1]);
  // The sound begins at frame 6000, in the middle of this block.
  mixer.push(1, { channels: [ramp], time: 0 });
  const [left] = mixer.mix(2000);
  const at = (frame) => Math.fround(ramp[frame] * Math.fround(0.1));
  assert.deepEqual([left[0], left[1999]], [at(5000), Math.fround(at(6999) + ramp[999])]);
  scene.update(json(-20, 0.125, `, {"asset": "b"}`));
  assert.throws(() => mixer.update(scene), (error) => error.code === "E_SCENE_CHANGED");
});

test("errors have stable codes", () => {
  const mixer = new millpond.Mixer(scene());
  const throwsCode = (code, work) => assert.throws(work, (error) => error.code === code);
  throwsCode("E_NEEDS_SOUND", () => mixer.mix(100));
  throwsCode("E_SOUND_NOT_OPEN", () => mixer.push(0, { channels: [constant(0, 10)] }));
  throwsCode("E_NO_SUCH", () => mixer.open(2, 48_000, 1));
  throwsCode("E_BAD_PARAMETER", () => mixer.open(0, 48_000, 9));
  mixer.open(0, 48_000, 1);
  throwsCode("E_BAD_PARAMETER", () => mixer.push(0, { channels: [constant(0, 10), constant(0, 10)] }));
  throwsCode("E_BAD_PARAMETER", () => mixer.mix(5000));
  mixer.close();
  throwsCode("E_CLOSED", () => mixer.need(1));
});
