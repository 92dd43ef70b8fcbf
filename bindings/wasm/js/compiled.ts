// The module that an entry carries. `millpond` and `millpond/worker` share theirs: in the package it is a file beside them.
import bytes from "../pkg/full/millpond_wasm_bg.wasm";

let compiled: Promise<WebAssembly.Module> | undefined;

/** Compiles the module, once. */
export function compiledModule(): Promise<WebAssembly.Module> {
  // To TypeScript it is what wasm-bindgen declares beside the file; the bundle makes bytes of it.
  return (compiled ??= WebAssembly.compile(bytes as unknown as BufferSource));
}
