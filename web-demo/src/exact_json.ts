/**
 * JSON whose numbers stay as they are written. Scene files mean the decimals that stand in them, and a number of
 * JavaScript is not always one: a value that nobody edits must come out as it came in.
 */

/** A number as it is written. */
export class Exact {
  constructor(readonly text: string) {}

  /** Its value as a number of JavaScript. */
  get value(): number {
    return Number(this.text);
  }
}

/** What JSON can say, with {@link Exact} for numbers. */
export type Json = Exact | string | boolean | null | Json[] | { [key: string]: Json };

/** An edited number, with at most three decimals. */
export function exact(value: number): Exact {
  return new Exact(String(Number(value.toFixed(3)) + 0));
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[-\d][-+.\deE]*|true|false|null|[[\]{}]/g;

/**
 * Reads JSON.
 *
 * @throws SyntaxError if it is not JSON.
 */
export function parseExact(text: string): Json {
  JSON.parse(text);
  // It is JSON, so commas and colons say nothing that the other tokens do not.
  const tokens = text.match(TOKENS)!;
  let at = 0;
  const value = (): Json => {
    const token = tokens[at++]!;
    if (token === "{") {
      const entries: [string, Json][] = [];
      while (tokens[at] !== "}") entries.push([JSON.parse(tokens[at++]!), value()]);
      at += 1;
      return Object.fromEntries(entries);
    }
    if (token === "[") {
      const values: Json[] = [];
      while (tokens[at] !== "]") values.push(value());
      at += 1;
      return values;
    }
    return /[-\d]/.test(token[0]!) ? new Exact(token) : JSON.parse(token);
  };
  return value();
}

const WIDTH = 110;

/** Writes JSON as a person would: what fits on a line stands on one. */
export function writeExact(value: Json, indent = ""): string {
  if (value instanceof Exact) return value.text;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const deeper = `${indent}  `;
  const [open, close, parts] = Array.isArray(value)
    ? ["[", "]", (inside: string) => value.map((item) => writeExact(item, inside))]
    : ["{", "}", (inside: string) => Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${writeExact(item, inside)}`)];
  const line = `${open}${parts(deeper).join(", ")}${close}`;
  // The document itself, and lists of objects, are broken so that a line is a thing.
  const broken = indent === "" || line.includes("\n") || indent.length + line.length > WIDTH || (Array.isArray(value) && line.includes("{"));
  if (!broken || line.length === 2) return line;
  return `${open}\n${parts(deeper).map((part) => deeper + part).join(",\n")}\n${indent}${close}`;
}
