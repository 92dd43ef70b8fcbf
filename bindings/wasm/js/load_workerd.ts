// The same for workerd, which compiles no bytes: its bundler makes a module of the file.
import { initSync } from "../pkg/full/millpond_wasm.js";
import module from "../millpond.wasm";
import { adopt } from "./module.js";

adopt(initSync({ module }), module);
