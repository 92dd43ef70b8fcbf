import * as raw from "../pkg/full/millpond_wasm.js";
import { MillpondError } from "./errors.js";
import { FORMATS, readLayout, type FrameLayout } from "./layout.js";
import { buffer, bytes } from "./module.js";
import { copyPlanes, type Planes } from "./planes.js";
import { formatOf, makeOpaque, type FrameKind } from "./video_frame.js";

/**
 * How pictures reach one layer or pushed asset of a scene: each is copied into a slot that the module has readied, and
 * then handed over. All that a copy needs is made when the kind of picture changes and kept, so that a picture makes no
 * garbage but the promise of its copy.
 */
export class SceneFeed {
  readonly #raw: raw.Scene;
  readonly #number: number;
  readonly #handOver: (inner: raw.Scene, first: number, second: number) => void;
  readonly #settled: (feed: SceneFeed) => boolean;
  #layout: FrameLayout | undefined;
  readonly #options: VideoFrameCopyToOptions = {};
  /** A view on each slot, by its address. */
  readonly #views = new Map<number, Uint8Array<ArrayBuffer>>();
  /** What is being copied, where to, and what is told of it. */
  #frame: VideoFrame | undefined;
  #opaque = false;
  #address = 0;
  #first = 0;
  #second = 0;
  readonly #succeeded = () => this.#end();
  readonly #failed = (error: unknown) => this.#end(error);

  /**
   * @param number - The feed's number in the module.
   * @param handOver - Hands the filled slot to the stage, with what was told of the picture.
   * @param settled - Called when nothing is copied any more: whether the scene is still open.
   */
  constructor(
    inner: raw.Scene,
    number: number,
    handOver: (inner: raw.Scene, first: number, second: number) => void,
    settled: (feed: SceneFeed) => boolean,
  ) {
    this.#raw = inner;
    this.#number = number;
    this.#handOver = handOver;
    this.#settled = settled;
  }

  /** Format and size of its pictures, once there was one. */
  get kind(): FrameKind | undefined {
    return this.#layout;
  }

  /** Whether a browser may still write into a slot. */
  get isCopying(): boolean {
    return this.#frame !== undefined;
  }

  /** Makes the pool for pictures of this kind, before the first of them. */
  ready({ format, width, height }: FrameKind): void {
    this.#raw.readyFeed(this.#number, FORMATS.indexOf(format), width, height);
    this.#settle(format, width, height);
  }

  /** Copies what a frame shows, in the frame's own format. Until the promise settles, the scene's memory must stay. */
  copy(frame: VideoFrame, first: number, second: number): Promise<void> {
    if (this.#frame !== undefined) {
      throw new MillpondError("E_NOT_READY", "the last picture of this layer or asset is still being copied");
    }
    const format = formatOf(frame);
    const { width, height } = frame.visibleRect!;
    this.#begin(format, width, height);
    this.#opaque = frame.format === "RGBX" || frame.format === "BGRX";
    this.#first = first;
    this.#second = second;
    const copied = frame.copyTo(this.#view(), this.#options);
    this.#frame = frame;
    return copied.then(this.#succeeded, this.#failed);
  }

  /** The same at once, from planes in JavaScript memory. */
  fill(picture: Planes, first: number, second: number): void {
    const layout = this.#begin(picture.format, picture.width, picture.height);
    copyPlanes(picture.planes, layout, this.#address);
    this.#handOver(this.#raw, first, second);
  }

  /** Readies a slot. */
  #begin(format: FrameKind["format"], width: number, height: number): FrameLayout {
    this.#address = this.#raw.beginPicture(this.#number, FORMATS.indexOf(format), width, height);
    return this.#settle(format, width, height);
  }

  /** The layout of its pictures, read again only when their kind changes. */
  #settle(format: FrameKind["format"], width: number, height: number): FrameLayout {
    let layout = this.#layout;
    if (layout === undefined || layout.format !== format || layout.width !== width || layout.height !== height) {
      layout = readLayout(format, width, height, (plane, figure) => this.#raw.feedLayout(this.#number, plane, figure));
      this.#layout = layout;
      this.#options.layout = layout.planes.map(({ offset, stride }) => ({ offset, stride }));
      this.#views.clear();
    }
    return layout;
  }

  #view(): Uint8Array<ArrayBuffer> {
    let view = this.#views.get(this.#address);
    if (view?.buffer !== buffer()) {
      view = bytes(this.#address, this.#layout!.size);
      this.#views.set(this.#address, view);
    }
    return view;
  }

  /** The copy has ended: hands the picture over, or begins again if memory grew meanwhile and took the slot's view away. */
  #end(error?: unknown): void | Promise<void> {
    const frame = this.#frame!;
    const isLost = this.#views.get(this.#address)?.buffer !== buffer();
    this.#frame = undefined;
    if (!this.#settled(this)) throw new MillpondError("E_CLOSED", "this Scene was closed");
    if (isLost) {
      const copied = frame.copyTo(this.#view(), this.#options);
      this.#frame = frame;
      return copied.then(this.#succeeded, this.#failed);
    }
    if (error !== undefined) throw error;
    if (this.#opaque) makeOpaque(this.#view());
    this.#handOver(this.#raw, this.#first, this.#second);
  }
}
