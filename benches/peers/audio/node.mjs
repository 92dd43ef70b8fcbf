// The peers in node: our npm package and meyda. Answers lines of JSON until its input ends.
//
//   ["versions"]                 {"node": "…", "meyda": "…", …}
//   ["open", PATH]               {}; the samples of all jobs, f32 mono
//   ["output", JOB, PATH]        {"rows": …, "columns": …}; writes f32, row-major
//   ["time", JOB, TIMES]         {"seconds": …}
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import Meyda from "meyda";
import { Mel, stats } from "millpond";

const require = createRequire(import.meta.url);
const [FFT, HOP, BANDS] = [1024, 160, 80];
Object.assign(Meyda, { bufferSize: FFT, sampleRate: 16_000, melBands: BANDS, numberOfMFCCCoefficients: 13, windowingFunction: "hanning" });

let samples;

/** meyda's own loop: a frame at a time, as its documentation has it for offline use. */
function meyda() {
  const frames = 1 + Math.floor((samples.length - FFT) / HOP);
  const out = new Float32Array(BANDS * frames);
  for (let frame = 0; frame < frames; frame++) {
    const bands = Meyda.extract("melBands", samples.subarray(frame * HOP, frame * HOP + FFT));
    for (let band = 0; band < BANDS; band++) out[band * frames + frame] = bands[band];
  }
  return out;
}

function ours(config) {
  const mel = new Mel(config);
  let out;
  return () => {
    out ??= new Float32Array(mel.outputLength(samples.length));
    mel.process(samples, out);
    return out;
  };
}

const JOBS = {
  meyda,
  // What meyda computes, but for its filterbank, whose edges it rounds to whole bins.
  "millpond as meyda": ours({
    profile: "librosa",
    sample_rate_hz: 16_000,
    padding: "none",
    window_periodic: false,
    win_samples: FFT,
    n_fft: FFT,
    hop_samples: HOP,
    mel_scale: "htk",
    mel_norm: "none",
    n_mels: BANDS,
    log: "natural",
    top: null,
  }),
  "millpond lipsync": ours({ profile: "lipsync", hop_samples: HOP }),
  "millpond whisper-80": ours("whisper-80"),
};

function timed(job, times) {
  const work = JOBS[job];
  const { steadyAllocations } = stats().memory;
  const begin = performance.now();
  for (let run = 0; run < times; run++) work();
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, allocations: stats().memory.steadyAllocations - steadyAllocations };
}

const COMMANDS = {
  versions: () => ({ node: process.versions.node, meyda: require("meyda/package.json").version }),
  open: (path) => {
    const file = readFileSync(path);
    samples = new Float32Array(file.buffer, file.byteOffset, file.length / 4).slice();
    return {};
  },
  output: (job, path) => {
    const values = JOBS[job]();
    writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return { rows: BANDS, columns: values.length / BANDS };
  },
  time: timed,
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...args] = JSON.parse(line);
  let answer;
  try {
    answer = COMMANDS[command](...args);
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer));
}
