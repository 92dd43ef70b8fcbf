import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import { badParameter } from "./errors.js";
import { opening } from "./memory.js";
import { floats } from "./module.js";
import { innerScene, type Scene } from "./scene.js";

/** PCM in JavaScript memory. */
export interface Pcm {
  /** One array per channel, all of one length: left, right, centre, LFE, surrounds. */
  readonly channels: readonly Float32Array[];
  /** Presentation time of the first sample in seconds; missing if it follows the last push. */
  readonly time?: number;
}

const REGION_FRAMES = 8192;
const MOST_CHANNELS = 8;

/**
 * The sound of a scene, mixed to 48 kHz stereo: the same mix as millpond's native renderer makes.
 *
 * For each block ask {@link need} and answer until nothing is needed, then {@link mix}. Mixing and pushing allocate
 * nothing on the module's heap.
 */
export class Mixer extends Closable {
  /** Sample rate of the mix in Hz. */
  static readonly RATE = 48_000;
  /** The most frames that one {@link mix} makes. */
  static readonly MOST_FRAMES = 4096;

  readonly #raw: raw.Mixer;

  /** A mixer of the scene's sounds, at its start. It outlives the scene. */
  constructor(scene: Scene) {
    const sounds = innerScene(scene);
    const inner = opening(() => new raw.Mixer(sounds));
    super("Mixer", inner);
    this.#raw = inner;
  }

  /**
   * Mixes the scene's sounds as they are after {@link Scene.update}: as many as before, of the same assets. What is open
   * stays open, and a sound of which only the gain changed plays on.
   *
   * @returns the open sounds whose times changed: go on feeding them from {@link wantedFrom}.
   * @throws MillpondError `E_SCENE_CHANGED` for other sounds than before, `E_BAD_PARAMETER`; nothing changes then.
   */
  update(scene: Scene): number[] {
    const inner = this.#open();
    const from = innerScene(scene);
    return opening(() => [...inner.update(from)]);
  }

  /** Index of the sound that must be opened, pushed to or ended before `frames` more can be mixed, if there is one. */
  need(frames: number): number | undefined {
    const sound = this.#open().need(frames);
    return sound < 0 ? undefined : sound;
  }

  /**
   * Says what the PCM of a sound is.
   *
   * @param sampleRate - In Hz, 1000 to 384000.
   * @param channels - 1 to 8.
   * @throws MillpondError `E_NO_SUCH`, `E_BAD_PARAMETER`.
   */
  open(sound: number, sampleRate: number, channels: number): void {
    const inner = this.#open();
    opening(() => inner.open(sound, sampleRate, channels));
  }

  /** Time in the asset, in seconds, from which an open sound wants PCM: where to seek the demuxer to. */
  wantedFrom(sound: number): number {
    return this.#open().wantedFrom(sound);
  }

  /** Frames that the next push to an open sound surely takes. */
  room(sound: number): number {
    return this.#open().room(sound);
  }

  /**
   * Hands over decoded sound, from frame `from` on.
   *
   * @returns the number of frames taken; fewer than there are mean that the queue is full: mix, then push the rest.
   * @throws MillpondError `E_NO_SUCH`, `E_SOUND_NOT_OPEN`, `E_BAD_PARAMETER` for another number of channels.
   */
  push(sound: number, pcm: AudioData | Pcm, from = 0): number {
    const inner = this.#open();
    const isData = "numberOfFrames" in pcm;
    const total = isData ? pcm.numberOfFrames : (pcm.channels[0]?.length ?? 0);
    const channels = isData ? pcm.numberOfChannels : pcm.channels.length;
    if (channels < 1 || channels > MOST_CHANNELS) {
      throw badParameter("channels", channels, `1 to ${MOST_CHANNELS}`);
    }
    // Only the first sample has a timestamp; the rest continues.
    const time = from > 0 ? undefined : isData ? pcm.timestamp / 1e6 : pcm.time;
    let tick = time === undefined ? NaN : Math.round(time * 1e6);
    let taken = 0;
    while (from + taken < total) {
      const frames = Math.min(total - from - taken, REGION_FRAMES);
      for (let channel = 0; channel < channels; channel++) {
        const region = floats(inner.input() + channel * REGION_FRAMES * 4, frames);
        const frameOffset = from + taken;
        if (!isData) region.set(pcm.channels[channel]!.subarray(frameOffset, frameOffset + frames));
        else pcm.copyTo(region, { planeIndex: channel, frameOffset, frameCount: frames, format: "f32-planar" });
      }
      const got = inner.push(sound, tick, 1_000_000, frames, channels);
      tick = NaN;
      taken += got;
      if (got < frames) break;
    }
    return taken;
  }

  /** Says that no more comes for a sound until a seek. For an asset without sound, instead of {@link open}. */
  end(sound: number): void {
    this.#open().end(sound);
  }

  /**
   * Mixes the next frames.
   *
   * @param frames - At most {@link MOST_FRAMES}.
   * @returns left and right. Fresh views on one buffer: use them at once.
   * @throws MillpondError `E_NEEDS_SOUND` while {@link need} names a sound, `E_BAD_PARAMETER`.
   */
  mix(frames: number): [left: Float32Array<ArrayBuffer>, right: Float32Array<ArrayBuffer>] {
    const address = this.#open().mix(frames);
    return [floats(address, frames), floats(address + Mixer.MOST_FRAMES * 4, frames)];
  }

  /** The next frame of the mix: as many were mixed since the scene's start. */
  get position(): number {
    return this.#open().position;
  }

  /** Goes to a frame of the mix. Sounds stay open and want PCM from {@link wantedFrom}. */
  seek(frame: number): void {
    this.#open().seek(frame);
  }

  #open(): raw.Mixer {
    return this.opened(this.#raw);
  }
}
