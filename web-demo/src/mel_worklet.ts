/**
 * The processor of the live page, in the audio thread: takes each quantum of 128 samples, and when a frame of features is
 * complete, posts its column of pixels. A quantum allocates nothing on the module's heap.
 */

import { MelStream, init, stats } from "millpond/audio-worklet";

// What an AudioWorkletGlobalScope has; TypeScript's library describes pages only.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: AudioWorkletNodeOptions) => unknown): void;
declare const sampleRate: number;

/** What the page hands over. */
export interface MelOptions {
  /** The page's own compiled module. */
  module: WebAssembly.Module;
  /** Height of a column in pixels. */
  height: number;
}

/** What the page gets when frames are complete. */
export interface Columns {
  /** RGBA, `frames` wide. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  frames: number;
  /** Quanta that were processed so far. */
  quanta: number;
  /** Allocations on the module's heap since the processor was made, in all quanta together. */
  allocations: number;
}

class MelProcessor extends AudioWorkletProcessor {
  readonly #stream: MelStream;
  readonly #features: Float32Array;
  readonly #height: number;
  #quanta = 0;

  constructor(options: AudioWorkletNodeOptions) {
    super();
    const { module, height } = options.processorOptions as MelOptions;
    init(module);
    this.#stream = new MelStream("lipsync", { sampleRate });
    this.#features = new Float32Array(64 * this.#stream.nMels);
    this.#height = height;
  }

  process([input]: Float32Array[][]): boolean {
    const samples = input?.[0];
    // Nothing is connected, or not any more.
    if (samples === undefined) return true;
    this.#quanta += 1;
    const frames = this.#stream.push(samples, this.#features);
    if (frames > 0) {
      const pixels = this.#stream.picture(this.#height).slice();
      const columns: Columns = { pixels, frames, quanta: this.#quanta, allocations: stats().memory.steadyAllocations };
      this.port.postMessage(columns, [pixels.buffer]);
    }
    return true;
  }
}

registerProcessor("mel", MelProcessor);
