/**
 * The entry `millpond/video`: pictures, their pools and everything that is computed on them but scenes, with a module of
 * their own that is a third of the whole one. A page that uses `millpond` as well would load both: it needs only that.
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
export { reserveMemory, type MemoryStats } from "./memory.js";
export { wasmModule } from "./module.js";
export { Monitor, type MemoryAlert, type MemorySample, type MemoryThresholds } from "./monitor.js";
export type { ColorFormat, Crop, Filter } from "./picture_options.js";
export type { PoolOptions } from "./pool_options.js";
export type { NamedPoolStats, PoolStats } from "./pool_stats.js";
export { Resizer, type ResizeOptions } from "./resizer.js";
export { SampleBlock, SamplePool, type SampleArrays, type SampleFormat, type SampleLayout } from "./sample_pool.js";
export { stats, type Stats } from "./stats.js";
export { TensorPool, TensorSlot } from "./tensor_pool.js";
export { FrameToTensor, TensorToFrame, type FrameToTensorOptions, type TensorOptions } from "./tensor.js";
export type { FrameKind, VideoFrameTiming } from "./video_frame.js";
