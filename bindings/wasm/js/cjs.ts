// The entry of `require`, for node: the same, synchronously.
import { initSync } from "../pkg/millpond_wasm.js";
import bytes from "../pkg/millpond_wasm_bg.wasm";
import { adopt } from "./module.js";

// To TypeScript it is what wasm-bindgen declares beside the file; the bundle makes bytes of it.
const module = new WebAssembly.Module(bytes as unknown as BufferSource);
adopt(initSync({ module }), module);

export * from "./index.js";
