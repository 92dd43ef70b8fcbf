/** The page's end of the worker: requests with numbers, answers, events, and what happens when the worker is gone. */

import type { Answer, Event, Events, Problem, Requests } from "./protocol.js";

/** Milliseconds between questions whether the worker is there, and how many it may leave open before it counts as lost. */
const PULSE_MS = 1_000;
const MOST_SILENT = 8;

/** A problem of the worker, with its code. */
export class EngineError extends Error {
  /** millpond's code (`E_…`), or the error's name. */
  readonly code: string;

  constructor({ code, message }: Problem) {
    super(message);
    this.name = "EngineError";
    this.code = code;
  }
}

type Waiting = { resolve: (give: never) => void; reject: (error: Error) => void };
type Listeners = { [N in keyof Events]?: (data: Events[N]) => void };

/** One worker. */
export class EngineClient {
  readonly #worker: Worker;
  readonly #listeners: Listeners;
  readonly #waiting = new Map<number, Waiting>();
  readonly #pulse: number;
  #id = 0;
  /** Pulses since the worker was heard. Counted, not timed: a page in the background sleeps. */
  #silent = 0;
  #lost = false;

  /**
   * Starts the worker.
   *
   * @param listeners - Told of the worker's events.
   * @param onLost - Told when the worker fails or answers no longer (true), and when it answers after all (false).
   */
  constructor(listeners: Listeners, onLost: (lost: boolean, why: string) => void) {
    this.#listeners = listeners;
    this.#worker = new Worker("engine.js", { type: "module" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Answer | Event>) => {
      this.#silent = 0;
      if (this.#lost) onLost((this.#lost = false), "");
      this.#hear(data);
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      onLost((this.#lost = true), event.message || "its script could not be loaded");
    });
    this.#pulse = setInterval(() => {
      if (this.#silent === 0) void this.request("stats").catch(() => {});
      this.#silent += 1;
      if (this.#silent > MOST_SILENT && !this.#lost) onLost((this.#lost = true), "it does not answer");
    }, PULSE_MS);
  }

  /**
   * Asks the worker for something.
   *
   * @throws EngineError with the worker's problem.
   */
  request<N extends keyof Requests>(
    name: N,
    ...[take, transfer]: Requests[N]["take"] extends void ? [] : [take: Requests[N]["take"], transfer?: Transferable[]]
  ): Promise<Requests[N]["give"]> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, take }, transfer ?? []);
    });
  }

  /** Ends the worker; what was asked for fails. */
  terminate(): void {
    clearInterval(this.#pulse);
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new EngineError({ code: "E_LOST", message: "the worker was ended" }));
    this.#waiting.clear();
  }

  #hear(data: Answer | Event): void {
    if ("event" in data) {
      (this.#listeners[data.event] as ((data: unknown) => void) | undefined)?.(data.data);
      return;
    }
    const waiting = this.#waiting.get(data.id);
    this.#waiting.delete(data.id);
    if ("problem" in data) waiting?.reject(new EngineError(data.problem));
    else waiting?.resolve(data.give as never);
  }
}
