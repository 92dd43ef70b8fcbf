/**
 * The entry `millpond/slim`: everything of `millpond`, without the module. Nothing of it may be used before {@link init}
 * or {@link initSync}, which are given the file `millpond/wasm` (or `millpond/wasm-scalar`, for browsers without SIMD).
 *
 * ```js
 * import { Mel, init } from "millpond/slim";
 * await init(new URL("millpond.wasm", import.meta.url));
 * ```
 *
 * @packageDocumentation
 */

import load, { initSync as loadSync } from "../pkg/full/millpond_wasm.js";
import { MillpondError } from "./errors.js";
import { adopt, adopted } from "./module.js";
import { demandSimd } from "./simd.js";

export * from "./index.js";

/** What a module is made from: its address, its bytes, a response that brings them, or itself. */
export type ModuleSource = string | URL | BufferSource | WebAssembly.Module | Response | PromiseLike<Response>;

let loading: Promise<void> | undefined;

/**
 * Compiles and instantiates the module. Later calls change nothing and wait for the first, unless that failed.
 *
 * @throws MillpondError `E_NO_SIMD128` where WebAssembly lacks what the module needs, `E_NO_MODULE` if the address does
 *   not answer with it; `WebAssembly.CompileError` for other bytes.
 */
export function init(source: ModuleSource): Promise<void> {
  loading ??= start(source).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * The same without waiting, from bytes or a compiled module.
 *
 * @throws as {@link init}.
 */
export function initSync(source: BufferSource | WebAssembly.Module): void {
  if (adopted()) return;
  const module = source instanceof WebAssembly.Module ? source : checked(() => new WebAssembly.Module(source));
  adopt(loadSync({ module }), module);
  loading = Promise.resolve();
}

async function start(source: ModuleSource): Promise<void> {
  const module = await compiled(source);
  if (!adopted()) adopt(await load({ module_or_path: module }), module);
}

async function compiled(source: ModuleSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (ArrayBuffer.isView(source) || source instanceof ArrayBuffer) {
    return checked(() => WebAssembly.compile(source as BufferSource));
  }
  const asked = typeof source === "string" || source instanceof URL ? fetch(source) : source;
  const response = (await asked) as Response;
  if (!response.ok) {
    const { status, url } = response;
    throw new MillpondError("E_NO_MODULE", `the module's address answered ${status}: ${url}`, { status, url });
  }
  // Streaming insists on the media type, which many a server gets wrong.
  if (response.headers.get("content-type") === "application/wasm") {
    return checked(() => WebAssembly.compileStreaming(response));
  }
  const bytes = await response.arrayBuffer();
  return checked(() => WebAssembly.compile(bytes));
}

/** Compiles; what fails for want of SIMD says so. */
function checked<T>(compile: () => T): T {
  const explain = (error: unknown): never => {
    demandSimd();
    throw error;
  };
  try {
    const module = compile();
    return module instanceof Promise ? (module.catch(explain) as T) : module;
  } catch (error) {
    return explain(error);
  }
}
