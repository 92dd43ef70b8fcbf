// Instantiates the module, which the bundle carries inside, before whoever imports an entry runs.
import init from "../pkg/full/millpond_wasm.js";
import bytes from "../pkg/full/millpond_wasm_bg.wasm";
import { adopt } from "./module.js";
import { demandSimd } from "./simd.js";

demandSimd();
// To TypeScript it is what wasm-bindgen declares beside the file; the bundle makes bytes of it.
const module = await WebAssembly.compile(bytes as unknown as BufferSource);
adopt(await init({ module_or_path: module }), module);
