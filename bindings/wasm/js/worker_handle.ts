import "./dispose.js";
import { MillpondError } from "./errors.js";
import type { CallOptions, Channel } from "./worker_channel.js";
import type { Jobs } from "./worker_jobs.js";

/** Jobs of something that the worker keeps under a number. */
type Rest<N extends keyof Jobs> = Parameters<Jobs[N]> extends [handle: number, ...rest: infer R] ? R : never;

/** Something that a worker keeps for its page. */
export abstract class WorkerHandle {
  readonly #what: string;
  readonly #handle: number;
  #channel: Channel | undefined;

  /** @internal */
  constructor(what: string, channel: Channel, handle: number) {
    this.#what = what;
    this.#channel = channel;
    this.#handle = handle;
  }

  /** @internal */
  protected call<N extends keyof Jobs>(job: N, rest: Rest<N>, options?: CallOptions): Promise<Awaited<ReturnType<Jobs[N]>>> {
    if (this.#channel === undefined) return Promise.reject(new MillpondError("E_CLOSED", `this ${this.#what} was closed`));
    return this.#channel.call(job, [this.#handle, ...rest] as unknown as Parameters<Jobs[N]>, options);
  }

  /** Frees what the worker keeps, after the calls that were made before. Doing so twice is harmless. */
  close(): void {
    // If the worker is lost, it keeps nothing.
    this.#channel?.call("close", [this.#handle]).catch(() => {});
    this.#channel = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
