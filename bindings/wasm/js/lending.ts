import { closed, count } from "./closable.js";
import { MillpondError } from "./errors.js";
import { listPools, readPoolStats, type NamedPoolStats, type PoolStats } from "./pool_stats.js";

/** @internal What the module's pools have in common. */
interface RawPool {
  /** `atLeast` counts only for buffers. */
  acquire(atLeast: number): number;
  release(index: number): void;
  stats(figure: number): number;
  close(): void;
}

/** An object that is still lent. */
export interface Leak {
  /** The pool, for instance `FramePool i420 1280x720`. */
  pool: string;
  /** Where it was acquired, if the pool was made with `leakReport`. */
  stack: string | undefined;
  /** Milliseconds since then; 0 without `leakReport`. */
  ageMs: number;
}

/** @internal An object on loan, as the module knows it. It must not refer to the handle that the page holds. */
class Loan {
  readonly index: number;
  readonly #lending: Lending;
  readonly #stack: string | undefined;
  readonly #since: number;
  /** Copies that a browser still makes into the object, and whether it goes back when they have ended. */
  #copies = 0;
  #isReleased = false;

  constructor(lending: Lending, index: number, stack: string | undefined) {
    this.#lending = lending;
    this.index = index;
    this.#stack = stack;
    this.#since = stack === undefined ? 0 : performance.now();
  }

  get leak(): Leak {
    const ageMs = this.#stack === undefined ? 0 : performance.now() - this.#since;
    return { pool: this.#lending.name, stack: this.#stack, ageMs };
  }

  release(): void {
    this.#isReleased = true;
    if (this.#copies === 0) this.#lending.takeBack(this);
  }

  /** Keeps the object lent until `copy` has settled, whatever happens to its handle. */
  async during(copy: Promise<void>): Promise<void> {
    this.#copies += 1;
    try {
      await copy;
    } finally {
      this.#copies -= 1;
      if (this.#isReleased) this.release();
    }
  }
}

/** Handles that the page dropped without giving them back. */
const dropped = new FinalizationRegistry<{ loan: Loan; what: string }>(({ loan, what }) => {
  count(what, -1);
  const { pool, stack } = loan.leak;
  const where = stack ?? "make the pool with { leakReport: true } to see where it was acquired";
  console.warn(`millpond: a handle of ${pool} was dropped without release(); it goes back to the pool now.\n${where}`);
  loan.release();
});

/** Pools that the page dropped without closing them. */
const unclosed = new FinalizationRegistry<string>((what) => count(what, -1));

/** @internal Lends a pool's objects as handles, and knows which are out. */
export class Lending {
  /** For messages. */
  readonly name: string;
  readonly #raw: RawPool;
  readonly #leakReport: boolean;
  readonly #what: string;
  #unlist: (() => void) | undefined;
  readonly #out = new Set<Loan>();
  /** Who waits for an object, the first first. */
  readonly #waiting = new Set<() => void>();

  constructor(name: string, raw: RawPool, leakReport: boolean) {
    this.name = name;
    this.#raw = raw;
    this.#leakReport = leakReport;
    this.#what = name.slice(0, name.indexOf(" "));
    this.#unlist = listPools(this);
    count(this.#what, 1);
    unclosed.register(this, this.#what, this);
  }

  pools(): NamedPoolStats[] {
    return [{ name: this.name, ...this.stats() }];
  }

  /** `caller` is left out of the stack. */
  acquire(caller: (...args: never[]) => unknown, atLeast = 0): Loan {
    const index = this.#raw.acquire(atLeast);
    let stack: string | undefined;
    if (this.#leakReport) {
      const at = new Error(`acquired from ${this.name}`);
      // Only V8 can leave out its own frames.
      (Error as { captureStackTrace?: (error: Error, from: unknown) => void }).captureStackTrace?.(at, caller);
      stack = at.stack;
    }
    const loan = new Loan(this, index, stack);
    this.#out.add(loan);
    return loan;
  }

  takeBack(loan: Loan): void {
    if (!this.#out.delete(loan)) return;
    this.#raw.release(loan.index);
    this.#waiting.values().next().value?.();
  }

  /** The same, later if all are lent now; who came first is served first. */
  async acquireWhenFree(caller: (...args: never[]) => unknown, signal?: AbortSignal, atLeast = 0): Promise<Loan> {
    for (let isFirst = this.#waiting.size === 0; ; isFirst = true) {
      if (signal?.aborted) {
        // What came back may have been meant for this one.
        this.#waiting.values().next().value?.();
        throw signal.reason;
      }
      try {
        if (isFirst) return this.acquire(caller, atLeast);
      } catch (error) {
        if (!(error instanceof MillpondError && error.code === "E_POOL_EXHAUSTED")) throw error;
      }
      await this.#released(signal);
    }
  }

  /** Waits for its turn after something came back, or the pool was closed. */
  #released(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
  }

  stats(): PoolStats {
    return readPoolStats((figure) => this.#raw.stats(figure));
  }

  leaks(olderThanMs: number): Leak[] {
    const leaks = [...this.#out].map((loan) => loan.leak).filter(({ ageMs }) => ageMs >= olderThanMs);
    return leaks.sort((a, b) => b.ageMs - a.ageMs);
  }

  close(): Leak[] {
    this.#raw.close();
    if (this.#unlist !== undefined) {
      this.#unlist();
      this.#unlist = undefined;
      unclosed.unregister(this);
      count(this.#what, -1);
    }
    for (const wake of this.#waiting) wake();
    return this.leaks(0);
  }
}

/**
 * An object borrowed from a pool. Give it back with {@link release} or `using`. One that is dropped instead is reported
 * on the console when the garbage collector finds it, and then goes back.
 */
export abstract class Handle {
  readonly #what: string;
  #loan: Loan | undefined;

  /** @internal */
  constructor(what: string, loan: Loan) {
    this.#what = what;
    this.#loan = loan;
    count(what, 1);
    dropped.register(this, { loan, what }, this);
  }

  /** @internal The number that the module knows the object by. */
  get index(): number {
    if (this.#loan === undefined) throw closed(this.#what);
    return this.#loan.index;
  }

  /** @internal The object itself, lent until `copy` has settled: what is released meanwhile goes back only then. */
  protected async during(copy: Promise<void>): Promise<void> {
    if (this.#loan === undefined) throw closed(this.#what);
    await this.#loan.during(copy);
    if (this.#loan === undefined) throw closed(this.#what);
  }

  /** Gives the object back to its pool; also to one that was closed, which then frees it. Doing so twice is harmless. */
  release(): void {
    const loan = this.#loan;
    if (loan === undefined) return;
    this.#loan = undefined;
    dropped.unregister(this);
    count(this.#what, -1);
    loan.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/** Preallocated objects in wasm memory: what the pools have in common. */
export abstract class Pool {
  /** @internal */
  protected readonly lending: Lending;

  /** @internal */
  constructor(lending: Lending) {
    this.lending = lending;
  }

  /** What the pool has done so far. */
  stats(): PoolStats {
    return this.lending.stats();
  }

  /**
   * Objects that are lent, the oldest first. Stacks and ages are known only with `leakReport`; without it, every age
   * is 0.
   */
  leaks(olderThanMs = 0): Leak[] {
    return this.lending.leaks(olderThanMs);
  }

  /**
   * Ends the pool: acquiring throws `E_CLOSED`, free objects are freed now, and lent ones stay good and are freed when
   * they come back. Returns what is still lent. Closing again changes nothing.
   */
  close(): Leak[] {
    return this.lending.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
