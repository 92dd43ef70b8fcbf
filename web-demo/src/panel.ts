/** What the page shows beside the picture. */

import { MillpondError, type SceneStats } from "millpond";
import type { Player } from "./player.js";

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const text = (id: string, value: string) => (element(id).textContent = value);

/** Writes the figures and draws the canvas. */
export class Panel {
  readonly #canvas = element<HTMLCanvasElement>("canvas");
  readonly #message = element("message");
  #soundSeconds = 0;
  #failed: unknown;

  constructor(scene: string) {
    text("scene-name", scene);
  }

  /** Readies the page for a scene. */
  open(player: Player): void {
    const { width, height, format } = player.scene.info.canvas;
    this.#canvas.width = width;
    this.#canvas.height = height;
    text("canvas-kind", `${format} ${width}×${height} at ${round(player.frameRate, 3)} fps`);
    text("frame-count", String(player.frameCount));
    this.#message.textContent = "";
    for (const id of ["play", "back", "forward", "position"]) element<HTMLButtonElement>(id).disabled = false;
  }

  /** Draws the composed canvas. */
  draw(player: Player): void {
    const { width, height } = player.scene.info.canvas;
    const context = this.#canvas.getContext("2d", { alpha: false })!;
    context.putImageData(new ImageData(player.scene.canvasRgba(), width, height), 0, 0);
  }

  /** The frame counter and the clock. */
  showFrame(player: Player, n: number): void {
    text("frame-number", String(n));
    text("time", `${clock(n / player.frameRate)} / ${clock(player.frameCount / player.frameRate)}`);
    if (this.#soundSeconds > 0) {
      const part = n / player.frameRate / this.#soundSeconds;
      element("playhead").style.left = `${100 * Math.min(part, 1)}%`;
    }
  }

  /** Statistics; `steady` counts allocations since the preview's figures were last reset. */
  showStats(stats: SceneStats, figures: { steady: number; composeMs: number; fps: number | undefined }): void {
    text("compose-time", `${round(figures.composeMs, 2)} ms`);
    text("fps", figures.fps === undefined ? "paused" : `${round(figures.fps, 1)} fps`);
    text("steady", String(figures.steady));
    element("steady").classList.toggle("bad", figures.steady > 0);
    text("opening", String(stats.memory.openingAllocations));
    text("wasm-bytes", `${round(stats.memory.wasmBytes / 2 ** 20, 1)} MiB`);
    const rows = stats.pools.map(({ name, format, width, height, capacity, inUse, peak, acquires }) => {
      const row = document.createElement("tr");
      for (const value of [name, `${capacity} × ${format} ${width}×${height}`, inUse, peak, acquires]) {
        row.insertCell().textContent = String(value);
      }
      return row;
    });
    element("pools").replaceChildren(...rows);
  }

  /** The hash of the shown frame. */
  showHash(hash: string): void {
    text("hash", hash);
  }

  /** Shows the place for the picture of the sound, and returns its canvas. */
  openSound(): HTMLCanvasElement {
    element("sound").hidden = false;
    return element<HTMLCanvasElement>("mel-picture");
  }

  /** Tells the length of the picture of the sound. */
  soundCovers(seconds: number): void {
    this.#soundSeconds = seconds;
    text("sound-kind", `log-mel of the scene's mix, 80 bands, ${clock(seconds)}`);
  }

  /** Says what is missing though the rest goes on. */
  warn(message: string): void {
    text("warning", message);
  }

  /** Says what went wrong, with its stable code if it has one. */
  fail(error: unknown): void {
    if (error === this.#failed) return;
    this.#failed = error;
    const message = error instanceof Error ? error.message : String(error);
    this.#message.textContent = error instanceof MillpondError ? `${error.code}: ${message}` : message;
    this.#message.classList.add("bad");
    console.error(error);
  }
}

function round(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const hundredths = Math.floor((seconds - whole) * 100 + 1e-6);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${String(hundredths).padStart(2, "0")}`;
}
