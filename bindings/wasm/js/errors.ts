/** Numbers and words that were wrong, by name. */
export type ErrorDetails = Readonly<Record<string, number | string>>;

/**
 * Every error that millpond throws. The `code` is stable and the same as the command's (`E_CLOSED`,
 * `E_POOL_EXHAUSTED`, `E_UNSUPPORTED_FORMAT` and so on); the message names what was wrong, and `details` has it for
 * programs: `{ needed, got }` of `E_BUFFER_TOO_SMALL`, `{ name, value, expected }` of `E_BAD_PARAMETER`,
 * `{ expected, got }` of `E_MISMATCH`, `{ what, index, count }` of `E_NO_SUCH`.
 */
export class MillpondError extends Error {
  /** The stable code. */
  readonly code: string;
  /** What was wrong, with the names of the fields that the Rust library's error has; empty where there is nothing to say. */
  readonly details: ErrorDetails;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = "MillpondError";
    this.code = code;
    this.details = details;
  }

  /** @internal The module adds a number to the details. */
  number(name: string, value: number): void {
    (this.details as Record<string, number | string>)[name] = value;
  }

  /** @internal The module adds a word to the details. */
  word(name: string, value: string): void {
    (this.details as Record<string, number | string>)[name] = value;
  }
}

/** @internal The error of a buffer that is too short for what the call needs. */
export function tooSmall(what: string, needed: number, got: number): MillpondError {
  return new MillpondError("E_BUFFER_TOO_SMALL", `${what} too small: needed ${needed}, got ${got}`, { needed, got });
}

/** @internal The error of a parameter out of its range. */
export function badParameter(name: string, value: number | string, expected: string): MillpondError {
  return new MillpondError("E_BAD_PARAMETER", `bad ${name} ${value}: ${expected}`, { name, value, expected });
}
