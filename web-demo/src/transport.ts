/** Play, pause, seek and step: the buttons, the slider and the counters below the picture. */

import { clock, element, text } from "./dom.js";
import type { Editor } from "./editor.js";
import type { Preview } from "./preview.js";

const BUTTONS = ["play", "back", "forward", "position"];

/** Drives the preview from the page's buttons. */
export class Transport {
  readonly #editor: Editor;
  readonly #preview: Preview;
  readonly #position = element<HTMLInputElement>("position");
  readonly #play = element<HTMLButtonElement>("play");

  constructor(editor: Editor, preview: Preview) {
    this.#editor = editor;
    this.#preview = preview;
    this.#position.addEventListener("input", () => void this.goTo(Number(this.#position.value)));
    this.#play.addEventListener("click", () => void preview.toggle());
    element("back").addEventListener("click", () => void this.step(-1));
    element("forward").addEventListener("click", () => void this.step(1));
    editor.on(["document", "summary"], () => this.#open());
    editor.on(["summary", "frame"], () => this.#show());
    editor.on(["verdicts", "frame"], () => this.#showVerdict());
    editor.on(["playing"], () => {
      this.#play.classList.toggle("playing", editor.playing);
      this.#play.ariaLabel = editor.playing ? "Pause" : "Play";
    });
  }

  /** Shows a frame; resolves when it is on the canvas, or when a later one was asked for. */
  goTo(frame: number): Promise<void> {
    return this.#preview.seek(frame);
  }

  /** Goes some frames on or back. */
  step(frames: number): Promise<void> {
    return this.goTo(this.#editor.frame + frames);
  }

  /** Goes some seconds on or back. */
  skip(seconds: number): Promise<void> {
    return this.step(Math.round(seconds * (this.#editor.summary?.frameRate ?? 0)));
  }

  #open(): void {
    const { summary } = this.#editor;
    for (const id of BUTTONS) element<HTMLButtonElement>(id).disabled = summary === undefined;
    if (summary === undefined) return;
    this.#position.max = String(summary.frameCount - 1);
    text("frame-count", String(summary.frameCount));
  }

  #show(): void {
    const { frame, summary } = this.#editor;
    if (summary === undefined || frame < 0) return;
    this.#position.value = String(frame);
    const time = clock(frame / summary.frameRate);
    this.#position.setAttribute("aria-valuetext", `frame ${frame}, ${time}`);
    text("frame-number", String(frame));
    text("time", `${time} / ${clock(summary.duration)}`);
  }

  #showVerdict(): void {
    const verdict = this.#editor.verdicts?.[this.#editor.frame];
    element("verdict").className = verdict ?? "";
    element("verdict").title = verdict === undefined ? "" : `${verdict} to the native render`;
  }
}
