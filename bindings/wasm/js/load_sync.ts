// The same for `require`, which cannot wait.
import { initSync } from "../pkg/full/millpond_wasm.js";
import bytes from "../pkg/full/millpond_wasm_bg.wasm";
import { adopt } from "./module.js";
import { demandSimd } from "./simd.js";

demandSimd();
const module = new WebAssembly.Module(bytes as unknown as BufferSource);
adopt(initSync({ module }), module);
