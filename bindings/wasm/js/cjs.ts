// The entry of `require`, for node: the same, synchronously.
import { initSync } from "../pkg/millpond_wasm.js";
import module from "../pkg/millpond_wasm_bg.wasm";
import { adopt } from "./module.js";

adopt(initSync({ module }));

export * from "./index.js";
