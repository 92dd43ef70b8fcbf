// Instantiates the module, which the bundle carries inside, before whoever imports an entry runs.
import init from "../pkg/full/millpond_wasm.js";
import { compiledModule } from "./compiled.js";
import { adopt } from "./module.js";
import { demandSimd } from "./simd.js";

demandSimd();
const module = await compiledModule();
adopt(await init({ module_or_path: module }), module);
