/**
 * The wasm module's memory. It may grow while something is constructed or opened, which detaches every view, so views
 * are made afresh each time they are handed out and never kept here.
 */

let memory: WebAssembly.Memory | undefined;

/** Notes the memory of the module that the entry file has instantiated. */
export function adopt(exports: { readonly memory: WebAssembly.Memory }): void {
  memory = exports.memory;
}

/** The buffer that wasm memory is now. */
export function buffer(): ArrayBuffer {
  return memory!.buffer as ArrayBuffer;
}

/** `length` bytes of wasm memory. */
export function bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer(), address, length);
}

/** `length` 32-bit floats of wasm memory. */
export function floats(address: number, length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(buffer(), address, length);
}
