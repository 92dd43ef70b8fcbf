/** The canvas of the page. A browser may take its pixels away and give it back later: then it is drawn again. */

import type { Scene } from "millpond";

/** Draws composed frames. */
export class Stage {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;

  /** @param redraw - Draws what should be there; called when the canvas has come back. */
  constructor(canvas: OffscreenCanvas, redraw: () => void) {
    this.#canvas = canvas;
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("this browser cannot draw on a canvas in a worker");
    this.#context = context;
    canvas.addEventListener("contextrestored", redraw);
  }

  /** Draws the scene's canvas. While the browser has taken the pixels away nothing happens. */
  draw(scene: Scene): void {
    const { width, height } = scene.info.canvas;
    // Setting a size clears the canvas, also if it is the one it has.
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    this.#context.putImageData(new ImageData(scene.canvasRgba(), width, height), 0, 0);
  }
}
