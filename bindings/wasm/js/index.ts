/**
 * Pooled frames, exact composition of scenes and log-mel features, in WebAssembly. Importing the package is all the
 * set-up there is.
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" preserve="true" />

export { Blend, featheredMask, type BlendMode, type BlendOptions } from "./blend.js";
export { BufferPool, BufferSlot, type BufferClass } from "./buffer_pool.js";
export type { Closable } from "./closable.js";
export { Compositor, type CanvasOptions, type LayerOptions, type Rect } from "./compositor.js";
export { Converter } from "./converter.js";
export { MillpondError, type ErrorDetails } from "./errors.js";
export { FramePool, FrameSlot } from "./frame_pool.js";
export { JpegEncoder, JpegStrips, type JpegOptions } from "./jpeg.js";
export type { FrameLayout, PixelFormat, PlaneLayout } from "./layout.js";
export { Handle, Pool, type Leak } from "./lending.js";
export { Mel } from "./mel.js";
export type { MelConfig, MelProfile } from "./mel_config.js";
export { MelStream, type MelStreamOptions } from "./mel_stream.js";
export { reserveMemory, type MemoryStats } from "./memory.js";
export { Mixer, type Pcm } from "./mixer.js";
export { wasmModule } from "./module.js";
export { Monitor, type MemoryAlert, type MemorySample, type MemoryThresholds } from "./monitor.js";
export type { ColorFormat, Crop, Filter } from "./picture_options.js";
export type { Planes } from "./planes.js";
export type { PoolOptions } from "./pool_options.js";
export type { NamedPoolStats, PoolStats } from "./pool_stats.js";
export { SampleBlock, SamplePool, type SampleArrays, type SampleFormat, type SampleLayout } from "./sample_pool.js";
export { Resizer, type ResizeOptions } from "./resizer.js";
export { Scene, type ClipInfo, type Need, type SceneOptions, type SceneStats, type WantedEnd } from "./scene.js";
export type { AssetInfo, SceneInfo } from "./scene_info.js";
export { stats, type Stats } from "./stats.js";
export { TensorPool, TensorSlot } from "./tensor_pool.js";
export { FrameToTensor, TensorToFrame, type FrameToTensorOptions, type TensorOptions } from "./tensor.js";
export type { FrameKind, VideoFrameTiming } from "./video_frame.js";
