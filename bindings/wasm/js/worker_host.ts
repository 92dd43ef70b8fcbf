/**
 * The worker behind a page: a `Worker` of the web's, or one of `node:worker_threads`, which tell differently what becomes
 * of them.
 */

import source from "worker-thread-source";
import { MillpondError } from "./errors.js";
import type { FromWorker, ToWorker } from "./worker_messages.js";

/** A worker of `node:worker_threads`, as far as it is used. */
export interface NodeWorker {
  /** Sends to it, and moves what `transfer` lists. */
  postMessage(message: unknown, transfer?: readonly never[]): void;
  /** Listens to `message`, `messageerror`, `error` and `exit`. */
  on(event: string, listener: (value: any) => void): unknown;
  /** Ends it. */
  terminate(): unknown;
}

interface NodeScope {
  process: { getBuiltinModule(name: string): { Worker: new (source: string, options: object) => NodeWorker } };
}

const REMEDY = 'where blob: may not be a worker, give start() one whose script is: import "millpond/worker-thread"';

/** The error of a worker that does not start. */
export function notStarted(why: string): MillpondError {
  return new MillpondError("E_NO_WORKER", `the worker did not start: ${why}; ${REMEDY}`);
}

let address: string | undefined;

/** A worker with the script that the package carries. */
export function ownWorker(): Worker | NodeWorker {
  if (typeof Worker === "undefined") {
    const node = (globalThis as unknown as NodeScope).process.getBuiltinModule("node:worker_threads");
    return new node.Worker(source, { eval: true });
  }
  address ??= URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return new Worker(address, { type: "module", name: "millpond" });
  } catch (error) {
    // A policy that wants trusted types.
    throw notStarted(String(error));
  }
}

/** Whether a worker is one of the web's. */
export const isOfWeb = (worker: Worker | NodeWorker): worker is Worker => "addEventListener" in worker;

/** Listens to a worker: to what it says, and to why it cannot say anything any more. */
export function listen(worker: Worker | NodeWorker, heard: (message: FromWorker) => void, lost: (why: string) => void): void {
  const garbled = () => lost("a message could not be read");
  if (isOfWeb(worker)) {
    worker.addEventListener("message", ({ data }) => heard(data));
    worker.addEventListener("messageerror", garbled);
    worker.addEventListener("error", (event) => {
      // It is told here; the console need not hear of it as well.
      event.preventDefault();
      lost(event.message ?? "its script could not be loaded");
    });
  } else {
    worker.on("message", heard);
    worker.on("messageerror", garbled);
    worker.on("error", (error: unknown) => lost(String(error)));
    worker.on("exit", (code: number) => lost(`it ended with ${code}`));
  }
}

export function post(worker: Worker | NodeWorker, message: ToWorker, transfer: Transferable[] = []): void {
  (worker as Worker).postMessage(message, transfer);
}
