import * as raw from "../pkg/full/millpond_wasm.js";
import { buffer } from "./module.js";

/** What the module's heap did since it was loaded, and wasm memory. */
export interface MemoryStats {
  /** Heap allocations outside construction and opening. Composing and processing add none. */
  steadyAllocations: number;
  /** Heap allocations while something was constructed or opened. */
  openingAllocations: number;
  /** Bytes that the module's heap has handed out now. */
  heapBytes: number;
  /** Size of wasm memory in bytes. It never shrinks; what is closed makes room for what comes. */
  wasmBytes: number;
  /** How often wasm memory grew. Each time all views on it are detached. */
  growths: number;
}

/** @internal Reads the module's allocation counters and the size of its memory. */
export function memoryStats(): MemoryStats {
  return {
    steadyAllocations: raw.steadyAllocations(),
    openingAllocations: raw.openingAllocations(),
    heapBytes: raw.heapBytes(),
    wasmBytes: buffer().byteLength,
    growths: raw.growths(),
  };
}

/**
 * Makes wasm memory so large, at once, that `bytes` more can be used without growing again. Called once at the start with
 * what the page will need at most (pictures, times three for each clip), memory never grows after it.
 *
 * @throws MillpondError `E_OUT_OF_MEMORY`.
 */
export function reserveMemory(bytes: number): void {
  opening(() => raw.reserveMemory(bytes));
}

/** @internal Runs `work`, whose heap allocations count as opening. */
export function opening<T>(work: () => T): T {
  raw.setOpening(true);
  try {
    return work();
  } finally {
    raw.setOpening(false);
  }
}
