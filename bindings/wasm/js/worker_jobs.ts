/**
 * What a worker does for its page: scenes and plans of features, each under the number that the page gave it. A job's
 * arguments and result are what crosses over; buffers and frames among them are moved.
 */

import { MillpondError } from "./errors.js";
import { Mel } from "./mel.js";
import type { MelConfig, MelProfile } from "./mel_config.js";
import { reserveMemory } from "./memory.js";
import type { Planes } from "./planes.js";
import { Scene, type ClipInfo, type SceneOptions, type WantedEnd } from "./scene.js";
import { stats } from "./stats.js";
import { Screen } from "./worker_screen.js";

const scenes = new Map<number, Scene>();
const screens = new Map<number, Screen>();
const mels = new Map<number, Mel>();
/** Canvases never leave the worker again. */
const canvases = new Map<number, OffscreenCanvas>();

/** The page asks only for what it opened, unless opening failed. */
function found<T>(things: ReadonlyMap<number, T>, handle: number): T {
  const thing = things.get(handle);
  if (thing === undefined) throw new MillpondError("E_CLOSED", "this was not opened");
  return thing;
}

/** `buffer`, or a new one if there is none or it is too small. */
function fitting(buffer: ArrayBuffer | undefined, bytes: number): ArrayBuffer {
  return buffer !== undefined && buffer.byteLength >= bytes ? buffer : new ArrayBuffer(bytes);
}

/** A copy of `view` in `out`, or in a new buffer. */
function copied<T extends Uint8Array | Uint8ClampedArray>(view: T, out: ArrayBuffer | undefined): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(fitting(out, view.length), 0, view.length);
  copy.set(view);
  return copy;
}

export const jobs = {
  canvas(handle: number, canvas: OffscreenCanvas) {
    canvases.set(handle, canvas);
  },
  stats: () => stats(),
  reserveMemory: (bytes: number) => reserveMemory(bytes),
  scene(handle: number, json: string, options: SceneOptions, canvas?: number) {
    const scene = new Scene(json, options);
    scenes.set(handle, scene);
    if (canvas !== undefined) screens.set(handle, new Screen(canvases.get(canvas)!, scene));
    return { info: scene.info, canvasLayout: scene.canvasLayout };
  },
  update(handle: number, json: string) {
    const scene = found(scenes, handle);
    scene.update(json);
    return scene.info;
  },
  wantedEnd: (handle: number) => found(scenes, handle).wantedEnd(),
  setEnd: (handle: number, wanted: WantedEnd, end?: { tick: number; timeScale: number }) =>
    found(scenes, handle).setEnd(wanted, end),
  duration: (handle: number) => found(scenes, handle).duration,
  frameCount: (handle: number) => found(scenes, handle).frameCount,
  need: (handle: number, n: number) => found(scenes, handle).need(n),
  openStill: (handle: number, layer: number, encoded: Uint8Array) => found(scenes, handle).openStill(layer, encoded),
  openClip: (handle: number, layer: number, clip: ClipInfo) => found(scenes, handle).openClip(layer, clip),
  async pushPicture(handle: number, layer: number, tick: number, frame: VideoFrame) {
    try {
      await found(scenes, handle).pushPicture(layer, tick, frame);
    } finally {
      frame.close();
    }
  },
  pushPlanes(handle: number, layer: number, tick: number, picture: Planes) {
    found(scenes, handle).pushPlanes(layer, tick, picture);
    return picture;
  },
  endClip: (handle: number, layer: number, endTick: number) => found(scenes, handle).endClip(layer, endTick),
  async pushInput(handle: number, asset: number, picture: VideoFrame | Planes, colorSpace?: VideoColorSpaceInit) {
    try {
      await found(scenes, handle).pushInput(asset, picture, colorSpace);
    } finally {
      if (!("planes" in picture)) picture.close();
    }
    return "planes" in picture ? picture : undefined;
  },
  seek: (handle: number) => found(scenes, handle).seek(),
  assetTime: (handle: number, layer: number, n: number) => found(scenes, handle).assetTime(layer, n),
  compose(handle: number, n: number) {
    found(scenes, handle).compose(n);
    screens.get(handle)?.draw();
  },
  canvasFrame: (handle: number, n: number) => found(scenes, handle).canvasFrame(n),
  canvasBytes: (handle: number, out?: ArrayBuffer) => copied(found(scenes, handle).canvasView(), out),
  canvasRgba(handle: number, out?: ArrayBuffer) {
    const { buffer, length } = copied(found(scenes, handle).canvasRgba(), out);
    return new Uint8ClampedArray(buffer, 0, length);
  },
  canvasHash: (handle: number) => found(scenes, handle).canvasHash(),
  sceneStats: (handle: number) => found(scenes, handle).stats(),

  mel(handle: number, config: MelProfile | MelConfig, sampleRate?: number) {
    const mel = new Mel(config, sampleRate);
    mels.set(handle, mel);
    return mel.nMels;
  },
  features(handle: number, samples: Float32Array<ArrayBuffer>, out?: ArrayBuffer) {
    const mel = found(mels, handle);
    const length = mel.outputLength(samples.length);
    const features = new Float32Array(fitting(out, 4 * length), 0, length);
    const frames = mel.process(samples, features);
    return { features, frames, peak: mel.peak, samples };
  },

  close(handle: number) {
    scenes.get(handle)?.close();
    mels.get(handle)?.close();
    for (const things of [scenes, screens, mels]) things.delete(handle);
  },
};

/** The jobs, by name. */
export type Jobs = typeof jobs;
