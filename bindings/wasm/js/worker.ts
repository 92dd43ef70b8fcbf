/**
 * The entry `millpond/worker`: scenes and features in a worker, off the page's thread. Frames, samples and canvases are
 * moved there and back, not copied.
 *
 * ```js
 * import { MillpondWorker } from "millpond/worker";
 * const worker = await MillpondWorker.start();
 * const scene = await worker.scene(json, { canvas: document.querySelector("canvas") });
 * ```
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" preserve="true" />

import "./dispose.js";
import { MillpondError } from "./errors.js";
import type { MelConfig, MelProfile } from "./mel_config.js";
import type { SceneOptions } from "./scene.js";
import { demandSimd } from "./simd.js";
import type { Stats } from "./stats.js";
import { Channel } from "./worker_channel.js";
import { ownWorker, type NodeWorker } from "./worker_host.js";
import { WorkerMel } from "./worker_mel.js";
import { WorkerScene } from "./worker_scene.js";

export { MillpondError, WorkerMel, WorkerScene };
export type { ErrorDetails } from "./errors.js";
export type { MelConfig, MelProfile } from "./mel_config.js";
export type { Planes } from "./planes.js";
export type { ClipInfo, Need, SceneOptions, SceneStats, WantedEnd } from "./scene.js";
export type { SceneInfo } from "./scene_info.js";
export type { Stats } from "./stats.js";
export { WorkerHandle } from "./worker_handle.js";
export type { NodeWorker } from "./worker_host.js";
export type { WorkerFeatures } from "./worker_mel.js";

/** The module of `millpond`, which the two share. It is loaded when it is needed. */
async function compile(): Promise<WebAssembly.Module> {
  demandSimd();
  return (await import("./compiled.js")).compiledModule();
}

/** How a worker is started. */
export interface WorkerOptions {
  /**
   * A worker whose script is the line `import "millpond/worker-thread"`, for pages whose content security policy forbids
   * workers from `blob:`. It is used for nothing else, and ended with this one.
   */
  worker?: Worker | NodeWorker;
  /** What `wasmModule` of `millpond`, `millpond/slim` or `millpond/scalar` returns; without it that of `millpond` is loaded. */
  module?: WebAssembly.Module;
  /** Ends the start with its reason, for instance `AbortSignal.timeout(10_000)`. */
  signal?: AbortSignal;
}

/** How a scene is opened in a worker. */
export interface WorkerSceneOptions extends SceneOptions {
  /**
   * Where composed frames are drawn. It is moved to the worker, so it must have no context. Scenes that are opened later
   * may name the same canvas again.
   */
  canvas?: HTMLCanvasElement | OffscreenCanvas;
  /** Ends the wait with its reason. */
  signal?: AbortSignal;
}

/**
 * A worker with millpond in it. It does what it is asked in the order in which it is asked. If it fails, or somebody
 * terminates it, every call is rejected with `E_WORKER_LOST`: those under way and later ones. (That somebody else did is
 * noticed by Web Locks, which pages have that come from https or localhost, and by node.)
 */
export class MillpondWorker {
  readonly #channel: Channel;
  readonly #canvases = new WeakMap<HTMLCanvasElement | OffscreenCanvas, Promise<number>>();

  private constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * Starts a worker. The module is compiled once and shared with the page.
   *
   * @throws MillpondError `E_NO_WORKER` with what can be done about it, `E_NO_SIMD128`.
   */
  static async start({ worker, module, signal }: WorkerOptions = {}): Promise<MillpondWorker> {
    signal?.throwIfAborted();
    const compiled = module === undefined ? compile() : Promise.resolve(module);
    return new MillpondWorker(await Channel.start(worker ?? ownWorker(), compiled, signal));
  }

  /**
   * Opens a scene.
   *
   * @param json - The text of the scene file, as for `Scene`.
   * @throws MillpondError as `Scene` does.
   */
  async scene(json: string, { canvas, signal, ...options }: WorkerSceneOptions = {}): Promise<WorkerScene> {
    signal?.throwIfAborted();
    return WorkerScene.open(this.#channel, json, options, canvas && (await this.#number(canvas)), signal);
  }

  /** Plans log-mel features of clips, as `Mel` does. */
  mel(config: MelProfile | MelConfig = "lipsync", sampleRate?: number): Promise<WorkerMel> {
    return WorkerMel.open(this.#channel, config, sampleRate);
  }

  /** What the worker holds now, as `stats` of `millpond` tells it of the page. */
  stats(): Promise<Stats> {
    return this.#channel.call("stats", []);
  }

  /**
   * Makes the worker's wasm memory so large that `bytes` more can be used without growing again.
   *
   * @throws MillpondError `E_OUT_OF_MEMORY`.
   */
  reserveMemory(bytes: number): Promise<void> {
    return this.#channel.call("reserveMemory", [bytes]);
  }

  /** Ends the worker and all that is in it. What was asked of it, and what will be, is rejected with `E_CLOSED`. */
  close(): void {
    this.#channel.end(new MillpondError("E_CLOSED", "this MillpondWorker was closed"));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The number of a canvas, which is moved to the worker the first time. */
  #number(canvas: HTMLCanvasElement | OffscreenCanvas): Promise<number> {
    const known = this.#canvases.get(canvas) ?? this.#move(canvas);
    this.#canvases.set(canvas, known);
    return known;
  }

  async #move(canvas: HTMLCanvasElement | OffscreenCanvas): Promise<number> {
    const handle = this.#channel.handle();
    const offscreen = "transferControlToOffscreen" in canvas ? canvas.transferControlToOffscreen() : canvas;
    await this.#channel.call("canvas", [handle, offscreen], { transfer: [offscreen] });
    return handle;
  }
}
