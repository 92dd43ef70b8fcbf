import type { FrameLayout } from "./layout.js";
import type { Planes } from "./planes.js";
import type { ClipInfo, Need, SceneOptions, SceneStats, WantedEnd } from "./scene.js";
import type { SceneInfo } from "./scene_info.js";
import type { Channel } from "./worker_channel.js";
import { WorkerHandle } from "./worker_handle.js";
import { buffersOf } from "./worker_messages.js";

/**
 * A scene in a worker: there, a `Scene`, whose methods these are. Calls are done in the order in which they are
 * made, so only those whose answer matters need to be awaited, and `Promise.all` makes one wait of several.
 *
 * Frames, planes and encoded stills are moved to the worker, not copied: a `VideoFrame` that was given is closed, and
 * planes come back when they have been read.
 */
export class WorkerScene extends WorkerHandle {
  #info: SceneInfo;
  /** Format, size and planes of the canvas. */
  readonly canvasLayout: FrameLayout;

  /** @internal */
  private constructor(channel: Channel, handle: number, { info, canvasLayout }: { info: SceneInfo; canvasLayout: FrameLayout }) {
    super("WorkerScene", channel, handle);
    this.#info = info;
    this.canvasLayout = canvasLayout;
  }

  /** @internal */
  static async open(
    channel: Channel,
    json: string,
    options: SceneOptions,
    canvas: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<WorkerScene> {
    const handle = channel.handle();
    try {
      return new WorkerScene(channel, handle, await channel.call("scene", [handle, json, options, canvas], { signal }));
    } catch (error) {
      // It may have been opened for nobody.
      channel.call("close", [handle]).catch(() => {});
      throw error;
    }
  }

  /** What the scene file says. */
  get info(): SceneInfo {
    return this.#info;
  }

  /** Shows another scene from now on, like `Scene.update`. */
  async update(json: string): Promise<void> {
    this.#info = await this.call("update", [json]);
  }

  /** Like `Scene.wantedEnd`. */
  wantedEnd(): Promise<WantedEnd | undefined> {
    return this.call("wantedEnd", []);
  }

  /** Like `Scene.setEnd`. */
  setEnd(wanted: WantedEnd, end?: { tick: number; timeScale: number }): Promise<void> {
    return this.call("setEnd", [wanted, end]);
  }

  /** The scene's duration in seconds, like `Scene.duration`. */
  duration(): Promise<number> {
    return this.call("duration", []);
  }

  /** The number of canvas frames, like `Scene.frameCount`. */
  frameCount(): Promise<number> {
    return this.call("frameCount", []);
  }

  /** What frame `n` still needs. */
  need(n: number): Promise<Need> {
    return this.call("need", [n]);
  }

  /**
   * Like `Scene.openStill`.
   *
   * @param encoded - Its memory is moved to the worker.
   */
  openStill(layer: number, encoded: Uint8Array): Promise<void> {
    return this.call("openStill", [layer, encoded], { transfer: buffersOf(encoded) });
  }

  /** Like `Scene.openClip`. */
  openClip(layer: number, clip: ClipInfo): Promise<void> {
    return this.call("openClip", [layer, clip]);
  }

  /**
   * Like `Scene.pushPicture`.
   *
   * @param frame - Moved to the worker, where it is closed as soon as it is copied.
   */
  pushPicture(layer: number, tick: number, frame: VideoFrame): Promise<void> {
    return this.call("pushPicture", [layer, tick, frame], { transfer: [frame] });
  }

  /**
   * Like `Scene.pushPlanes`.
   *
   * @param picture - Its memory is moved to the worker.
   * @returns the picture, come back.
   */
  pushPlanes(layer: number, tick: number, picture: Planes): Promise<Planes> {
    return this.call("pushPlanes", [layer, tick, picture], { transfer: buffersOf(...picture.planes) });
  }

  /** Like `Scene.endClip`. */
  endClip(layer: number, endTick: number): Promise<void> {
    return this.call("endClip", [layer, endTick]);
  }

  /**
   * Like `Scene.pushInput`.
   *
   * @param picture - Moved to the worker.
   * @returns planes, come back; nothing for a frame.
   */
  pushInput<P extends VideoFrame | Planes>(
    asset: number,
    picture: P,
    colorSpace?: VideoColorSpaceInit,
  ): Promise<P extends Planes ? Planes : undefined> {
    const transfer = "planes" in picture ? buffersOf(...picture.planes) : [picture];
    const pushed = this.call("pushInput", [asset, picture, colorSpace], { transfer });
    return pushed as Promise<P extends Planes ? Planes : undefined>;
  }

  /** Like `Scene.seek`. */
  seek(): Promise<void> {
    return this.call("seek", []);
  }

  /** Like `Scene.assetTime`. */
  assetTime(layer: number, n: number): Promise<number | undefined> {
    return this.call("assetTime", [layer, n]);
  }

  /** Composes frame `n`, like `Scene.compose`, and draws it if the scene was opened with a canvas. */
  compose(n: number): Promise<void> {
    return this.call("compose", [n]);
  }

  /** The composed canvas as a `VideoFrame`, like `Scene.canvasFrame`. Close it when it is done with. */
  canvasFrame(n: number): Promise<VideoFrame> {
    return this.call("canvasFrame", [n]);
  }

  /**
   * The composed canvas with its row padding, described by {@link canvasLayout}.
   *
   * @param out - The bytes of an earlier call, whose memory is moved to the worker and used again.
   */
  canvasBytes(out?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return this.call("canvasBytes", [out?.buffer], { transfer: buffersOf(out) });
  }

  /**
   * The canvas as RGBA for `ImageData`, width × height × 4 bytes.
   *
   * @param out - The pixels of an earlier call, whose memory is moved to the worker and used again.
   */
  canvasRgba(out?: Uint8ClampedArray<ArrayBuffer>): Promise<Uint8ClampedArray<ArrayBuffer>> {
    return this.call("canvasRgba", [out?.buffer], { transfer: buffersOf(out) });
  }

  /** SHA-256 of the canvas, like `Scene.canvasHash`. */
  canvasHash(): Promise<string> {
    return this.call("canvasHash", []);
  }

  /** Pools, pictures and the memory of the worker's module. */
  stats(): Promise<SceneStats> {
    return this.call("sceneStats", []);
  }
}
