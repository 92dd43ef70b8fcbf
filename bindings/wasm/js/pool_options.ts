import * as raw from "../pkg/full/millpond_wasm.js";
import { badParameter } from "./errors.js";

/** Size and policies of a pool: a number is that many objects, made at once, and an error when they are all lent. */
export interface PoolOptions {
  /** The most objects that the pool keeps, 1 to 1024. */
  capacity: number;
  /** Objects made with the pool; `capacity` unless told otherwise. */
  initial?: number;
  /** How it gets from `initial` to `capacity` when all are lent: so many more each time, or twice as many (the default). */
  growth?: number | "exponential";
  /**
   * What `acquire()` does when all are lent and the pool may not grow. `"fail"`, the default, throws
   * `E_POOL_EXHAUSTED`; `"allocate"` makes one more, which is counted as overflow and freed when it comes back;
   * `"wait"`, or a wait in milliseconds, is for programs with threads: a page that blocked would never get an object
   * back, so it throws `E_POOL_EXHAUSTED` at once as well.
   */
  exhausted?: "fail" | "allocate" | "wait" | { wait: number };
  /** What happens to an object that comes back: nothing (the default), or it is overwritten with zeros. */
  reset?: "keep" | "zero";
  /**
   * Whether each handle's stack is noted where it is acquired, for {@link Leak.stack}. Taking a stack costs tens of
   * microseconds each time: a switch for looking for leaks, not for production.
   */
  leakReport?: boolean;
}

/** @internal Options as the module takes them. A constructor uses them up. */
export function rawPolicy(options: number | PoolOptions): raw.PoolPolicy {
  const { capacity, initial = capacity, growth = "exponential", exhausted = "fail", reset = "keep" } =
    typeof options === "number" ? ({ capacity: options } as PoolOptions) : options;
  const isCount = (value: number) => Number.isInteger(value) && value >= 0 && value <= 0x7fffffff;
  if (!isCount(capacity) || !isCount(initial)) {
    const [name, value] = isCount(capacity) ? ["initial capacity", initial] : ["capacity", capacity];
    throw badParameter(`${name} of a pool`, value as number, "a whole number");
  }
  if (growth !== "exponential" && !(isCount(growth) && growth > 0)) {
    throw badParameter("growth of a pool", growth, "at least 1 object");
  }
  const step = initial === capacity ? 0 : growth === "exponential" ? -1 : growth;
  const [policy, wait]: readonly [number, number] =
    typeof exhausted === "object" ? [2, exhausted.wait] : [{ fail: 0, allocate: 1, wait: 2 }[exhausted], NaN];
  return new raw.PoolPolicy(initial, capacity, step, policy, wait, reset === "zero");
}
