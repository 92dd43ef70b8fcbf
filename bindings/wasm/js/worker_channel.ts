/**
 * Calls to a worker, and their answers. Once the worker is lost, every call fails with `E_WORKER_LOST`: those under way
 * and later ones.
 */

import { MillpondError } from "./errors.js";
import { isOfWeb, listen, notStarted, post, type NodeWorker } from "./worker_host.js";
import type { Jobs } from "./worker_jobs.js";
import type { Answer, FromWorker, Ready } from "./worker_messages.js";

interface Waiting {
  resolve(give: unknown): void;
  reject(reason: unknown): void;
}

/** What a call is made with. */
export interface CallOptions {
  /** Buffers, frames and canvases among the arguments that are moved. */
  transfer?: Transferable[];
  signal?: AbortSignal | undefined;
}

export class Channel {
  readonly #worker: Worker | NodeWorker;
  readonly #waiting = new Map<number, Waiting>();
  /** Ends the wait for the worker's lock. */
  readonly #watching = new AbortController();
  /** Why nothing can be asked any more. */
  #end: { readonly reason: unknown } | undefined;
  #count = 0;

  private constructor(worker: Worker | NodeWorker) {
    this.#worker = worker;
    listen(worker, (message) => this.#heard(message), (why) => this.#lost(why));
  }

  /** Starts a worker, which is ended if that fails. */
  static async start(
    worker: Worker | NodeWorker,
    module: Promise<WebAssembly.Module>,
    signal: AbortSignal | undefined,
  ): Promise<Channel> {
    const channel = new Channel(worker);
    const abort = () => channel.end(signal!.reason);
    signal?.addEventListener("abort", abort);
    try {
      await channel.#begin(module);
    } catch (error) {
      channel.end(error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    return channel;
  }

  /** A number for something new in the worker. */
  handle(): number {
    return ++this.#count;
  }

  /** Has a job done. Rejected at once if the signal says so: a job that has begun is finished for nobody. */
  call<N extends keyof Jobs>(
    job: N,
    take: Parameters<Jobs[N]>,
    { transfer, signal }: CallOptions = {},
  ): Promise<Awaited<ReturnType<Jobs[N]>>> {
    if (this.#end !== undefined) return Promise.reject(this.#end.reason);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = ++this.#count;
    const answer = new Promise<Awaited<ReturnType<Jobs[N]>>>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (give: unknown) => void, reject });
    });
    try {
      post(this.#worker, { id, job, take, cancellable: signal !== undefined }, transfer);
    } catch (error) {
      // Something among the arguments cannot be cloned or moved.
      this.#settle(id)!.reject(error);
    }
    return signal === undefined ? answer : this.#unlessAborted(id, answer, signal);
  }

  /** Ends the worker. What was asked, and what will be, fails with the reason. */
  end(reason: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#watching.abort();
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  /** Hands the module over and waits until the worker has it: the call number 0. */
  async #begin(module: Promise<WebAssembly.Module>): Promise<void> {
    const lock = isOfWeb(this.#worker) && globalThis.navigator?.locks ? `millpond ${crypto.randomUUID()}` : undefined;
    const { locked } = await new Promise<Ready>((resolve, reject) => {
      this.#waiting.set(0, { resolve: resolve as (give: unknown) => void, reject });
      module.then((module) => post(this.#worker, { module, lock })).catch(reject);
    });
    // A worker that is terminated from elsewhere says nothing, but its lock comes free.
    if (lock === undefined || !locked) return;
    const { signal } = this.#watching;
    navigator.locks.request(lock, { signal }, () => this.#lost("it was terminated")).catch(() => {});
  }

  #heard(message: FromWorker): void {
    if ("lost" in message) this.#lost(message.lost);
    else if ("ready" in message) this.#settle(0)?.resolve(message);
    else this.#answered(message);
  }

  #answered(answer: Answer): void {
    const waiting = this.#settle(answer.id);
    if ("give" in answer) waiting?.resolve(answer.give);
    else if ("thrown" in answer) waiting?.reject(answer.thrown);
    else waiting?.reject(new MillpondError(answer.problem.code, answer.problem.message, answer.problem.details));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #lost(why: string): void {
    const error = this.#waiting.has(0)
      ? notStarted(why)
      : new MillpondError("E_WORKER_LOST", `the worker was lost: ${why}`);
    this.end(error);
  }

  async #unlessAborted<T>(id: number, answer: Promise<T>, signal: AbortSignal): Promise<T> {
    const abort = () => {
      post(this.#worker, { cancel: id });
      this.#settle(id)?.reject(signal.reason);
    };
    signal.addEventListener("abort", abort);
    try {
      return await answer;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
