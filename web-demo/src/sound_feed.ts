/** The decoded sound of one file. */

import { EncodedPacketSink, type Input } from "mediabunny";
import { Decoding, release } from "./decoding.js";

const AHEAD = { outputs: 8, chunks: 8 };

/** Time in seconds that decoders get to settle after a seek: Opus asks for 80 ms, AAC and MP3 for a block or two. */
const SETTLING = 0.2;

/** Decodes the sound of one entry of a scene's `audio`. */
export class SoundFeed {
  readonly #sink: EncodedPacketSink;
  readonly #config: AudioDecoderConfig;
  readonly #decoding: Decoding<AudioDecoder, AudioData>;

  private constructor(sink: EncodedPacketSink, config: AudioDecoderConfig) {
    this.#sink = sink;
    this.#config = config;
    this.#decoding = new Decoding(
      (output, error) => new AudioDecoder({ output, error }),
      (decoder, packet) => decoder.decode(packet.toEncodedAudioChunk()),
      AHEAD,
    );
  }

  /** Opens the first audio track of a file, if there is one. */
  static async open(input: Input): Promise<SoundFeed | undefined> {
    const track = await input.getPrimaryAudioTrack();
    if (!track) return undefined;
    const config = await track.getDecoderConfig();
    if (!config) throw new Error(`its codec, ${await track.getInternalCodecId()}, is not one that WebCodecs knows`);
    if (!(await AudioDecoder.isConfigSupported(config)).supported) {
      throw new Error(`this browser's WebCodecs cannot decode ${config.codec}`);
    }
    return new SoundFeed(new EncodedPacketSink(track), config);
  }

  /** Goes to a time in seconds, or a little before it. */
  async seek(seconds: number): Promise<void> {
    const packet = seconds > SETTLING ? await this.#sink.getKeyPacket(seconds - SETTLING) : null;
    this.#decoding.restart((decoder) => decoder.configure(this.#config), this.#sink.packets(packet ?? undefined));
  }

  /** The next block, without taking it; undefined at the end. */
  peek(): Promise<AudioData | undefined> {
    return this.#decoding.peek();
  }

  /** Frees the block that {@link peek} gave. */
  drop(): void {
    const block = this.#decoding.take();
    if (block !== undefined) release(block);
  }

  /** Frees the decoder and its blocks. */
  close(): void {
    this.#decoding.close();
  }
}
