/**
 * Which encoders an export takes: H.264 and AAC in MP4 where the browser has them, since that plays everywhere. Without
 * H.264 it is VP9 or AV1 with Opus in WebM. Opus in MP4, where only AAC is missing, plays in browsers, VLC and whatever
 * uses FFmpeg, in Apple's players only in recent versions.
 */

import { canEncodeAudio, canEncodeVideo, Mp4OutputFormat, Quality, WebMOutputFormat, type OutputFormat } from "mediabunny";
import { Mixer } from "millpond";
import { failure } from "./problem.js";

/** What an export will be. */
export interface Plan {
  format: OutputFormat;
  container: "mp4" | "webm";
  video: "avc" | "vp9" | "av1";
  videoBitrate: number;
  audio: "aac" | "opus" | undefined;
  audioBitrate: number;
  /** What is missing here and what was taken instead. */
  notes: string[];
}

const NAMES = { avc: "H.264", vp9: "VP9", av1: "AV1", aac: "AAC", opus: "Opus" } as const;
const AUDIO_BITRATE = 160_000;

/**
 * Asks the browser what it can encode.
 *
 * @param size - Of the frames, in pixels; even.
 * @param videoBitrate - In bits a second; if undefined an eighth of a bit for each pixel of each frame.
 */
export async function planOf(
  size: { width: number; height: number },
  frameRate: number,
  hasSound: boolean,
  videoBitrate = Math.max(Math.round(size.width * size.height * frameRate * 0.125), 500_000),
): Promise<Plan> {
  const notes: string[] = [];
  const quality = new Quality({ bitrate: videoBitrate });
  const video = await first(["avc", "vp9", "av1"] as const, (codec) => canEncodeVideo(codec, { ...size, frameRate, quality }));
  if (video === undefined) {
    const message = `this browser encodes neither H.264 nor VP9 nor AV1 at ${size.width}×${size.height}`;
    throw failure("E_NO_ENCODER", message);
  }
  const container = video === "avc" ? "mp4" : "webm";
  if (video !== "avc") {
    notes.push(`This browser has no H.264 encoder for ${size.width}×${size.height}: the file is ${NAMES[video]} in WebM.`);
  }

  let audio: Plan["audio"];
  if (hasSound) {
    const options = { numberOfChannels: 2, sampleRate: Mixer.RATE, quality: new Quality({ bitrate: AUDIO_BITRATE }) };
    const offered = container === "mp4" ? (["aac", "opus"] as const) : (["opus"] as const);
    audio = await first(offered, (codec) => canEncodeAudio(codec, options));
    if (audio === undefined) notes.push("This browser encodes neither AAC nor Opus: the file has no sound.");
    else if (container === "mp4" && audio === "opus") {
      notes.push("This browser has no AAC encoder: the sound is Opus, which some players of MP4 files do not know.");
    }
  }
  const format = container === "mp4" ? new Mp4OutputFormat() : new WebMOutputFormat();
  return { format, container, video, videoBitrate, audio, audioBitrate: AUDIO_BITRATE, notes };
}

async function first<C>(codecs: readonly C[], works: (codec: C) => Promise<boolean>): Promise<C | undefined> {
  for (const codec of codecs) if (await works(codec)) return codec;
  return undefined;
}
