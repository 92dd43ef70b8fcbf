/** What the page says when something is wrong, missing or done. */

import { element, make, text } from "./dom.js";
import { EngineError } from "./engine_client.js";
import type { Problem } from "./protocol.js";

const TOAST_MS = 3_000;

/** What is said of an error: its code, if it has one of millpond's, and its message. */
export function wordsOf(error: unknown): string {
  if (error instanceof EngineError) return wordsOf({ code: error.code, message: error.message } satisfies Problem);
  if (error instanceof Error) return error.message;
  const { code, message } = error as Problem;
  return code?.startsWith("E_") ? `${code}: ${message}` : String(message ?? error);
}

/** The places where the page says so. */
export class Notices {
  #warning = "";
  #missing = "";
  #toast = 0;

  constructor() {
    element("refused").querySelector("button")!.addEventListener("click", () => (element("refused").hidden = true));
  }

  /** Says over the picture what goes on, or nothing. */
  say(message: string): void {
    text("message", message);
    element("message").classList.remove("bad");
  }

  /** Says over the picture why there is none; undefined takes that back. */
  fail(error: unknown): void {
    this.say(error === undefined ? "" : wordsOf(error));
    element("message").classList.toggle("bad", error !== undefined);
  }

  /** Says what is wrong though the rest goes on; undefined takes that back. */
  warn(error: unknown): void {
    this.#warning = error === undefined ? "" : wordsOf(error);
    this.#tell();
  }

  /** Says what must be given before the scene can be shown whole. */
  missing(what: string): void {
    this.#missing = what;
    this.#tell();
  }

  /** Says that the worker is gone, and offers a new one. */
  lost(why: string): void {
    this.fail(new Error(`The worker that makes the pictures is lost: ${why}. The document is safe.`));
    element("restart").hidden = false;
  }

  /** The worker is there again. */
  found(): void {
    this.fail(undefined);
    element("restart").hidden = true;
  }

  /** Lists files that were not used. */
  refuse(files: { name: string; problem: Problem }[]): void {
    const list = element("refused").querySelector("ul")!;
    list.replaceChildren(...files.map(({ name, problem }) => make("li", {}, make("b", {}, name), ` ${wordsOf(problem)}`)));
    element("refused").hidden = files.length === 0;
  }

  /** Says for a moment that something is done. */
  toast(message: string): void {
    text("toast", message);
    clearTimeout(this.#toast);
    this.#toast = setTimeout(() => text("toast", ""), TOAST_MS);
  }

  #tell(): void {
    text("warning", [this.#warning, this.#missing].filter(Boolean).join(" "));
  }
}
