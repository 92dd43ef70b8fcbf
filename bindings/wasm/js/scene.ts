import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import { MillpondError } from "./errors.js";
import { readLayout, type FrameLayout } from "./layout.js";
import { memoryStats, opening, type MemoryStats } from "./memory.js";
import { buffer, bytes } from "./module.js";
import type { Planes } from "./planes.js";
import { listPools, readPoolStats, type NamedPoolStats } from "./pool_stats.js";
import { SceneFeed } from "./scene_feed.js";
import { readSceneInfo, type SceneInfo } from "./scene_info.js";
import { newVideoFrame, type FrameKind } from "./video_frame.js";

/** What a scene needs before a frame can be composed. */
export type Need =
  /** Compose. */
  | { readonly kind: "nothing" }
  /** Open the layer's asset with {@link Scene.openStill} or {@link Scene.openClip}. */
  | { readonly kind: "open"; readonly layer: number }
  /** Give the next picture of the layer's clip with {@link Scene.pushPicture}, or {@link Scene.endClip}. */
  | { readonly kind: "picture"; readonly layer: number }
  /** A new picture may be given with {@link Scene.pushInput}; if none is, the last one stays. Asked once a frame. */
  | { readonly kind: "input"; readonly asset: number }
  /**
   * {@link Scene.update} changed the layer's times: its next pictures must come from a key frame at or before
   * {@link Scene.assetTime} of this frame. Its decoder stays open.
   */
  | { readonly kind: "seek"; readonly layer: number }
  /** The layer's clip is over: its decoder can be closed. */
  | { readonly kind: "close"; readonly layer: number };

/** What a page knows about a clip from its container. */
export interface ClipInfo {
  /** Ticks per second of the presentation times, a whole number (mediabunny's time resolution). */
  timeScale: number;
  /** Clockwise rotation in degrees that sets the pictures upright. */
  rotation?: 0 | 90 | 180 | 270;
  /** Width to height of a stored pixel; square if missing. */
  pixelAspect?: readonly [width: number, height: number];
  /** Colour tags, as `VideoDecoderConfig.colorSpace` has them; what is missing or null counts as untagged. */
  colorSpace?: VideoColorSpaceInit;
  /**
   * `VideoDecoderConfig.codec`. With `description` it tells the bitstream's pixel aspect, colour tags and chroma siting,
   * which count where the container says nothing.
   */
  codec?: string;
  /** `VideoDecoderConfig.description`, if there is one. */
  description?: AllowSharedBufferSource;
  /**
   * Format and visible size of the pictures, if they are known. The clip's pool is then made now, so that the first picture
   * allocates nothing; it is made anew if they turn out to be others.
   */
  picture?: FrameKind;
}

/** What a scene may be told when it is made. */
export interface SceneOptions {
  /**
   * Pictures in the pool of each clip and each pushed asset, 3 to 1024. 3 if absent, which is enough for whoever pushes
   * pictures when they are needed: one shows, one comes next, one is being copied.
   */
  initialFrames?: number;
}

/** An end that decides how long a scene without `duration` is. */
export interface WantedEnd {
  /** Index of the asset. */
  readonly asset: number;
  /** Whether its pictures' end is wanted or its sound's. */
  readonly medium: "picture" | "sound";
}

/** Statistics of a scene. */
export interface SceneStats {
  /** Pictures of clips that were pushed. */
  pictures: number;
  /** The pools that exist now, one for each layer that shows a clip and each pushed asset. */
  pools: (NamedPoolStats & FrameKind)[];
  /** The module's heap and memory. */
  memory: MemoryStats;
}

const MATRICES: Readonly<Record<string, number>> = { rgb: 0, bt709: 1, bt470bg: 5, smpte170m: 6, "bt2020-ncl": 9 };
const UNSPECIFIED = 2;

/** Tags by number: MatrixCoefficients of ITU-T H.273; 0 no range, 1 limited, 2 full. */
function colorNumbers(tags: VideoColorSpaceInit | undefined): [matrix: number, range: number] {
  const { matrix, fullRange } = tags ?? {};
  const range = typeof fullRange !== "boolean" ? 0 : fullRange ? 2 : 1;
  return [MATRICES[matrix ?? ""] ?? UNSPECIFIED, range];
}

