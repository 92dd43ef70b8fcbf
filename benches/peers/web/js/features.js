// Mel bands of thirty seconds with millpond and with meyda. Runs in page and node.
import Meyda from "meyda";
import { Mel } from "millpond";

const [RATE, SECONDS, FFT, HOP, BANDS] = [16_000, 30, 1024, 160, 80];

/** Rising tones and noise from a multiplicative generator. */
function sound() {
  let state = 1;
  return Float32Array.from({ length: RATE * SECONDS }, (_, n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 0.3 * Math.sin(0.02 * n * (1 + (n % RATE) / RATE)) + 0.2 * (state / 2 ** 32 - 0.5);
  });
}

export async function features() {
  const samples = sound();
  const frames = 1 + Math.floor((samples.length - FFT) / HOP);
  // What meyda computes, but for its filterbank, whose edges it rounds to whole bins.
  const mel = new Mel({
    profile: "librosa", sample_rate_hz: RATE, padding: "none", window_periodic: false, win_samples: FFT, n_fft: FFT,
    hop_samples: HOP, mel_scale: "htk", mel_norm: "none", n_mels: BANDS, log: "natural", top: null,
  });
  const ours = new Float32Array(mel.outputLength(samples.length));
  const theirs = new Float32Array(BANDS * frames);
  const lipsync = new Mel("lipsync");
  const windows = new Float32Array(lipsync.outputLength(samples.length));
  Object.assign(Meyda, { bufferSize: FFT, sampleRate: RATE, melBands: BANDS, numberOfMFCCCoefficients: 13, windowingFunction: "hanning" });
  /** Its own loop: a frame at a time, as its documentation has it for offline use. */
  const meyda = () => {
    for (let frame = 0; frame < frames; frame++) {
      const bands = Meyda.extract("melBands", samples.subarray(frame * HOP, frame * HOP + FFT));
      for (let band = 0; band < BANDS; band++) theirs[band * frames + frame] = bands[band];
    }
  };
  /** The logarithm of the mean over time of the upper bands, which span many bins. meyda gives ln(1 + band). */
  const means = (all, band) => () =>
    Float32Array.from({ length: BANDS / 2 }, (_, row) => {
      const values = all.subarray((BANDS / 2 + row) * frames, (BANDS / 2 + row + 1) * frames);
      return Math.log(values.reduce((sum, value) => sum + band(value), 0) / frames);
    });
  return {
    "millpond as meyda": { run: () => void mel.process(samples, ours), output: means(ours, Math.exp) },
    meyda: { run: meyda, output: means(theirs, Math.expm1) },
    "millpond lipsync": { run: () => void lipsync.process(samples, windows), output: () => windows },
  };
}
