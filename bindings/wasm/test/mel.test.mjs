import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { importFrom, install } from "./installed.mjs";

const VECTORS = join(import.meta.dirname, "../../../tests/vectors/audio");
const read = (name) => readFileSync(join(VECTORS, name));
const INDEX = JSON.parse(read("index.json"));
const HASHES = JSON.parse(read("sha256.json"));

let millpond;
before(async () => (millpond = await importFrom(install())));

/** The stored inputs by name. */
const INPUTS = (() => {
  const pcm = gunzipSync(read("inputs.s16.gz"));
  const inputs = {};
  let at = 0;
  for (const { name, samples } of INDEX.inputs) {
    inputs[name] = Float32Array.from({ length: samples }, (_, n) => pcm.readInt16LE(2 * (at + n)) / 32768);
    at += samples;
  }
  return inputs;
})();

test("features of every profile have the bits of the native build, whole and streamed", () => {
  const { Mel, MelStream } = millpond;
  const digest = (features) =>
    createHash("sha256").update(new Uint8Array(features.buffer, features.byteOffset, features.byteLength)).digest("hex");
  let compared = 0;
  for (const [profile, cases] of Object.entries(INDEX.profiles)) {
    const mel = new Mel(profile);
    for (const { input, samples: length, frames } of cases.filter(({ input }) => input !== "clip")) {
      const name = `${profile} of ${length} samples of ${input}`;
      const samples = INPUTS[input].subarray(0, length);
      const features = new Float32Array(mel.outputLength(length));
      assert.equal(mel.process(samples, features), frames, name);
      assert.equal(digest(features), HASHES[name], name);
      compared += 1;

      // A clip without frames has no peak.
      const stream = new MelStream(profile, { peak: frames > 0 ? mel.peak : 0 });
      const streamed = new Float32Array(features.length);
      let written = 0;
      for (let at = 0, piece = 1; at < length; at += piece, piece = (piece * 7) % 2311) {
        written += stream.nMels * stream.push(samples.subarray(at, at + piece), streamed.subarray(written));
      }
      const last = stream.flush();
      streamed.set(last, written);
      assert.equal(written + last.length, features.length, name);
      for (let at = 0; at < features.length; at++) {
        const transposed = (at % mel.nMels) * frames + Math.floor(at / mel.nMels);
        assert.ok(Object.is(streamed[at], features[transposed]), `${name}: number ${at} of the stream`);
      }
      stream.close();
    }
    mel.close();
  }
  assert.ok(compared > 70);
});

test("a configuration of one's own", () => {
  const { Mel } = millpond;
  const own = new Mel({ profile: "lipsync", hop_samples: 160, n_mels: 40 });
  assert.deepEqual([own.nMels, own.outputFrames(16_000)], [40, 101]);
  const code = (work) => {
    try {
      work();
    } catch (error) {
      return error.code;
    }
  };
  assert.equal(code(() => new Mel({ profile: "lipsync", hop_samples: 0 })), "E_BAD_PARAMETER");
  assert.equal(code(() => new Mel({ profile: "lipsync", hop: 160 })), "E_BAD_CONFIG");
  assert.equal(code(() => new Mel({ profile: "lips" })), "E_BAD_PROFILE");
});

test("every field can be set: each profile is made of another", () => {
  const { Mel } = millpond;
  // What `MelConfig::to_json` says of each.
  const profiles = JSON.parse(readFileSync(join(import.meta.dirname, "profiles.json"), "utf8"));
  const samples = Float32Array.from({ length: 8000 }, (_, n) => 0.5 * Math.sin((n * n) / 30_000));
  const features = (config) => {
    const mel = new Mel(config);
    const out = new Float32Array(mel.outputLength(samples.length));
    mel.process(samples, out);
    mel.close();
    return out;
  };
  const names = Object.keys(profiles);
  names.forEach((name, at) => {
    const base = names[(at + 1) % names.length];
    assert.deepEqual(features({ profile: base, ...profiles[name] }), features(name), `${name} made of ${base}`);
  });
  const extremes = { profile: "lipsync", reference: "clip-max", top: 80, normalization: { unit: { range: 80 } }, padding: "mirror" };
  const unit = features(extremes);
  assert.deepEqual([Math.min(...unit), Math.max(...unit)], [0, 1]);
  const wrong = [
    [{ window: "kaiser" }, /`window` is `kaiser`, expected one of hann/],
    [{ hop_samples: 1.5 }, /`hop_samples` is not a whole number/],
    [{ hop_samples: "160" }, /no field `hop_samples` that is a word/],
    [{ normalization: { unit: { max_abs: 1 } } }, /no field `normalization.max_abs` that is a number/],
    [{ log: () => 1 }, /`log` is a function/],
  ];
  for (const [fields, message] of wrong) {
    assert.throws(() => new Mel({ profile: "lipsync", ...fields }), (error) => error.code === "E_BAD_CONFIG" && message.test(error.message));
  }
});

