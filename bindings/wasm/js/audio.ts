/**
 * The entry `millpond/audio`: log-mel features and pools of PCM and tensors, with a module of their own that is a fifth of
 * the whole one. A page that uses `millpond` as well would load both: it needs only that.
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" preserve="true" />

export type { Closable } from "./closable.js";
export { MillpondError, type ErrorDetails } from "./errors.js";
export { Handle, Pool, type Leak } from "./lending.js";
export { Mel } from "./mel.js";
export type { MelConfig, MelProfile } from "./mel_config.js";
export { MelStream, type MelStreamOptions } from "./mel_stream.js";
export { reserveMemory, type MemoryStats } from "./memory.js";
export { wasmModule } from "./module.js";
export type { PoolOptions } from "./pool_options.js";
export type { NamedPoolStats, PoolStats } from "./pool_stats.js";
export { SampleBlock, SamplePool, type SampleArrays, type SampleFormat, type SampleLayout } from "./sample_pool.js";
export { stats, type Stats } from "./stats.js";
export { TensorPool, TensorSlot } from "./tensor_pool.js";
