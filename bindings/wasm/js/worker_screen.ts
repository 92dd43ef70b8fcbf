import type { Scene } from "./scene.js";

/** A canvas that shows what a scene composed, in the worker. Drawing makes nothing new unless wasm memory has moved. */
export class Screen {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #scene: Scene;
  #image: ImageData | undefined;

  constructor(canvas: OffscreenCanvas, scene: Scene) {
    this.#canvas = canvas;
    // The page could not have moved a canvas that has a context of another kind.
    this.#context = canvas.getContext("2d")!;
    this.#scene = scene;
  }

  draw(): void {
    const { width, height } = this.#scene.canvasLayout;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const pixels = this.#scene.canvasRgba();
    const shown = this.#image?.data;
    if (shown?.buffer !== pixels.buffer || shown.byteOffset !== pixels.byteOffset) {
      this.#image = new ImageData(pixels, width, height);
    }
    this.#context.putImageData(this.#image!, 0, 0);
  }
}
