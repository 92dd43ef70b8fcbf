import * as raw from "../pkg/full/millpond_wasm.js";
import { MillpondError } from "./errors.js";

/** Named log-mel front ends: each does what its program does by default. */
export type MelProfile =
  | "lipsync"
  | "wav2lip"
  | "whisper-80"
  | "whisper-128"
  | "librosa"
  | "torchaudio"
  | "kaldi-fbank-80";

/**
 * A log-mel front end of one's own: a profile, and what differs from it. The same object as in the files that
 * `millpond mel --profile FILE.json` reads.
 */
export interface MelConfig {
  /** What to start from. */
  profile: MelProfile;
  /** Rate of the samples in Hz, 1000 to 384000. */
  sample_rate_hz?: number;
  /** Multiplies the samples: 32768 for programs that read 16-bit integers. */
  scale?: number;
  /** Coefficient c of the pre-emphasis y[n] = x[n] − c·x[n−1]. */
  pre_emphasis?: number;
  /** Whether the pre-emphasis begins anew in each frame, as Kaldi's does. */
  pre_emphasis_per_frame?: boolean;
  /** Whether each frame's mean is subtracted. */
  remove_dc?: boolean;
  /** Where frames lie, and what is beyond the ends: `snip-edges` and `mirror` are Kaldi's. */
  padding?: "reflect" | "zero" | "none" | "snip-edges" | "mirror";
  /** Shorter clips are continued by zeros to so many samples. */
  pad_to_samples?: number;
  /** Whether the last frame is left out, as Whisper does. */
  drop_last_frame?: boolean;
  /** Shape of the window. */
  window?: "hann" | "hamming" | "blackman" | "povey" | "rectangular";
  /** Whether the window is periodic or symmetric. */
  window_periodic?: boolean;
  /** Length of the window in samples, at most `n_fft`. */
  win_samples?: number;
  /** Length of the FFT in samples. */
  n_fft?: number;
  /** Samples from one frame to the next. */
  hop_samples?: number;
  /** What is summed up in the bands. */
  spectrum?: "magnitude" | "power";
  /** Formula of the mel scale: Slaney's Auditory Toolbox, HTK, Kaldi. */
  mel_scale?: "slaney" | "htk" | "kaldi";
  /** Triangles that peak at 1, or that have the same area: 2 / (width in Hz). */
  mel_norm?: "none" | "slaney";
  /** Number of mel bands. */
  n_mels?: number;
  /** Lower edge of the lowest band in Hz. */
  min_hz?: number;
  /** Upper edge of the highest band in Hz; 0 is half the rate. */
  max_hz?: number;
  /** Logarithm of the bands: none, 10·log10 (20·log10 of magnitudes), log10, ln. */
  log?: "none" | "decibels" | "log10" | "natural";
  /** Smallest value that enters the logarithm. */
  floor?: number;
  /** Subtracted from the logarithm: a number, or the largest of the clip. */
  reference?: { value: number } | "clip-max";
  /** Values are raised to the largest of the clip minus this. */
  top?: number | null;
  /**
   * What becomes of the logarithms: −`range` to 0 spread over −`max_abs` to `max_abs` (`symmetric`) or 0 to 1 (`unit`), clipped;
   * (v + `add`) / `divide`; or each band's mean over the clip taken to 0 and its variance to 1.
   */
  normalization?:
    | "none"
    | { symmetric: { range: number; max_abs: number } }
    | { unit: { range: number } }
    | { affine: { add: number; divide: number } }
    | { "mean-variance": { epsilon: number } };
}

/** @internal The module's own configuration; whoever is given it frees it by using it up. */
export function rawConfig(config: MelProfile | MelConfig): raw.MelConfig {
  if (typeof config === "string") return new raw.MelConfig(config);
  const { profile, ...fields } = config;
  const inner = new raw.MelConfig(String(profile));
  try {
    for (const [field, value] of Object.entries(fields)) set(inner, field, value);
  } catch (error) {
    inner.free();
    throw error;
  }
  return inner;
}

function set(config: raw.MelConfig, field: string, value: unknown): void {
  if (typeof value === "number") config.number(field, value);
  else if (typeof value === "boolean") config.flag(field, value);
  else if (typeof value === "string") config.word(field, value);
  else if (value === null) config.word(field, "none");
  else if (typeof value === "object") {
    // A word with fields, `{ unit: { range: 80 } }`, or with one number, `{ value: 20 }`.
    for (const [word, fields] of Object.entries(value)) {
      config.word(field, word);
      const numbers: [string, unknown][] = typeof fields === "object" ? Object.entries(fields ?? {}) : [[word, fields]];
      for (const [name, number] of numbers) set(config, `${field}.${name}`, number);
    }
  } else if (value !== undefined) {
    throw new MillpondError("E_BAD_CONFIG", `bad configuration: \`${field}\` is a ${typeof value}`, { name: field, value: typeof value });
  }
}
