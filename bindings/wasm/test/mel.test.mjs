import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

const VECTORS = join(import.meta.dirname, "../../../tests/vectors/mel");
const HASHES = JSON.parse(readFileSync(join(VECTORS, "sha256.json"), "utf8"));

let millpond;
before(async () => (millpond = await importFrom(install())));

/** Samples of a 16-bit mono WAV file. */
function samplesOf(name) {
  const file = readFileSync(join(VECTORS, name));
  let at = 12;
  while (file.toString("latin1", at, at + 4) !== "data") at += 8 + file.readUInt32LE(at + 4);
  const count = file.readUInt32LE(at + 4) / 2;
  return Float32Array.from({ length: count }, (_, index) => file.readInt16LE(at + 8 + 2 * index) / 32768);
}

test("features have the bits of the native build", () => {
  const mel = new millpond.Mel("lipsync");
  for (const [name, expected] of Object.entries(HASHES)) {
    const samples = samplesOf(name);
    const features = new Float32Array(mel.outputLength(samples.length));
    assert.equal(mel.process(samples, features), mel.outputFrames(samples.length));
    const found = createHash("sha256").update(new Uint8Array(features.buffer)).digest("hex");
    assert.equal(found, expected, name);
  }
  mel.close();
});

test("features are near those of the independent numpy program", () => {
  const mel = new millpond.Mel("lipsync");
  const samples = samplesOf("speech.wav");
  const features = new Float32Array(mel.outputLength(samples.length));
  mel.process(samples, features);
  const file = readFileSync(join(VECTORS, "speech.mel.f32"));
  assert.equal(file.length, features.length * 4);
  const worst = features.reduce((worst, value, at) => Math.max(worst, Math.abs(value - file.readFloatLE(4 * at))), 0);
  assert.ok(worst < 1e-3, `${worst}`);
});

test("a clip that is not longer than one before allocates nothing", () => {
  const { Mel, memoryStats } = millpond;
  const mel = new Mel("lipsync", 44_100);
  const samples = Float32Array.from({ length: 44_100 }, (_, index) => Math.sin(index / 20));
  const features = new Float32Array(mel.outputLength(samples.length));
  mel.process(samples, features);
  const [before, first] = [memoryStats(), features.slice()];
  for (let run = 0; run < 10; run++) mel.process(samples, features);
  assert.deepEqual(memoryStats(), before);
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
  mel.close();
  throwsCode("E_CLOSED", () => mel.outputLength(1));
});
