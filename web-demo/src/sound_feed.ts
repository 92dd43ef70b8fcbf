/** The decoded sound of one file: mediabunny's packets through a WebCodecs decoder, a few blocks ahead. */

import { EncodedPacketSink, type EncodedPacket, type Input } from "mediabunny";

const MOST_BLOCKS = 8;
const MOST_CHUNKS = 8;

/** Time in seconds that decoders get to settle after a seek: Opus asks for 80 ms, AAC and MP3 for a block or two. */
const SETTLING = 0.2;

/** Decodes the sound of one entry of a scene's `audio`. */
export class SoundFeed {
  readonly #sink: EncodedPacketSink;
  readonly #config: AudioDecoderConfig;
  readonly #decoder: AudioDecoder;
  readonly #blocks: AudioData[] = [];
  #packets: AsyncGenerator<EncodedPacket, void> | undefined;
  #feeding = false;
  #drained = false;
  #error: unknown;
  #wake = () => {};

  private constructor(sink: EncodedPacketSink, config: AudioDecoderConfig) {
    this.#sink = sink;
    this.#config = config;
    this.#decoder = new AudioDecoder({
      output: (block) => {
        this.#blocks.push(block);
        this.#wake();
      },
      error: (error) => this.#fail(error),
    });
    this.#decoder.addEventListener("dequeue", () => void this.#feed());
  }

  /** Opens the first audio track of a file, if there is one. */
  static async open(input: Input): Promise<SoundFeed | undefined> {
    const track = await input.getPrimaryAudioTrack();
    if (!track) return undefined;
    const config = await track.getDecoderConfig();
    if (!config || !(await AudioDecoder.isConfigSupported(config)).supported) {
      throw new Error(`this browser's WebCodecs cannot decode the sound (${config?.codec ?? "unknown codec"})`);
    }
    return new SoundFeed(new EncodedPacketSink(track), config);
  }

  /** Goes to a time in seconds, or a little before it. */
  async seek(seconds: number): Promise<void> {
    const packet = seconds > SETTLING ? await this.#sink.getKeyPacket(seconds - SETTLING) : null;
    this.#stop();
    this.#decoder.configure(this.#config);
    this.#packets = this.#sink.packets(packet ?? undefined);
    void this.#feed();
  }

  /** The next block, without taking it; undefined at the end. */
  async peek(): Promise<AudioData | undefined> {
    for (;;) {
      if (this.#blocks[0] !== undefined) return this.#blocks[0];
      if (this.#error !== undefined) throw this.#error;
      if (this.#drained) return undefined;
      const woken = new Promise<void>((wake) => (this.#wake = wake));
      void this.#feed();
      await woken;
    }
  }

  /** Frees the block that {@link peek} gave. */
  drop(): void {
    this.#blocks.shift()?.close();
    void this.#feed();
  }

  /** Frees the decoder and its blocks. */
  close(): void {
    this.#stop();
    if (this.#decoder.state !== "closed") this.#decoder.close();
  }

  async #feed(): Promise<void> {
    if (this.#feeding || this.#packets === undefined) return;
    this.#feeding = true;
    const packets = this.#packets;
    try {
      while (this.#blocks.length < MOST_BLOCKS && this.#decoder.decodeQueueSize < MOST_CHUNKS) {
        const { value: packet } = await packets.next();
        if (packets !== this.#packets) break;
        if (packet) {
          this.#decoder.decode(packet.toEncodedAudioChunk());
          continue;
        }
        await this.#decoder.flush();
        if (packets === this.#packets) {
          this.#packets = undefined;
          this.#drained = true;
          this.#wake();
        }
        break;
      }
    } catch (error) {
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

  #stop(): void {
    void this.#packets?.return();
    this.#packets = undefined;
    this.#drained = false;
    if (this.#decoder.state === "configured") this.#decoder.reset();
    for (const block of this.#blocks.splice(0)) block.close();
  }
}
