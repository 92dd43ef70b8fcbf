/** The way to the speakers: opened when something is first played, since a page must have been clicked to make sound. */

import type { EngineClient } from "./engine_client.js";
import { openSpeaker, type SpeakerNode } from "./speaker_node.js";

/** Samples a second of the mix. */
const SAMPLE_RATE = 48_000;
/** Milliseconds that a sound card may take to wake up. */
const WAKING_MS = 3_000;

/** The way from one worker. */
export class Speakers {
  #node: SpeakerNode | undefined;

  /**
   * Opens the way, if it is not open.
   *
   * @throws Error if the browser opens none: scenes then play in silence.
   */
  async open(client: EngineClient): Promise<void> {
    // A system may have put it to sleep.
    if (this.#node !== undefined) return void this.#node.context.resume();
    const opening = openSpeaker(SAMPLE_RATE);
    // A browser without a sound card may wait for one for ever.
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, WAKING_MS));
    const node = await Promise.race([opening, late]);
    if (node === undefined) {
      opening.then(({ context }) => context.close()).catch(() => {});
      throw new Error("The browser opens no way to the speakers: it plays in silence.");
    }
    this.#node = node;
    await client.request("speaker", { port: node.port, latency: node.latency }, [node.port]);
  }

  /** Closes it. */
  close(): void {
    void this.#node?.context.close();
    this.#node = undefined;
  }
}
