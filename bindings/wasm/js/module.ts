/**
 * The wasm module's memory. It may grow while something is constructed or opened, which detaches every view, so views
 * are made afresh each time they are handed out and never kept here.
 */

let memory: WebAssembly.Memory | undefined;
let compiled: WebAssembly.Module | undefined;

/** @internal Notes the module that the entry file has instantiated, and its memory. */
export function adopt(exports: { readonly memory: WebAssembly.Memory }, module: WebAssembly.Module): void {
  memory = exports.memory;
  compiled = module;
}

/** @internal Whether the module was instantiated. */
export function adopted(): boolean {
  return memory !== undefined;
}

/** The compiled module, for `init` of `millpond/audio-worklet`: it can be posted to workers and worklets of this page. */
export function wasmModule(): WebAssembly.Module {
  return compiled!;
}

/** @internal The buffer that wasm memory is now. */
export function buffer(): ArrayBuffer {
  return memory!.buffer as ArrayBuffer;
}

/** @internal `length` bytes of wasm memory. */
export function bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer(), address, length);
}

/** @internal `length` 32-bit floats of wasm memory. */
export function floats(address: number, length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(buffer(), address, length);
}