test("a stream at another rate is the whole clip, and nothing allocates", () => {
  const { Mel, MelStream, stats } = millpond;
  for (const profile of ["lipsync", "torchaudio", "kaldi-fbank-80"]) {
    const samples = Float32Array.from({ length: 48_000 }, (_, n) => 0.5 * Math.sin((n * n) / 48_000));
    const mel = new Mel(profile, 48_000);
    const whole = new Float32Array(mel.outputLength(samples.length));
    const frames = mel.process(samples, whole);
    const stream = new MelStream(profile, { sampleRate: 48_000 });
    const out = new Float32Array(64 * stream.nMels);
    const [rows, quanta] = [[], []];
    // Twice: the second clip finds nothing of the first.
    for (let run = 0; run < 2; run++) {
      rows.length = 0;
      stream.reset();
      const before = stats().memory;
      for (let at = 0; at < samples.length; at += 128) {
        const needed = stream.outputLength(128);
        const count = stream.push(samples.subarray(at, at + 128), out);
        assert.equal(count * stream.nMels, needed);
        if (count > 0) rows.push(out.slice(0, needed));
      }
      quanta.push(stats().memory.steadyAllocations - before.steadyAllocations);
      rows.push(stream.flush());
    }
    assert.deepEqual(quanta, [0, 0], profile);
    const streamed = rows.flatMap((row) => [...row]);
    assert.equal(streamed.length, frames * mel.nMels);
    streamed.forEach((value, at) => {
      assert.ok(Object.is(value, whole[(at % mel.nMels) * frames + Math.floor(at / mel.nMels)]), `${profile} ${at}`);
    });
  }
});

test("a stream draws the columns of the whole picture", () => {
  const { Mel, MelStream } = millpond;
  const samples = INPUTS.speech;
  const mel = new Mel("lipsync");
  mel.process(samples, new Float32Array(mel.outputLength(samples.length)));
  const frames = mel.outputFrames(samples.length);
  const whole = mel.picture(frames, 80).slice();
  const stream = new MelStream("lipsync");
  const out = new Float32Array(8 * 80);
  let x = 0;
  for (let at = 0; at < samples.length; at += 500) {
    const width = stream.push(samples.subarray(at, at + 500), out);
    const pixels = stream.picture(80);
    assert.equal(pixels.length, width * 80 * 4);
    for (let y = 0; y < 80; y++) {
      const row = pixels.subarray(y * width * 4, (y + 1) * width * 4);
      assert.deepEqual(row, whole.subarray((y * frames + x) * 4, (y * frames + x + width) * 4));
    }
    x += width;
  }
  assert.ok(x > 100);
});

test("a clip that is not longer than one before allocates nothing", () => {
  const { Mel, stats } = millpond;
  const mel = new Mel("lipsync", 44_100);
  const samples = Float32Array.from({ length: 44_100 }, (_, index) => Math.sin(index / 20));
  const features = new Float32Array(mel.outputLength(samples.length));
  mel.process(samples, features);
  const [before, first] = [stats().memory, features.slice()];
  for (let run = 0; run < 10; run++) mel.process(samples, features);
  assert.deepEqual(stats().memory, before);
  assert.deepEqual(features, first, "a clip does not depend on the one before");
});

test("a picture covers the matrix, low bands at the bottom", () => {
  const mel = new millpond.Mel("lipsync");
  const low = Float32Array.from({ length: 16_000 }, (_, index) => Math.sin((2 * Math.PI * 200 * index) / 16_000));
  mel.process(low, new Float32Array(mel.outputLength(low.length)));
  const picture = mel.picture(40, 80);
  const brightness = (y) => picture[(y * 40 + 20) * 4] + picture[(y * 40 + 20) * 4 + 1] + picture[(y * 40 + 20) * 4 + 2];
  const rows = Array.from({ length: 80 }, (_, y) => brightness(y));
  assert.ok(rows.indexOf(Math.max(...rows)) > 60);
  assert.equal(picture[3], 255);
});

test("errors have stable codes", () => {
  const { Mel } = millpond;
  const throwsCode = (code, work) => assert.throws(work, (error) => error.code === code);
  throwsCode("E_BAD_PROFILE", () => new Mel("lips"));
  throwsCode("E_BAD_PARAMETER", () => new Mel("lipsync", 5));
  const mel = new Mel();
  throwsCode("E_BUFFER_TOO_SMALL", () => mel.process(new Float32Array(1000), new Float32Array(80)));
  throwsCode("E_BAD_PARAMETER", () => mel.picture(10, 10));
  assert.equal(mel.process(new Float32Array(0), new Float32Array(0)), 0);
  const { MelStream } = millpond;
  throwsCode("E_NEEDS_WHOLE_CLIP", () => new MelStream("whisper-80"));
  throwsCode("E_BAD_PARAMETER", () => new MelStream("whisper-80", { peak: Infinity }));
  const stream = new MelStream();
  throwsCode("E_BUFFER_TOO_SMALL", () => stream.push(new Float32Array(1000), new Float32Array(80)));
  assert.equal(stream.push(new Float32Array(1000), new Float32Array(800)), 4);
  stream.close();
  throwsCode("E_CLOSED", () => stream.flush());
  mel.close();
  throwsCode("E_CLOSED", () => mel.outputLength(1));
});
