/**
 * Pooled frames, exact composition of scenes and log-mel features, in WebAssembly. Importing the package is all the
 * set-up there is.
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" preserve="true" />

export { MillpondError } from "./errors.js";
export { FramePool, FrameSlot } from "./frame_pool.js";
export type { FrameLayout, PixelFormat, PlaneLayout } from "./layout.js";
export { Mel } from "./mel.js";
export type { MelConfig, MelProfile } from "./mel_config.js";
export { MelStream, type MelStreamOptions } from "./mel_stream.js";
export { memoryStats, type MemoryStats } from "./memory.js";
export { Mixer, type Pcm } from "./mixer.js";
export { wasmModule } from "./module.js";
export type { Planes } from "./planes.js";
export type { PoolStats } from "./pool_stats.js";
export { Scene, type ClipInfo, type Need, type SceneStats, type WantedEnd } from "./scene.js";
export type { AssetInfo, SceneInfo } from "./scene_info.js";
export type { FrameKind } from "./video_frame.js";
