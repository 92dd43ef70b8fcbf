// How far millpond's results lie from OpenCV.js's and meyda's, as docs/migrating-web.md says.
//   node differences.mjs
import { createRequire } from "node:module";
import { Blend, Converter, FramePool, Resizer } from "millpond";
import { features } from "./js/features.js";
import { background, HEIGHT, WIDTH } from "./js/pictures.js";

const loaded = createRequire(import.meta.url)("@techstark/opencv-js");
const cv = loaded instanceof Promise ? await loaded : loaded;
if (!cv.Mat) await new Promise((resolve) => (cv.onRuntimeInitialized = resolve));

/** A slot with these samples, rows without padding. */
function slotOf(format, width, height, samples) {
  const slot = new FramePool(format, width, height, 1).acquire();
  let from = 0;
  for (const { offset, stride, rowBytes, rows } of slot.layout.planes) {
    for (let y = 0; y < rows && samples; y++, from += rowBytes) slot.bytes.set(samples.subarray(from, from + rowBytes), offset + y * stride);
  }
  return slot;
}

/** The samples of a slot, rows without padding. */
function samplesOf(slot) {
  const rows = slot.layout.planes.flatMap(({ offset, stride, rowBytes, rows }) =>
    Array.from({ length: rows }, (_, y) => Buffer.from(slot.bytes.buffer, slot.bytes.byteOffset + offset + y * stride, rowBytes)));
  return new Uint8Array(Buffer.concat(rows));
}

function apart(what, ours, theirs) {
  let [largest, sum] = [0, 0];
  ours.forEach((value, at) => {
    largest = Math.max(largest, Math.abs(value - theirs[at]));
    sum += Math.abs(value - theirs[at]);
  });
  console.log(`${what}: largest ${largest}, mean ${(sum / ours.length).toFixed(4)}${ours.length === theirs.length ? "" : " of other lengths"}`);
}

const pixels = background();
const source = slotOf("rgba", WIDTH, HEIGHT, pixels);
const mat = cv.matFromArray(HEIGHT, WIDTH, cv.CV_8UC4, pixels);
const made = new cv.Mat();

for (const [target, filter, flag] of [
  [[1280, 720], "bilinear", "INTER_LINEAR"],
  [[2400, 1350], "bilinear", "INTER_LINEAR"],
  [[960, 540], "box", "INTER_AREA"],
  [[640, 360], "box", "INTER_AREA"],
  [[960, 540], "bilinear-antialiased", "INTER_AREA"],
  [[960, 540], "nearest", "INTER_NEAREST"],
  [[960, 540], "nearest", "INTER_NEAREST_EXACT"],
  [[640, 360], "nearest", "INTER_NEAREST_EXACT"],
  [[2400, 1350], "nearest", "INTER_NEAREST_EXACT"],
  [[2400, 1350], "catmull-rom", "INTER_CUBIC"],
  [[2400, 1350], "lanczos3", "INTER_LANCZOS4"],
]) {
  const slot = slotOf("rgba", ...target);
  new Resizer({ format: "rgba", source: [WIDTH, HEIGHT], target, filter, alpha: "ignored" }).resize(source, slot);
  cv.resize(mat, made, new cv.Size(...target), 0, 0, cv[flag]);
  const small = samplesOf(slot);
  slot.release();
  apart(`resize to ${target.join("x")}, ${filter} and ${flag}`, small, made.data);
}

const gray = slotOf("gray8", WIDTH, HEIGHT);
new Converter({ format: "rgba" }, { format: "gray8", matrix: "bt601", range: "full" }).convert(source, gray);
cv.cvtColor(mat, made, cv.COLOR_RGBA2GRAY);
apart("RGBA to gray, BT.601, full range, and COLOR_RGBA2GRAY", samplesOf(gray), made.data);

const yuv = slotOf("i420", WIDTH, HEIGHT);
new Converter({ format: "rgba" }, { format: "i420", matrix: "bt601" }).convert(source, yuv);
cv.cvtColor(mat, made, cv.COLOR_RGBA2YUV_I420);
apart("RGBA to I420, BT.601, and COLOR_RGBA2YUV_I420", samplesOf(yuv), made.data);
const planar = cv.matFromArray((HEIGHT * 3) / 2, WIDTH, cv.CV_8UC1, samplesOf(yuv));
const rgba = slotOf("rgba", WIDTH, HEIGHT);
new Converter({ format: "i420", matrix: "bt601" }, { format: "rgba" }).convert(yuv, rgba);
cv.cvtColor(planar, made, cv.COLOR_YUV2RGBA_I420);
apart("I420 to RGBA, BT.601, and COLOR_YUV2RGBA_I420", samplesOf(rgba), made.data);

const other = slotOf("rgba", WIDTH, HEIGHT, pixels.map((value, at) => (at % 4 === 3 ? 255 : 255 - value)));
cv.addWeighted(cv.matFromArray(HEIGHT, WIDTH, cv.CV_8UC4, samplesOf(other)), 102 / 255, mat, 153 / 255, 0, made);
new Blend({ opacity: 102 }).draw(other, 0, 0, source);
apart("Blend with opacity 102 and addWeighted with 102/255", samplesOf(source), made.data);

// Logarithms of the bands' means over thirty seconds, the upper half of 80 bands.
const jobs = await features();
for (const job of ["millpond as meyda", "meyda"]) jobs[job].run();
apart("mel bands, ln of the mean, and meyda's", jobs["millpond as meyda"].output(), jobs.meyda.output());
