/**
 * The worker's end of the sound: mixes a little ahead into blocks that go to the page's AudioWorklet and come back. The
 * worklet tells how many frames were heard; between two such reports time goes on by itself, at most as far as they are
 * apart. Playing allocates no block: there are as many as run ahead.
 */

import { Mixer } from "millpond";
import type { Block, FromSpeaker, ToSpeaker } from "../protocol.js";
import type { SoundTrack } from "../sound_track.js";
import type { Clock } from "./clock.js";

const BLOCK_FRAMES = 2048;
/** Blocks that run ahead: a third of a second. */
const BLOCKS = 8;
/** Blocks that are ready before the first is heard: decoders are slowest at first. */
const READY = 4;
/** The most that time goes on without a report, in seconds. */
const SLACK = 0.1;
/** Without any report for so many milliseconds, in which the clock was looked at so often, no sound is being played. */
const LOST = { ms: 2000, looks: 8 };

/** Plays sound tracks, one after the other. */
export class SoundOut {
  readonly #port: MessagePort;
  readonly #latency: number;
  readonly #free: Block[] = [];
  #run: Run | undefined;
  #clears = 0;

  /**
   * @param port - Of the worklet.
   * @param latency - Seconds from the worklet to the ear.
   */
  constructor(port: MessagePort, latency: number) {
    this.#port = port;
    this.#latency = latency;
    const channel = () => new Float32Array(BLOCK_FRAMES);
    for (let block = 0; block < BLOCKS; block++) this.#free.push([channel(), channel()]);
    port.onmessage = ({ data }: MessageEvent<FromSpeaker>) => this.#receive(data);
  }

  /**
   * Plays a track from a time of the scene on.
   *
   * @param listen - Gets every block before it is played, in order.
   * @returns the clock, when the sound begins.
   */
  async start(track: SoundTrack, from: number, listen: (block: Block) => void): Promise<Clock> {
    await this.stop();
    track.seek(from);
    const run = (this.#run = new Run(track, from, this.#latency, listen));
    const ready: Block[] = [];
    while (ready.length < READY) {
      const block = await this.#mix(run);
      if (block === undefined) break;
      ready.push(block);
    }
    run.begin();
    for (const block of ready) this.#send(block);
    void this.#pump();
    return run;
  }

  /** Falls silent; when it is done the track is not used any more. */
  async stop(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    this.#clears += 1;
    this.#port.postMessage({ clear: true } satisfies ToSpeaker);
    await run?.mixing;
  }

  /** Ends the channel. */
  async close(): Promise<void> {
    await this.stop();
    this.#port.close();
  }

  /** Mixes as long as there are blocks. */
  async #pump(): Promise<void> {
    const run = this.#run;
    if (run === undefined || run.isPumping) return;
    run.isPumping = true;
    for (let block = await this.#mix(run); block !== undefined; block = await this.#mix(run)) this.#send(block);
    run.isPumping = false;
  }

  /** Fills a free block. Undefined if there is none, or it was stopped. */
  async #mix(run: Run): Promise<Block | undefined> {
    if (run !== this.#run) return undefined;
    const block = this.#free.pop();
    if (block === undefined) return undefined;
    const mixing = run.track.mix(BLOCK_FRAMES);
    run.mixing = mixing.catch(() => {});
    try {
      const [left, right] = await mixing;
      block[0].set(left);
      block[1].set(right);
    } catch (error) {
      run.fail(error);
    }
    if (run === this.#run && !run.lost) {
      run.listen(block);
      return block;
    }
    this.#free.push(block);
    return undefined;
  }

  #send(block: Block): void {
    this.#port.postMessage({ block } satisfies ToSpeaker, [block[0].buffer, block[1].buffer]);
  }

  #receive(message: FromSpeaker): void {
    if ("back" in message) {
      this.#free.push(message.back);
      void this.#pump();
    } else if (message.clears === this.#clears) this.#run?.report(message.heard);
  }
}

/** One time of playing: its clock is what was heard. */
class Run implements Clock {
  readonly track: SoundTrack;
  readonly listen: (block: Block) => void;
  /** Settled when nothing is being mixed. */
  mixing: Promise<unknown> = Promise.resolve();
  isPumping = true;
  /** What ended it. */
  error: unknown;
  readonly #from: number;
  readonly #latency: number;
  #heard = 0;
  #reportedAt = Infinity;
  #looks = 0;
  #latest = 0;

  constructor(track: SoundTrack, from: number, latency: number, listen: (block: Block) => void) {
    this.track = track;
    this.listen = listen;
    this.#from = from;
    this.#latency = latency;
  }

  begin(): void {
    this.isPumping = false;
    this.#reportedAt = performance.now();
  }

  fail(error: unknown): void {
    this.error ??= error;
  }

  report(heard: number): void {
    this.#heard = heard;
    this.#reportedAt = performance.now();
    this.#looks = 0;
  }

  get lost(): boolean {
    if (this.error !== undefined) return true;
    return performance.now() - this.#reportedAt > LOST.ms && this.#looks > LOST.looks;
  }

  time(): number {
    this.#looks += 1;
    if (this.#heard > 0) {
      const since = Math.min((performance.now() - this.#reportedAt) / 1000, SLACK);
      this.#latest = Math.max(this.#latest, this.#heard / Mixer.RATE + since - this.#latency);
    }
    return this.#from + this.#latest;
  }
}
