/**
 * The demo's worker: takes the page's requests and answers them. What answers is imported only now, since millpond waits for
 * its module at its top level, and messages that come before there is a listener would be lost.
 */

import type { Answer, Event, Request } from "../protocol.js";
import { problemOf } from "./problem.js";

const post = (message: Answer | Event, transfer: Transferable[] = []) => postMessage(message, { transfer });
const starting = import("./engine.js").then(({ Engine }) => new Engine((event) => post(event)));
// Each request says what went wrong.
starting.catch(() => {});

onmessage = async ({ data: { id, name, take } }: MessageEvent<Request>) => {
  try {
    const engine = await starting;
    post({ id, give: await engine[name](take as never) });
  } catch (error) {
    post({ id, problem: problemOf(error) });
  }
};
