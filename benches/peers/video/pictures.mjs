// Pictures in node: answers lines of a job and its arguments with a JSON object until its input ends.
//   ["load", name, file, width, height]        raw RGBA that the next jobs work on, under a name
//   ["opencv", width, height, times]           OpenCV.js resizes the picture `source` by INTER_LINEAR into the same memory
//   ["loop", x, y, times]                      a plain loop blends `source`, straight alpha, over the opaque `canvas`
//   ["save", file]                             the last result, raw
// Timed jobs answer {"seconds": …}.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const loaded = createRequire(import.meta.url)("@techstark/opencv-js");
const cv = loaded instanceof Promise ? await loaded : loaded;
if (!cv.Mat) await new Promise((resolve) => (cv.onRuntimeInitialized = resolve));

const pictures = {};
let result;

/** What one writes without a library: src-over with straight alpha, rounded to the nearest. */
function over(source, canvas, left, top) {
  for (let y = 0; y < source.height; y++) {
    let from = y * source.width * 4;
    let to = ((top + y) * canvas.width + left) * 4;
    for (let x = 0; x < source.width; x++, from += 4, to += 4) {
      const alpha = source.data[from + 3];
      const rest = 255 - alpha;
      canvas.data[to] = (source.data[from] * alpha + canvas.data[to] * rest + 127) / 255;
      canvas.data[to + 1] = (source.data[from + 1] * alpha + canvas.data[to + 1] * rest + 127) / 255;
      canvas.data[to + 2] = (source.data[from + 2] * alpha + canvas.data[to + 2] * rest + 127) / 255;
    }
  }
}

function timed(times, work) {
  const begin = performance.now();
  for (let run = 0; run < times; run++) work();
  return { seconds: (performance.now() - begin) / 1000 };
}

const jobs = {
  async load(name, file, width, height) {
    pictures[name] = { data: new Uint8Array(await readFile(file)), width, height };
    return {};
  },
  opencv(width, height, times) {
    const { data, ...size } = pictures.source;
    const from = cv.matFromArray(size.height, size.width, cv.CV_8UC4, data);
    const to = new cv.Mat(height, width, cv.CV_8UC4);
    const answer = timed(times, () => cv.resize(from, to, new cv.Size(width, height), 0, 0, cv.INTER_LINEAR));
    result = to.data.slice();
    from.delete();
    to.delete();
    return answer;
  },
  loop(x, y, times) {
    const answer = timed(times, () => over(pictures.source, pictures.canvas, x, y));
    result = pictures.canvas.data;
    return answer;
  },
  async save(file) {
    await writeFile(file, result);
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  try {
    const [job, ...args] = JSON.parse(line);
    console.log(JSON.stringify(await jobs[job](...args)));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
