/** Errors: how they are made here, and how they cross over to the page. */

import type { Problem } from "../protocol.js";

/** millpond's code, or the error's name, and what it says. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { code: "Error", message: String(error) };
  const { code } = error as { code?: unknown };
  return { code: typeof code === "string" ? code : error.name, message: error.message };
}

/** An error with a code of the demo's own. */
export function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
