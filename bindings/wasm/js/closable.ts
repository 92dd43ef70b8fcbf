import "./dispose.js";
import { MillpondError } from "./errors.js";

/** How many objects of each class are open. */
const open = new Map<string, number>();

/** @internal Notes that so many more objects of a class are open. */
export function count(what: string, more: 1 | -1): void {
  const now = (open.get(what) ?? 0) + more;
  if (now > 0) open.set(what, now);
  else open.delete(what);
}

/** @internal How many objects of each class are open; classes without any are left out. */
export function openHandles(): Record<string, number> {
  return Object.fromEntries(open);
}

/** @internal The error of a handle that is used after it was closed. */
export function closed(what: string): MillpondError {
  return new MillpondError("E_CLOSED", `this ${what} was closed`);
}

// wasm-bindgen frees what a dropped object held.
const dropped = new FinalizationRegistry<string>((what) => count(what, -1));

/** Something that holds memory of the module until it is closed: every class of the package but pools and what they lend. */
export abstract class Closable {
  readonly #what: string;
  #owned: { free(): void } | undefined;

  /** @internal */
  constructor(what: string, owned: { free(): void }) {
    this.#what = what;
    this.#owned = owned;
    count(what, 1);
    dropped.register(this, what, this);
  }

  /** @internal The module's part of this object, unless it was closed. */
  protected opened<Inner>(inner: Inner): Inner {
    if (this.#owned === undefined) throw closed(this.#what);
    return inner;
  }

  /** Frees all that it holds. Every later use throws `E_CLOSED`; closing again changes nothing. */
  close(): void {
    const owned = this.#owned;
    if (owned === undefined) return;
    this.#owned = undefined;
    dropped.unregister(this);
    count(this.#what, -1);
    owned.free();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
