/**
 * The processor that plays: blocks of the mix come over a channel from the worker that mixes them, one after the other,
 * and go back when they were heard, to be filled again. What it has played is the clock of the preview. It computes
 * nothing; a quantum of 128 samples without a block is silence and does not count.
 */

import type { Block, FromSpeaker, ToSpeaker } from "./protocol.js";

// What an AudioWorkletGlobalScope has; TypeScript's library describes pages only.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => unknown): void;

/** Frames between two reports. */
const REPORT_FRAMES = 1024;

class Speaker extends AudioWorkletProcessor {
  #worker: MessagePort | undefined;
  readonly #blocks: Block[] = [];
  /** Frames of the first block that were played. */
  #played = 0;
  #heard = 0;
  #told = 0;
  #clears = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort>) => {
      this.#worker = data;
      data.onmessage = ({ data }: MessageEvent<ToSpeaker>) => ("block" in data ? this.#blocks.push(data.block) : this.#clear());
    };
  }

  process(_: Float32Array[][], [output]: Float32Array[][]): boolean {
    const [left, right] = output as Block;
    let filled = 0;
    while (filled < left.length && this.#blocks[0] !== undefined) {
      const block = this.#blocks[0];
      const frames = Math.min(left.length - filled, block[0].length - this.#played);
      left.set(block[0].subarray(this.#played, this.#played + frames), filled);
      right.set(block[1].subarray(this.#played, this.#played + frames), filled);
      filled += frames;
      this.#played += frames;
      if (this.#played === block[0].length) this.#giveBack();
    }
    this.#heard += filled;
    if (this.#heard - this.#told >= REPORT_FRAMES) this.#report();
    return true;
  }

  #clear(): void {
    while (this.#blocks.length > 0) this.#giveBack();
    [this.#played, this.#heard] = [0, 0];
    this.#clears += 1;
    this.#report();
  }

  #giveBack(): void {
    const back = this.#blocks.shift()!;
    this.#played = 0;
    this.#worker?.postMessage({ back } satisfies FromSpeaker, [back[0].buffer, back[1].buffer]);
  }

  #report(): void {
    this.#told = this.#heard;
    this.#worker?.postMessage({ heard: this.#heard, clears: this.#clears } satisfies FromSpeaker);
  }
}

registerProcessor("speaker", Speaker);
