// The entry of `import`: instantiates the module, which the bundle carries inside, before the importer runs.
import init from "../pkg/millpond_wasm.js";
import bytes from "../pkg/millpond_wasm_bg.wasm";
import { adopt } from "./module.js";

// To TypeScript it is what wasm-bindgen declares beside the file; the bundle makes bytes of it.
const module = await WebAssembly.compile(bytes as unknown as BufferSource);
adopt(await init({ module_or_path: module }), module);

export * from "./index.js";
