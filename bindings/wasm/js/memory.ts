import * as raw from "../pkg/full/millpond_wasm.js";
import { buffer } from "./module.js";

/** What the module's heap did since it was loaded. */
export interface MemoryStats {
  /** Heap allocations outside construction and opening. Composing and processing add none. */
  steadyAllocations: number;
  /** Heap allocations while something was constructed or opened. */
  openingAllocations: number;
  /** Bytes that the module's heap has handed out now. */
  heapBytes: number;
  /** Size of wasm memory in bytes. It never shrinks. */
  wasmBytes: number;
}

/** Reads the module's allocation counters and the size of its memory. */
export function memoryStats(): MemoryStats {
  return {
    steadyAllocations: raw.steadyAllocations(),
    openingAllocations: raw.openingAllocations(),
    heapBytes: raw.heapBytes(),
    wasmBytes: buffer().byteLength,
  };
}

/** Runs `work`, whose heap allocations count as opening. */
export function opening<T>(work: () => T): T {
  raw.setOpening(true);
  try {
    return work();
  } finally {
    raw.setOpening(false);
  }
}
