/** Errors as they cross over to the page. */

import type { Problem } from "../protocol.js";

/** millpond's code, or the error's name, and what it says. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { code: "Error", message: String(error) };
  const { code } = error as { code?: unknown };
  return { code: typeof code === "string" ? code : error.name, message: error.message };
}
