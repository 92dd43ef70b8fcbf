import * as raw from "../pkg/full/millpond_wasm.js";
import { Closable } from "./closable.js";
import { FramePool } from "./frame_pool.js";
import { opening } from "./memory.js";
import { SamplePool } from "./sample_pool.js";
import type { TensorPool } from "./tensor_pool.js";

/** Limits in bytes, and frames; what is left out has none. */
export interface MemoryThresholds {
  /** Lent pictures of all watched pools; 100 unless told otherwise, `Infinity` for no limit. */
  liveFrames?: number;
  /** Bytes of all watched pools. */
  poolBytes?: number;
  /** Bytes that the module's heap has handed out. */
  heapBytes?: number;
  /** Size of wasm memory. */
  wasmBytes?: number;
  /** Bytes by which wasm memory grows in a minute. */
  growthPerMinute?: number;
}

/** A figure rose above its limit. It is told again only after it has fallen to nine tenths of it. */
export interface MemoryAlert {
  /** What is too large. */
  measure: "live_frames" | "pool_bytes" | "heap_bytes" | "process_bytes" | "growth_per_minute";
  /** Its value: a number, bytes, or bytes a minute. */
  value: number;
  /** The threshold that it crossed. */
  limit: number;
}

/** What memory looked like at one time. */
export interface MemorySample {
  /** The time given to {@link Monitor.sample}, in milliseconds. */
  timeMs: number;
  /** Pictures that watched pools have lent. */
  liveFrames: number;
  /** Bytes of all watched pools. */
  poolBytes: number;
  /** Bytes that the module's heap has handed out. */
  heapBytes: number;
  /** Size of wasm memory. */
  wasmBytes: number;
  /** Growth of wasm memory within the last minute; `undefined` until a minute has passed. */
  growthPerMinute: number | undefined;
}

/**
 * Watches pools, heap and wasm memory. It has no clock and no timer: the page samples when it likes.
 *
 * ```js
 * const monitor = new Monitor({ wasmBytes: 512 * 2 ** 20 }, { onAlert: (alert) => console.warn(alert) });
 * monitor.watch("decoded", pool);
 * setInterval(() => monitor.sample(), 1000);
 * ```
 */
export class Monitor extends Closable {
  readonly #raw: raw.Monitor;
  readonly #onAlert: ((alert: MemoryAlert) => void) | undefined;

  /**
   * @param options - How many samples are kept (600 unless told otherwise), and who is told of crossed thresholds.
   * @throws MillpondError `E_BAD_PARAMETER`.
   */
  constructor(
    thresholds: MemoryThresholds = {},
    options: { samples?: number; onAlert?: (alert: MemoryAlert) => void } = {},
  ) {
    const { liveFrames = 100, poolBytes = NaN, heapBytes = NaN, wasmBytes = NaN, growthPerMinute = NaN } = thresholds;
    const { samples = 600 } = options;
    const inner = opening(
      () => new raw.Monitor(samples, liveFrames, poolBytes, heapBytes, wasmBytes, growthPerMinute),
    );
    super("Monitor", inner);
    this.#raw = inner;
    this.#onAlert = options.onAlert;
  }

  /** Watches a pool until it is closed; it is not kept alive. A scene's own pools are in `scene.stats()`. */
  watch(name: string, pool: FramePool | SamplePool | TensorPool): void {
    const inner = this.opened(this.#raw);
    opening(() => {
      if (pool instanceof FramePool) inner.watchFrames(name, pool.raw);
      else if (pool instanceof SamplePool) inner.watchSamples(name, pool.raw);
      else inner.watchTensors(name, pool.raw);
    });
  }

  /** Reads all figures; `nowMs` may be any clock that does not go back. */
  sample(nowMs = performance.now()): MemorySample {
    const inner = this.opened(this.#raw);
    const crossed = inner.sample(nowMs);
    for (let index = 0; index < crossed; index++) {
      const [measure, value, limit] = inner.alert(index)!.split(" ");
      this.#onAlert?.({ measure: measure as MemoryAlert["measure"], value: Number(value), limit: Number(limit) });
    }
    const growth = inner.figure(5);
    return {
      timeMs: inner.figure(0),
      liveFrames: inner.figure(1),
      poolBytes: inner.figure(2),
      heapBytes: inner.figure(3),
      wasmBytes: inner.figure(4),
      growthPerMinute: Number.isNaN(growth) ? undefined : growth,
    };
  }

  /** All kept samples, peaks, pools and alerts as JSON, in the form of `millpond render --memory-report`. */
  json(): string {
    const inner = this.opened(this.#raw);
    return opening(() => inner.json());
  }

  /** The last sample in the text format of Prometheus. */
  prometheus(): string {
    const inner = this.opened(this.#raw);
    return opening(() => inner.prometheus());
  }
}
