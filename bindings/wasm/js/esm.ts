// The entry of `import`: instantiates the module, which the bundle carries inside, before the importer runs.
import init from "../pkg/millpond_wasm.js";
import module from "../pkg/millpond_wasm_bg.wasm";
import { adopt } from "./module.js";

adopt(await init({ module_or_path: module }));

export * from "./index.js";
