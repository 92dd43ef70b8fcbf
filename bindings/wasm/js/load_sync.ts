// The same for `require`, which cannot wait.
import { initSync } from "../pkg/full/millpond_wasm.js";
import { compiledModule } from "./compiled_sync.js";
import { adopt } from "./module.js";
import { demandSimd } from "./simd.js";

demandSimd();
const module = compiledModule();
adopt(initSync({ module }), module);
