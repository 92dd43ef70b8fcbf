/**
 * What a page and its worker say to each other. Calls are numbered and answered; the worker does them one after another,
 * in the order in which they were made.
 */

import type { ErrorDetails } from "./errors.js";
import type { Jobs } from "./worker_jobs.js";

/** The first message to the worker. `lock` is a name of the Web Locks, which only a worker that lives can hold. */
export interface Start {
  module: WebAssembly.Module;
  lock: string | undefined;
}

/** A call. One that may be cancelled waits for cancellations that are on their way. */
export interface Call {
  id: number;
  job: keyof Jobs;
  take: unknown[];
  cancellable: boolean;
}

/** A call that need not be done if it has not begun. */
export interface Cancel {
  cancel: number;
}

/** The first message from the worker: it can compute, and whether it holds the lock. */
export interface Ready {
  ready: true;
  locked: boolean;
}

/** A millpond error as it crosses over. Others are cloned as they are. */
export interface Problem {
  code: string;
  message: string;
  details: ErrorDetails;
}

export type Answer = { id: number; give: unknown } | { id: number; problem: Problem } | { id: number; thrown: unknown };

/** The worker cannot go on. */
export interface Lost {
  lost: string;
}

export type ToWorker = Start | Call | Cancel;
export type FromWorker = Ready | Answer | Lost;

/** The buffers of arrays, each once: what is moved along with them. Shared memory cannot be moved and need not be. */
export function buffersOf(...arrays: readonly (ArrayBufferView | undefined)[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const array of arrays) if (array?.buffer instanceof ArrayBuffer) buffers.add(array.buffer);
  return [...buffers];
}
