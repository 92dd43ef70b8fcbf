/**
 * mediabunny's packets through a WebCodecs decoder, a few outputs ahead of whoever takes them. Few are ever outstanding:
 * a video decoder has only so many frames, and stops when none comes back.
 */

import type { EncodedPacket } from "mediabunny";
import { MillpondError } from "millpond";

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

/** What lives now: decoders, and outputs that were neither closed nor {@link release}d. */
export const live = { decoders: 0, outputs: 0 };

/** Closes an output that was taken. */
export function release(output: { close(): void }): void {
  output.close();
  live.outputs -= 1;
}

/** A decoder, its packets and its outputs. */
export class Decoding<D extends Decoder, Output extends { close(): void }> {
  readonly #make: () => D;
  readonly #decode: (decoder: D, packet: EncodedPacket) => void;
  readonly #ahead: Ahead;
  readonly #outputs: Output[] = [];
  #decoder: D | undefined;
  #packets: AsyncGenerator<EncodedPacket, void> | undefined;
  #feeding = false;
  #drained = false;
  #closed = false;
  #error: unknown;
  #wake = () => {};

  /**
   * @param make - Makes the decoder with these callbacks; again after it has failed.
   * @param decode - Gives a packet to the decoder.
   */
  constructor(
    make: (output: (output: Output) => void, error: (error: unknown) => void) => D,
    decode: (decoder: D, packet: EncodedPacket) => void,
    ahead: Ahead,
  ) {
    const output = (output: Output) => {
      live.outputs += 1;
      this.#outputs.push(output);
      this.#wake();
    };
    this.#make = () => make(output, (error) => this.#fail(error));
    this.#decode = decode;
    this.#ahead = ahead;
  }

  /**
   * Forgets packets, outputs and what has failed, and decodes these packets from now on.
   *
   * @throws MillpondError `E_CLOSED`.
   */
  restart(configure: (decoder: D) => void, packets: AsyncGenerator<EncodedPacket, void>): void {
    this.#stop();
    if (this.#closed) throw closed();
    this.#error = undefined;
    configure(this.#working());
    this.#packets = packets;
    void this.#feed();
  }

  /** The next output, without taking it; undefined after the last. */
  async peek(): Promise<Output | undefined> {
    for (;;) {
      if (this.#outputs[0] !== undefined) return this.#outputs[0];
      if (this.#error !== undefined) throw this.#error;
      if (this.#drained) return undefined;
      if (this.#packets === undefined) throw new Error("nothing is being decoded");
      const woken = new Promise<void>((wake) => (this.#wake = wake));
      void this.#feed();
      await woken;
    }
  }

  /** Takes the output that {@link peek} gave: the caller {@link release}s it. */
  take(): Output | undefined {
    const output = this.#outputs.shift();
    void this.#feed();
    return output;
  }

  /** Frees the decoder and its outputs; whoever waits for one gets `E_CLOSED`. */
  close(): void {
    this.#stop();
    this.#drop();
    this.#closed = true;
    this.#fail(closed());
  }

  #stop(): void {
    void this.#packets?.return();
    this.#packets = undefined;
    this.#drained = false;
    if (this.#decoder?.state === "configured") this.#decoder.reset();
    for (const output of this.#outputs.splice(0)) release(output);
  }

  /** The decoder, or a new one: one that has failed is closed for good. */
  #working(): D {
    if (this.#decoder?.state === "closed") this.#drop();
    if (this.#decoder === undefined) {
      this.#decoder = this.#make();
      this.#decoder.addEventListener("dequeue", () => void this.#feed());
      live.decoders += 1;
    }
    return this.#decoder;
  }

  #drop(): void {
    if (this.#decoder === undefined) return;
    if (this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = undefined;
    live.decoders -= 1;
  }

  /** Gives packets to the decoder as long as there is room: called when it starts, has taken one, or an output went. */
  async #feed(): Promise<void> {
    if (this.#feeding || this.#packets === undefined) return;
    this.#feeding = true;
    const [packets, decoder] = [this.#packets, this.#decoder!];
    const { outputs, chunks } = this.#ahead;
    try {
      while (this.#outputs.length < outputs && decoder.decodeQueueSize < chunks) {
        const { value: packet } = await packets.next();
        if (packets !== this.#packets) break;
        if (packet) {
          this.#decode(decoder, packet);
          continue;
        }
        await decoder.flush();
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
    this.#packets = undefined;
    this.#wake();
  }
}

function closed(): MillpondError {
  return new MillpondError("E_CLOSED", "this clip was closed");
}
