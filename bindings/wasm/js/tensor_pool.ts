import * as raw from "../pkg/full/millpond_wasm.js";
import { Handle, Lending, Pool } from "./lending.js";
import { opening } from "./memory.js";
import { floats } from "./module.js";
import { rawPolicy, type PoolOptions } from "./pool_options.js";

/**
 * Preallocated 32-bit float tensors in wasm memory, row-major: what a model takes and gives.
 *
 * ```js
 * using pool = new TensorPool([1, 3, 96, 96], 2);
 * using tensor = pool.acquire();
 * const input = new ort.Tensor("float32", tensor.data, pool.shape);
 * ```
 */
export class TensorPool extends Pool {
  /** Sides, the slowest index first. */
  readonly shape: readonly number[];
  /** @internal */
  readonly raw: raw.TensorPool;

  /**
   * Allocates the first tensors.
   *
   * @param shape - 1 to 4 sides, the slowest index first.
   * @throws MillpondError `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
   */
  constructor(shape: readonly number[], options: number | PoolOptions) {
    const inner = opening(() => new raw.TensorPool(Uint32Array.from(shape), rawPolicy(options)));
    const leakReport = typeof options === "object" && options.leakReport === true;
    super(new Lending(`TensorPool ${shape.join("x")}`, inner, leakReport));
    this.raw = inner;
    this.shape = [...shape];
  }

  /**
   * Borrows a tensor. It keeps the numbers of its last use, unless the pool resets them.
   *
   * @throws MillpondError `E_POOL_EXHAUSTED` if all are lent, `E_CLOSED`, `E_OUT_OF_MEMORY`.
   */
  acquire(): TensorSlot {
    return new TensorSlot(this.shape, this.raw, this.lending.acquire(this.acquire));
  }
}

/** A tensor borrowed from a {@link TensorPool}. Give it back with {@link release} or `using`. */
export class TensorSlot extends Handle {
  /** Sides, the slowest index first. */
  readonly shape: readonly number[];
  /** @internal The pool that lent it. */
  readonly raw: raw.TensorPool;

  /** @internal */
  constructor(shape: readonly number[], inner: raw.TensorPool, loan: ReturnType<Lending["acquire"]>) {
    super("TensorSlot", loan);
    this.shape = shape;
    this.raw = inner;
  }

  /** All numbers. A fresh view: do not keep it over calls that may grow memory. */
  get data(): Float32Array<ArrayBuffer> {
    return floats(this.raw.address(this.index), this.shape.reduce((numbers, side) => numbers * side, 1));
  }
}
