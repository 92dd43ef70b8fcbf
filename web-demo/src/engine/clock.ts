/** What time it is in a scene that plays. */

/** The clock of a scene that plays. */
export interface Clock {
  /** The time of the scene in seconds that is seen and heard now; it never goes back. */
  time(): number;
  /** Whether it has stopped for good without being told to. */
  readonly lost: boolean;
}

/** A clock without sound. */
export class SilentClock implements Clock {
  readonly lost = false;
  readonly #from: number;
  readonly #begin = performance.now();

  /** @param from - The time of the scene now, in seconds. */
  constructor(from: number) {
    this.#from = from;
  }

  time(): number {
    return this.#from + (performance.now() - this.#begin) / 1000;
  }
}
