/**
 * Every error that millpond throws. The `code` is stable and the same as the command's (`E_CLOSED`,
 * `E_POOL_EXHAUSTED`, `E_UNSUPPORTED_FORMAT` and so on); the message names the numbers that were wrong.
 */
export class MillpondError extends Error {
  /** The stable code. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "MillpondError";
    this.code = code;
  }
}

/** A handle's inner object, or the error that says the handle was closed. */
export function opened<T>(inner: T | undefined, what: string): T {
  if (inner === undefined) throw new MillpondError("E_CLOSED", `this ${what} was closed`);
  return inner;
}
