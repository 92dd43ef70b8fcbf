import { openHandles } from "./closable.js";
import { memoryStats, type MemoryStats } from "./memory.js";
import { openPools, type NamedPoolStats } from "./pool_stats.js";

/** What the package holds now. */
export interface Stats {
  /** The module's heap and memory. */
  memory: MemoryStats;
  /** How many objects of each class are open: made or borrowed, and neither closed nor released. Classes without any are missing. */
  handles: Record<string, number>;
  /** The pools that are open, those of scenes included. */
  pools: NamedPoolStats[];
}

/** Reads the module's memory and what is open. A page that has closed everything sees no handles and no pools. */
export function stats(): Stats {
  return { memory: memoryStats(), handles: openHandles(), pools: openPools() };
}
