// The same for `require`, which cannot wait.
import bytes from "../pkg/full/millpond_wasm_bg.wasm";

let compiled: WebAssembly.Module | undefined;

/** Compiles the module, once. */
export function compiledModule(): WebAssembly.Module {
  return (compiled ??= new WebAssembly.Module(bytes as unknown as BufferSource));
}
