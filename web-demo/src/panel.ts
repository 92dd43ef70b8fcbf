/** The figures of the worker: the shown frame's hash, speed, memory, pools. */

import { element, make, round, text } from "./dom.js";
import type { Stats } from "./protocol.js";

/** Figures that the curve holds: half a minute of them. */
const MOST = 60;

/** Writes the figures. */
export class Panel {
  readonly #canvas = element<HTMLCanvasElement>("history");
  readonly #rates: number[] = [];

  constructor(copy: (text: string, what: string) => void) {
    element("copy-hash").addEventListener("click", () => copy(element("hash").textContent ?? "", "Hash"));
  }

  /** Shows figures; `played` if they are those of playing. */
  show(stats: Stats, played: boolean): void {
    text("hash", stats.hash ?? "–");
    text("compose-time", `${round(stats.composeMs, 1)} ms`);
    text("fps", stats.fps === undefined ? "paused" : `${round(stats.fps, 1)} fps`);
    // Opening decoders anew after a seek allocates; playing does not.
    if (played) {
      text("steady", String(stats.steadyAllocations));
      element("steady").classList.toggle("bad", stats.steadyAllocations > 0);
    }
    text("opening", String(stats.openingAllocations));
    text("wasm-bytes", `${round(stats.wasmBytes / 2 ** 20, 1)} MiB`);
    text("handles", String(stats.handles));
    text("decoders", `${stats.decoders}, ${stats.frames}`);
    const rows = stats.pools.map(({ name, kind, capacity, inUse, peak, acquires }) =>
      make(
        "tr",
        {},
        make("td", {}, name, make("small", {}, `${capacity} × ${kind}`)),
        ...[inUse, peak, acquires].map((value) => make("td", {}, String(value))),
      ),
    );
    element("pools").replaceChildren(...rows);
    if (stats.fps !== undefined) this.#draw(stats.fps);
  }

  /** Draws the frames a second of the last half minute. */
  #draw(fps: number): void {
    this.#canvas.hidden = false;
    this.#rates.push(fps);
    if (this.#rates.length > MOST) this.#rates.shift();
    const { width, height } = this.#canvas;
    const drawing = this.#canvas.getContext("2d")!;
    const top = Math.max(...this.#rates, 1) * 1.1;
    drawing.clearRect(0, 0, width, height);
    drawing.strokeStyle = getComputedStyle(this.#canvas).color;
    drawing.lineWidth = 1.5;
    drawing.beginPath();
    this.#rates.forEach((rate, at) => drawing.lineTo((at * width) / (MOST - 1), height - (rate / top) * height));
    drawing.stroke();
  }
}
