/**
 * The entry `millpond/audio-worklet`: log-mel features inside an `AudioWorkletProcessor`. It carries no module, fetches
 * nothing and awaits nothing: the page hands its own compiled module over, which the two then share.
 *
 * ```js
 * // The page:
 * import { wasmModule } from "millpond";
 * new AudioWorkletNode(context, "mel", { processorOptions: { module: wasmModule() } });
 * // The processor's constructor:
 * import { MelStream, init } from "millpond/audio-worklet";
 * init(options.processorOptions.module);
 * ```
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" preserve="true" />

// First: the loader looks for TextDecoder as soon as it is there.
import "./text_codec.js";
import { initSync } from "../pkg/full/millpond_wasm.js";
import { adopt } from "./module.js";

export type { Closable } from "./closable.js";
export { MillpondError, type ErrorDetails } from "./errors.js";
export { Mel } from "./mel.js";
export type { MelConfig, MelProfile } from "./mel_config.js";
export { MelStream, type MelStreamOptions } from "./mel_stream.js";
export { reserveMemory, type MemoryStats } from "./memory.js";
export type { NamedPoolStats, PoolStats } from "./pool_stats.js";
export { stats, type Stats } from "./stats.js";

/**
 * Instantiates the module, once in a scope and before anything else of this entry is used. Its memory is the scope's own.
 *
 * @param module - What `wasmModule` of `millpond` or `millpond/audio` returns.
 */
export function init(module: WebAssembly.Module): void {
  adopt(initSync({ module }), module);
}
