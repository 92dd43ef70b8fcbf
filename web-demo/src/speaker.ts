/** Plays a sound track and keeps the time: blocks of the mix, scheduled a little ahead on the audio clock. */

import { Mixer } from "millpond";
import type { SoundTrack } from "./sound_track.js";

const AHEAD_SECONDS = 0.4;
const BLOCK_FRAMES = 2048;

/** The clock of a scene that plays, and its sound if it has any. */
export class Speaker {
  readonly #track: SoundTrack | undefined;
  #context: AudioContext | undefined;
  #stopped: (() => void) | undefined;

  constructor(track: SoundTrack | undefined) {
    this.#track = track;
  }

  /**
   * Starts at a time of the scene.
   *
   * @returns a function that tells the time of the scene that is heard now.
   */
  async start(seconds: number): Promise<() => number> {
    const track = this.#track;
    if (track === undefined) {
      const begin = performance.now();
      return () => seconds + (performance.now() - begin) / 1000;
    }
    const context = (this.#context ??= new AudioContext({ sampleRate: Mixer.RATE, latencyHint: "interactive" }));
    await context.resume();
    track.seek(seconds);
    const ahead: AudioBuffer[] = [];
    // Decoders are slowest at first: what they give then waits for the clock, not the other way round.
    for (let block = 0; block < 4; block++) ahead.push(await this.#block(context, track));
    const begin = context.currentTime + 0.05;
    void this.#run(context, track, begin, ahead);
    return () => seconds + Math.max(context.currentTime - (context.outputLatency || 0) - begin, 0);
  }

  /** Falls silent. */
  async stop(): Promise<void> {
    this.#stopped?.();
    this.#stopped = undefined;
    await this.#context?.suspend();
  }

  async #run(context: AudioContext, track: SoundTrack, begin: number, ahead: AudioBuffer[]): Promise<void> {
    const sources = new Set<AudioBufferSourceNode>();
    let running = true;
    this.#stopped = () => {
      running = false;
      for (const source of sources) source.stop();
    };
    for (let at = begin; running; at += BLOCK_FRAMES / Mixer.RATE) {
      const source = context.createBufferSource();
      source.buffer = ahead.shift() ?? (await this.#block(context, track));
      if (!running) return;
      source.connect(context.destination);
      source.start(at);
      sources.add(source);
      source.onended = () => sources.delete(source);
      while (running && at - context.currentTime > AHEAD_SECONDS) await new Promise((wake) => setTimeout(wake, 30));
    }
  }

  async #block(context: AudioContext, track: SoundTrack): Promise<AudioBuffer> {
    const [left, right] = await track.mix(BLOCK_FRAMES);
    const buffer = context.createBuffer(2, BLOCK_FRAMES, Mixer.RATE);
    buffer.copyToChannel(left, 0);
    buffer.copyToChannel(right, 1);
    return buffer;
  }
}
