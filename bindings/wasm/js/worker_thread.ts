/**
 * The entry `millpond/worker-thread`: the worker's side of `millpond/worker`, for pages whose content security policy
 * forbids workers from `blob:`. Such a worker's script is one line:
 *
 * ```js
 * import "millpond/worker-thread";
 * ```
 *
 * It carries no module: the page hands its own over, compiled.
 *
 * @packageDocumentation
 */

import { initSync } from "../pkg/full/millpond_wasm.js";
import { MillpondError } from "./errors.js";
import { adopt } from "./module.js";
import { jobs } from "./worker_jobs.js";
import {
  buffersOf,
  type Answer,
  type Call,
  type FromWorker,
  type Lost,
  type Ready,
  type Start,
  type ToWorker,
} from "./worker_messages.js";

interface Port {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  onmessageerror: (() => void) | null;
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

/** Where the page is: behind the worker's scope, in node behind a port. */
function portOf(scope: { process?: { getBuiltinModule?(name: string): { parentPort: Port | null } } }): Port {
  return scope.process?.getBuiltinModule?.("node:worker_threads").parentPort ?? (scope as unknown as Port);
}

const port = portOf(globalThis as object);
const calls: Call[] = [];
let isBusy = false;

port.onmessage = ({ data }) => {
  if ("module" in data) void start(data);
  else if ("cancel" in data) cancel(data.cancel);
  else {
    calls.push(data);
    if (!isBusy) void work();
  }
};

port.onmessageerror = () => port.postMessage({ lost: "a message could not be read" }, []);

async function start({ module, lock }: Start): Promise<void> {
  try {
    adopt(initSync({ module }), module);
    port.postMessage({ ready: true, locked: lock !== undefined && (await hold(lock)) } satisfies Ready, []);
  } catch (error) {
    port.postMessage({ lost: String(error) }, []);
  }
}

/** Takes a lock for as long as this scope lives. Whether it could be had. */
function hold(name: string): Promise<boolean> {
  return new Promise((had) => {
    const forever = () => (had(true), new Promise<never>(() => {}));
    navigator.locks.request(name, forever).catch(() => had(false));
  });
}

/** Forgets a call that has not begun. */
function cancel(id: number): void {
  const at = calls.findIndex((call) => call.id === id);
  if (at >= 0) calls.splice(at, 1);
}

async function work(): Promise<void> {
  isBusy = true;
  while (calls.length > 0) {
    const call = calls[0]!;
    if (call.cancellable) await messagesBefore();
    if (calls[0] !== call) continue;
    calls.shift();
    const message = await done(call);
    port.postMessage(message, "give" in message ? movable(message.give) : []);
    // Still busy: nothing more is begun.
    if ("lost" in message) return;
  }
  isBusy = false;
}

/** Waits for the messages that have come but were not looked at. */
function messagesBefore(): Promise<void> {
  return new Promise((seen) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), seen());
    port2.postMessage(0);
  });
}

async function done({ id, job, take }: Call): Promise<Answer | Lost> {
  try {
    return { id, give: await (jobs[job] as (...take: unknown[]) => unknown)(...take) };
  } catch (error) {
    if (error instanceof MillpondError) {
      const { code, message, details } = error;
      return { id, problem: { code, message, details } };
    }
    // After a trap nothing in the module's memory can be trusted.
    if (error instanceof WebAssembly.RuntimeError) return { lost: `WebAssembly: ${error.message}` };
    return { id, thrown: error };
  }
}

/** What of a job's result is moved to the page: all that can be. */
function movable(give: unknown): Transferable[] {
  if (typeof give !== "object" || give === null) return [];
  if (typeof VideoFrame !== "undefined" && give instanceof VideoFrame) return [give];
  if (ArrayBuffer.isView(give)) return buffersOf(give);
  const values = "planes" in give ? (give.planes as unknown[]) : Object.values(give);
  return buffersOf(...values.filter((value) => ArrayBuffer.isView(value)));
}