function makeNeed(kind: number, index: number): Need {
  switch (kind) {
    case 0:
      return { kind: "nothing" };
    case 1:
      return { kind: "open", layer: index };
    case 2:
      return { kind: "picture", layer: index };
    case 3:
      return { kind: "input", asset: index };
    case 4:
      return { kind: "seek", layer: index };
    default:
      return { kind: "close", layer: index };
  }
}

let inner: (scene: Scene) => raw.Scene;

/** @internal The module's part of a scene, for what is made from one. */
export function innerScene(scene: Scene): raw.Scene {
  return inner(scene);
}

/**
 * A scene and its canvas. For frame `n` ask {@link need} and answer until nothing is needed, then {@link compose}: the
 * canvas then holds the same bytes as millpond's native renderer makes.
 *
 * Composing and pushing allocate nothing on the module's heap once each layer has been drawn.
 */
export class Scene extends Closable {
  /** Format, size and planes of the canvas. */
  readonly canvasLayout: FrameLayout;
  readonly #raw: raw.Scene;
  #info: SceneInfo;
  readonly #unlist: () => void;
  /** One for each layer, then one for each asset. */
  readonly #feeds: readonly SceneFeed[];
  /** What {@link need} has given, by the number of its kind and its index. */
  readonly #needs: Need[][] = [];
  #rgba: Uint8ClampedArray<ArrayBuffer> | undefined;

  static {
    inner = (scene) => scene.#open();
  }

