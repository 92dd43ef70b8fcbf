/**
 * Renders a scene to a file: a player and a mix of its own, so that the preview stays as it is, and the browser's
 * encoders. Picture and sound go in side by side in the order of time; each waits while its encoder is busy.
 */

import { AudioSample, AudioSampleSource, BufferTarget, Output, Quality, VideoSample, VideoSampleSource } from "mediabunny";
import { Mixer } from "millpond";
import type { Assets } from "../assets.js";
import { Player } from "../player.js";
import type { Exported, ExportWish } from "../protocol.js";
import { SoundTrack } from "../sound_track.js";
import { evenFrame } from "./even_frame.js";
import { planOf, type Plan } from "./export_plan.js";
import { failure } from "./problem.js";

/** What is exported, and who is told. */
export interface Job {
  json: string;
  assets: Assets;
  inputs: ReadonlyMap<string, Blob>;
  wish: ExportWish;
  /** Ends it with `E_CANCELLED`. */
  signal: AbortSignal;
  progress(done: number, frames: number): void;
  /** Told of sounds that are missing in it, and of damaged files, though it goes on. */
  warn(code: "E_NO_SOUND" | "W_DAMAGED", message: string): void;
}

/** Milliseconds between two reports of progress. */
const PROGRESS_MS = 100;

/** Exports; whatever happens, what it opened is closed. */
export async function exportScene(job: Job): Promise<Exported> {
  const player = await Player.open(job.json, job.assets, job.inputs);
  player.warn = (message) => job.warn("W_DAMAGED", message);
  try {
    const { canvas, sounds } = player.scene.info;
    const size = { width: canvas.width + (canvas.width % 2), height: canvas.height + (canvas.height % 2) };
    const plan = await planOf(size, player.frameRate, sounds.length > 0, job.wish.videoBitrate);
    if (size.width !== canvas.width || size.height !== canvas.height) {
      const odd = `${canvas.width}×${canvas.height}`;
      plan.notes.push(`The canvas is ${odd}: its last column or row is repeated, since encoders want even sizes.`);
    }
    const track = plan.audio && new SoundTrack(player.scene, job.assets, (message) => job.warn("E_NO_SOUND", message));
    try {
      return await write(job, player, track, plan);
    } finally {
      track?.close();
    }
  } finally {
    player.close();
  }
}

async function write(job: Job, player: Player, track: SoundTrack | undefined, plan: Plan): Promise<Exported> {
  const output = new Output({ format: plan.format, target: new BufferTarget() });
  const video = new VideoSampleSource({ codec: plan.video, quality: new Quality({ bitrate: plan.videoBitrate }) });
  output.addVideoTrack(video, { frameRate: player.frameRate });
  const audio = plan.audio && new AudioSampleSource({ codec: plan.audio, quality: new Quality({ bitrate: plan.audioBitrate }) });
  if (audio !== undefined) output.addAudioTrack(audio);
  try {
    await output.start();
    const { frameCount, frameRate, scene } = player;
    const soundFrames = Math.round(scene.duration * Mixer.RATE);
    let [mixed, toldAt] = [0, 0];
    for (let n = 0; n < frameCount; n++) {
      if (job.signal.aborted) throw cancelled();
      await player.render(n);
      await add(video, new VideoSample(evenFrame(scene, n)));
      // The last frame takes the rest along.
      const until = n + 1 < frameCount ? Math.round(((n + 1) / frameRate) * Mixer.RATE) : soundFrames;
      while (audio !== undefined && mixed < Math.min(until, soundFrames)) {
        const frames = Math.min(until - mixed, Mixer.MOST_FRAMES);
        const [left, right] = await track!.mix(frames);
        const data = new Float32Array(2 * frames);
        data.set(left);
        data.set(right, frames);
        const timestamp = mixed / Mixer.RATE;
        await add(audio, new AudioSample({ data, format: "f32-planar", numberOfChannels: 2, sampleRate: Mixer.RATE, timestamp }));
        mixed += frames;
      }
      if (performance.now() - toldAt >= PROGRESS_MS || n + 1 === frameCount) {
        job.progress(n + 1, frameCount);
        toldAt = performance.now();
      }
    }
    await output.finalize();
    if (job.signal.aborted) throw cancelled();
  } catch (error) {
    await output.cancel().catch(() => {});
    throw error;
  }
  const file = new Blob([output.target.buffer!], { type: output.format.mimeType });
  const { video: videoName, audio: audioName, container, notes } = plan;
  return { file, video: videoName, audio: audioName, container, notes };
}

/** Gives a sample to its encoder, waits until that has room, and closes it. */
async function add<S extends { close(): void }>(source: { add(sample: S): Promise<void> }, sample: S): Promise<void> {
  try {
    await source.add(sample);
  } finally {
    sample.close();
  }
}

function cancelled(): Error {
  return failure("E_CANCELLED", "the export was cancelled");
}
