/**
 * mediabunny's packets through a WebCodecs decoder, a few outputs ahead of whoever takes them. Few are ever outstanding:
 * a video decoder has only so many frames, and stops when none comes back.
 */

import type { EncodedPacket } from "mediabunny";

/** What `VideoDecoder` and `AudioDecoder` have in common. */
type Decoder = Pick<VideoDecoder | AudioDecoder, "addEventListener" | "close" | "decodeQueueSize" | "flush" | "reset"> & {
  readonly state: CodecState;
};

/** How far it may run ahead. */
export interface Ahead {
  /** Outputs that wait to be taken, at most. */
  outputs: number;
  /** Packets that wait in the decoder, at most. */
  chunks: number;
}

/** A decoder, its packets and its outputs. */
export class Decoding<D extends Decoder, Output extends { close(): void }> {
  /** The decoder, for configuring it and giving it packets. */
  readonly decoder: D;
  readonly #decode: (packet: EncodedPacket) => void;
  readonly #ahead: Ahead;
  readonly #outputs: Output[] = [];
  #packets: AsyncGenerator<EncodedPacket, void> | undefined;
  #feeding = false;
  #drained = false;
  #error: unknown;
  #wake = () => {};

  /**
   * @param make - Makes the decoder with these callbacks.
   * @param decode - Gives a packet to the decoder.
   */
  constructor(
    make: (output: (output: Output) => void, error: (error: unknown) => void) => D,
    decode: (packet: EncodedPacket) => void,
    ahead: Ahead,
  ) {
    const output = (output: Output) => {
      this.#outputs.push(output);
      this.#wake();
    };
    this.decoder = make(output, (error) => this.#fail(error));
    this.decoder.addEventListener("dequeue", () => void this.#feed());
    this.#decode = decode;
    this.#ahead = ahead;
  }

  /** Decodes these packets from now on. The decoder was {@link stop}ped and configured. */
  start(packets: AsyncGenerator<EncodedPacket, void>): void {
    this.#packets = packets;
    void this.#feed();
  }

  /** The next output, without taking it; undefined after the last. */
  async peek(): Promise<Output | undefined> {
    for (;;) {
      if (this.#outputs[0] !== undefined) return this.#outputs[0];
      if (this.#error !== undefined) throw this.#error;
      if (this.#drained) return undefined;
      const woken = new Promise<void>((wake) => (this.#wake = wake));
      void this.#feed();
      await woken;
    }
  }

  /** Takes the output that {@link peek} gave: the caller closes it. */
  take(): Output | undefined {
    const output = this.#outputs.shift();
    void this.#feed();
    return output;
  }

  /** Forgets packets and outputs; the decoder must be configured anew. */
  stop(): void {
    void this.#packets?.return();
    this.#packets = undefined;
    this.#drained = false;
    if (this.decoder.state === "configured") this.decoder.reset();
    for (const output of this.#outputs.splice(0)) output.close();
  }

  /** Frees the decoder and its outputs. */
  close(): void {
    this.stop();
    if (this.decoder.state !== "closed") this.decoder.close();
  }

  /** Gives packets to the decoder as long as there is room: called when it starts, has taken one, or an output went. */
  async #feed(): Promise<void> {
    if (this.#feeding || this.#packets === undefined) return;
    this.#feeding = true;
    const packets = this.#packets;
    const { outputs, chunks } = this.#ahead;
    try {
      while (this.#outputs.length < outputs && this.decoder.decodeQueueSize < chunks) {
        const { value: packet } = await packets.next();
        if (packets !== this.#packets) break;
        if (packet) {
          this.#decode(packet);
          continue;
        }
        await this.decoder.flush();
        if (packets === this.#packets) {
          this.#packets = undefined;
          this.#drained = true;
          this.#wake();
        }
        break;
      }
    } catch (error) {
      // A stop resets the decoder, which ends a flush with an error that is none.
      if (packets === this.#packets) this.#fail(error);
    } finally {
      this.#feeding = false;
    }
    if (packets !== this.#packets) void this.#feed();
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    this.#wake();
  }
}