  /**
   * Reads a scene and allocates its canvas.
   *
   * @param json - The text of the scene file. Do not pass it through `JSON.parse`: numbers are the decimals they are
   *   written as.
   * @throws MillpondError with the code of the first thing that is wrong; the message lists everything.
   *   `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
   */
  constructor(json: string, { initialFrames = 3 }: SceneOptions = {}) {
    const inner = opening(() => new raw.Scene(json, initialFrames));
    let feeds: readonly SceneFeed[] = [];
    let isOpen = true;
    // Whether the scene is open. If it was closed, the last copy frees it.
    const settled = () => {
      if (!isOpen && !feeds.some(({ isCopying }) => isCopying)) inner.free();
      return isOpen;
    };
    super("Scene", { free: () => void ((isOpen = false), settled()) });
    this.#raw = inner;
    this.#info = opening(() => readSceneInfo(inner));
    const { format, width, height } = this.#info.canvas;
    this.canvasLayout = readLayout(format, width, height, (plane, figure) => inner.canvasLayout(plane, figure));
    const { layers, assets } = this.#info;
    this.#feeds = feeds = Array.from({ length: layers.length + assets.length }, (_, number) => {
      const asset = number - layers.length;
      return asset < 0
        ? new SceneFeed(inner, number, (inner, tick) => inner.pushPicture(number, tick), settled)
        : new SceneFeed(inner, number, (inner, matrix, range) => inner.pushInput(asset, matrix, range), settled);
    });
    assets.forEach(({ input }, asset) => input && this.#feeds[layers.length + asset]!.ready(input));
    this.#unlist = listPools(this);
  }

  /** What the scene file says. */
  get info(): SceneInfo {
    return this.#info;
  }

  /**
   * Shows another scene from now on: what an editor does with every change. Canvas, assets, and the asset of each layer
   * must stay what they are; everything else of layers may change, and so may sounds and duration. Clips stay open with
   * the pictures that they have, and what is composed next is what a new scene of this file composes.
   *
   * Ask {@link need} again, also for the frame that is shown. Only if it says `"seek"` must a clip be fed from another
   * place. For the sounds call {@link Mixer.update}.
   *
   * @param json - The text of the scene file, as for the constructor.
   * @throws MillpondError `E_SCENE_CHANGED` with what differs, where only a new scene would do; that of the first thing
   *   that is wrong in the file. The scene stays as it is then.
   */
  update(json: string): void {
    const inner = this.#open();
    opening(() => inner.update(json));
    this.#info = opening(() => readSceneInfo(inner));
  }

  /** Whether a file that starts with these bytes (12 are enough) is a still: PNG, JPEG or WebP. */
  static isStill(start: Uint8Array): boolean {
    return opening(() => raw.Scene.isStill(start));
  }

  /**
   * The end of an asset's pictures or sound that must be told with {@link setEnd} before {@link frameCount} is known.
   * Undefined once it is; always if the file has a `duration`.
   */
  wantedEnd(): WantedEnd | undefined {
    const wanted = this.#open().wantedEnd();
    return wanted < 0 ? undefined : { asset: wanted >> 1, medium: wanted % 2 === 1 ? "sound" : "picture" };
  }

  /**
   * Tells an end: last presentation time + its duration, in ticks. Without one the asset has no such medium or, as a
   * still, no end.
   */
  setEnd({ asset, medium }: WantedEnd, end?: { tick: number; timeScale: number }): void {
    this.#open().setEnd(asset * 2 + (medium === "sound" ? 1 : 0), end?.tick ?? NaN, end?.timeScale ?? 1);
  }

  /**
   * The scene's duration in seconds.
   *
   * @throws MillpondError `E_NO_DURATION` if nothing ends, or {@link wantedEnd} was not answered.
   */
  get duration(): number {
    return this.#open().duration();
  }

  /** The number of canvas frames. Throws like {@link duration}. */
  get frameCount(): number {
    return this.#open().frameCount();
  }

  /** What frame `n` still needs. The same need is the same object each time: asking makes no garbage. */
  need(n: number): Need {
    const inner = this.#open();
    const kind = inner.need(n);
    const needs = (this.#needs[kind] ??= []);
    const index = inner.needIndex();
    return (needs[index] ??= makeNeed(kind, index));
  }

  /**
   * Gives the encoded still that a layer shows. Other layers of the same asset share it.
   *
   * @throws MillpondError `E_BAD_STILL`, `E_NO_SUCH`, `E_WRONG_SOURCE`.
   */
  openStill(layer: number, encoded: Uint8Array): void {
    const inner = this.#open();
    opening(() => inner.openStill(layer, encoded));
  }

  /**
   * Says that a layer shows a clip, and what is known about it.
   *
   * @throws MillpondError `E_UNSUPPORTED_COLOR`, `E_BAD_TIME_SCALE`, `E_NO_SUCH`, `E_WRONG_SOURCE`.
   */
  openClip(layer: number, clip: ClipInfo): void {
    const inner = this.#open();
    const [aspectWidth, aspectHeight] = clip.pixelAspect ?? [1, 1];
    const [matrix, range] = colorNumbers(clip.colorSpace);
    const turns = (clip.rotation ?? 0) / 90;
    const { timeScale, codec = "", description = new Uint8Array() } = clip;
    const record = ArrayBuffer.isView(description)
      ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
      : new Uint8Array(description);
    opening(() => {
      inner.openClip(layer, timeScale, turns, aspectWidth, aspectHeight, matrix, range, codec, record);
      if (clip.picture !== undefined) this.#feeds[layer]!.ready(clip.picture);
    });
  }

  /**
   * Copies the next picture of a layer's clip, in presentation order and in the decoder's own format. The caller closes
   * the frame. One copy at a time for each layer.
   *
   * @param tick - Its presentation time in the clip's ticks.
   * @throws MillpondError `E_UNSUPPORTED_FORMAT`, `E_NOT_NEEDED`, `E_NO_SUCH`, `E_WRONG_SOURCE`.
   */
  pushPicture(layer: number, tick: number, frame: VideoFrame): Promise<void> {
    try {
      return this.#feed(layer, this.info.layers.length).copy(frame, tick, 0);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Like {@link pushPicture}, from planes in JavaScript memory. */
  pushPlanes(layer: number, tick: number, picture: Planes): void {
    this.#feed(layer, this.info.layers.length).fill(picture, tick, 0);
  }

  /** Says that a layer's clip has no more pictures, and its end: last presentation time + its duration, in ticks. */
  endClip(layer: number, endTick: number): void {
    this.#open().endClip(layer, endTick);
  }

  /**
   * Gives a picture to an asset that the scene declares as `input`. It stays until the next. A picture in Y'CbCr is
   * converted if the asset takes RGBA.
   *
   * @param colorSpace - Colour tags of a picture in Y'CbCr, as in {@link ClipInfo}.
   * @throws MillpondError `E_WRONG_INPUT` if format or size are not what the scene says, `E_NO_SUCH`.
   */
  async pushInput(asset: number, picture: VideoFrame | Planes, colorSpace?: VideoColorSpaceInit): Promise<void> {
    const feed = this.#feed(this.info.layers.length + asset, this.#feeds.length);
    const [matrix, range] = colorNumbers(colorSpace);
    if ("planes" in picture) feed.fill(picture, matrix, range);
    else await feed.copy(picture, matrix, range);
  }

  /**
   * Forgets the pictures of all clips. Feed each open clip again, from a key frame at or before
   * {@link assetTime} of the frame that will be asked for.
   */
  seek(): void {
    this.#open().seek();
  }

  /** Time in a layer's asset at frame `n`, in seconds, or undefined if the layer is not visible then. */
  assetTime(layer: number, n: number): number | undefined {
    const time = this.#open().assetTime(layer, n);
    return Number.isNaN(time) ? undefined : time;
  }

  /**
   * Composes frame `n` on the canvas: draws again what changed since the last one.
   *
   * @throws MillpondError `E_NOT_READY` if {@link need} has not come to nothing.
   */
  compose(n: number): void {
    this.#open().compose(n);
  }

  /**
   * The composed canvas with its row padding, described by {@link canvasLayout}. A fresh view: do not keep it, nor write
   * to it, since the next frame draws only what changed.
   */
  canvasView(): Uint8Array<ArrayBuffer> {
    return bytes(this.#open().canvas(), this.canvasLayout.size);
  }

  /**
   * The composed canvas as a WebCodecs `VideoFrame` with its colour tags, for a `VideoEncoder` or a canvas element. The
   * browser copies the pixels; close the frame when it is done with.
   *
   * @param n - The frame that was composed, for its time.
   */
  canvasFrame(n: number): VideoFrame {
    const [numerator, denominator] = this.info.canvas.frameRate;
    const at = (frame: number) => Math.round((frame * denominator * 1_000_000) / numerator);
    const isYuv = this.canvasLayout.format === "i420";
    const colorSpace: VideoColorSpaceInit = isYuv
      ? { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false }
      : { primaries: "bt709", transfer: "iec61966-2-1", matrix: "rgb", fullRange: true };
    const timing = { timestamp: at(n), duration: at(n + 1) - at(n), colorSpace };
    return newVideoFrame(this.canvasLayout, this.#open().canvas(), timing);
  }

  /**
   * The canvas as RGBA for `ImageData`, width × height × 4 bytes. A view on one buffer, the same each time until memory
   * grows: use it at once.
   */
  canvasRgba(): Uint8ClampedArray<ArrayBuffer> {
    const { width, height } = this.canvasLayout;
    const address = this.#open().show();
    if (this.#rgba?.buffer !== buffer()) this.#rgba = new Uint8ClampedArray(buffer(), address, width * height * 4);
    return this.#rgba!;
  }

  /** SHA-256 of the canvas's planes without padding, in lower-case hex: what `millpond render --hash` writes. */
  canvasHash(): string {
    let hex = "";
    for (const byte of bytes(this.#open().hash(), 32)) hex += byte.toString(16).padStart(2, "0");
    return hex;
  }

  /** Pools, pictures and the module's memory. */
  stats(): SceneStats {
    return { pictures: this.#open().pictures, pools: this.pools(), memory: memoryStats() };
  }

  /** @internal The pools that exist now. */
  pools(): SceneStats["pools"] {
    const inner = this.#open();
    const { layers, assets } = this.info;
    const pools: SceneStats["pools"] = [];
    this.#feeds.forEach(({ kind }, feed) => {
      const pool = readPoolStats((figure) => inner.feedStats(feed, figure));
      if (kind === undefined || pool.capacity === 0) return;
      const layer = layers[feed];
      const name = layer === undefined ? assets[feed - layers.length]!.name : assets[layer.asset]!.name;
      const { format, width, height } = kind;
      pools.push({ name, format, width, height, ...pool });
    });
    return pools;
  }

  /** Frees everything; what a browser is still copying to, when it has ended. */
  close(): void {
    this.#unlist();
    super.close();
  }

  #open(): raw.Scene {
    return this.opened(this.#raw);
  }

  #feed(number: number, end: number): SceneFeed {
    this.#open();
    const feed = number < end ? this.#feeds[number] : undefined;
    if (feed === undefined) {
      const details = { what: "layer or asset", index: number, count: this.#feeds.length };
      throw new MillpondError("E_NO_SUCH", `there is no layer or asset ${number}`, details);
    }
    return feed;
  }
}
