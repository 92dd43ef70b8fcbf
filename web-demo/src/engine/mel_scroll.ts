/**
 * The log-mel picture of the sound that is heard: columns are computed when a block is mixed, and scroll in when it is
 * heard. They wait on a tape, a canvas that is written round and round.
 */

import { MelStream, Mixer } from "millpond";
import type { Block } from "../protocol.js";

/** Columns a second: 16 kHz at a hop of 200. */
const COLUMNS_PER_SECOND = 80;
/** Columns that may be computed before they are heard: more than the sound runs ahead. */
const AHEAD = 160;

/** Samples of which one push can be drawn. */
const DRAWABLE = 1024;

/** Draws the sound of one scene. */
export class MelScroll {
  readonly #shown: OffscreenCanvasRenderingContext2D;
  readonly #tape: OffscreenCanvasRenderingContext2D;
  readonly #stream = new MelStream("lipsync", { sampleRate: Mixer.RATE });
  readonly #mono = new Float32Array(DRAWABLE);
  readonly #features = new Float32Array(64 * this.#stream.nMels);
  /** Time of the first column, and how many there are. */
  #from = 0;
  #columns = 0;
  #drawn = 0;

  /** @param canvas - Its size is that of the picture. */
  constructor(canvas: OffscreenCanvas) {
    this.#shown = canvas.getContext("2d", { alpha: false })!;
    this.#tape = new OffscreenCanvas(canvas.width + AHEAD, canvas.height).getContext("2d", { alpha: false })!;
  }

  /** Begins anew at a time of the scene in seconds. */
  start(from: number): void {
    this.#stream.reset();
    [this.#from, this.#columns, this.#drawn] = [from, 0, 0];
  }

  /** Takes the next block of the mix. */
  push([left, right]: Block): void {
    for (let from = 0; from < left.length; from += this.#mono.length) {
      const mono = this.#mono.subarray(0, left.length - from);
      for (let i = 0; i < mono.length; i++) mono[i] = (left[from + i]! + right[from + i]!) / 2;
      this.#draw(mono);
    }
  }

  /** Draws the columns of the next samples on the tape. */
  #draw(mono: Float32Array): void {
    const frames = this.#stream.push(mono, this.#features);
    if (frames === 0) return;
    const { canvas } = this.#tape;
    const picture = new ImageData(this.#stream.picture(canvas.height), frames, canvas.height);
    const at = this.#columns % canvas.width;
    this.#tape.putImageData(picture, at, 0);
    // What goes over the end of the tape is at its beginning.
    if (at + frames > canvas.width) this.#tape.putImageData(picture, at - canvas.width, 0);
    this.#columns += frames;
  }

  /** Scrolls to what is heard at a time of the scene in seconds. */
  show(time: number): void {
    const until = Math.min(Math.floor((time - this.#from) * COLUMNS_PER_SECOND), this.#columns);
    const { width, height } = this.#shown.canvas;
    const news = Math.min(until - this.#drawn, width);
    if (news <= 0) return;
    this.#shown.drawImage(this.#shown.canvas, -news, 0);
    const tape = this.#tape.canvas;
    const first = (until - news) % tape.width;
    const straight = Math.min(news, tape.width - first);
    this.#shown.drawImage(tape, first, 0, straight, height, width - news, 0, straight, height);
    if (straight < news) {
      this.#shown.drawImage(tape, 0, 0, news - straight, height, width - news + straight, 0, news - straight, height);
    }
    this.#drawn = until;
  }

  /** Frees the plan. */
  close(): void {
    this.#stream.close();
  }
}
