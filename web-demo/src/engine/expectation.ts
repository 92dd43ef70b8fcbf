/** What `millpond render --hash` wrote: a line per frame, `index TAB time TAB SHA-256`, to compare with what is shown. */

import type { Verdict } from "../protocol.js";
import { failure } from "./problem.js";

/** The hashes of a native render. */
export class Expectation {
  readonly #hashes = new Map<number, string>();

  /** Reads such a file. Throws an error that names the first line that is not one of its. */
  constructor(text: string) {
    const lines = text.split(/\r?\n/);
    if (lines.at(-1) === "") lines.pop();
    if (lines.length === 0) throw malformed(1, "the file is empty");
    lines.forEach((line, index) => {
      const found = /^(\d{1,9})\t\d+\/[1-9]\d*\t([0-9a-f]{64})$/.exec(line);
      if (found === null) throw malformed(index + 1, "expected a frame, its time as a fraction and a SHA-256, with tabs between");
      const frame = Number(found[1]);
      if (this.#hashes.has(frame)) throw malformed(index + 1, `frame ${frame} is there twice`);
      this.#hashes.set(frame, found[2]!);
    });
  }

  /** How many frames there are. */
  get frames(): number {
    return this.#hashes.size;
  }

  /** Whether a hash is the expected one; undefined if the file says nothing about the frame. */
  verdict(frame: number, hash: () => string): Verdict {
    const expected = this.#hashes.get(frame);
    return expected === undefined ? undefined : hash() === expected ? "equal" : "different";
  }
}

function malformed(line: number, what: string): Error {
  return failure("E_BAD_HASH_FILE", `line ${line}: ${what}`);
}
