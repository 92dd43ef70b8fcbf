// A peer's conversation: each line of input is a JSON array, each line of output the JSON object that answers it.
import { createInterface } from "node:readline";

/** Answers until the input ends. */
export async function converse(answer) {
  for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await answer(JSON.parse(line))));
}
