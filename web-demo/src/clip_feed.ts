/**
 * The pictures of one clip in presentation order. Each layer has its own feed, since two layers may be at different
 * places of one file.
 */

import { EncodedPacketSink, type EncodedPacket, type Input, type InputVideoTrack } from "mediabunny";
import type { ClipInfo } from "millpond";
import { Decoding, release } from "./decoding.js";

/** A picture and its presentation time in the clip's ticks, or the end of the clip: whether its index promises more. */
export type Next = { tick: number; frame: VideoFrame } | { endTick: number; isCut: boolean };

const AHEAD = { outputs: 3, chunks: 4 };
const NOTHING = { tick: -Infinity, duration: 0 };

/**
 * Some decoders still give pictures that they had before they were reset. What the decoder is told as the time of a
 * picture therefore says which seek it belongs to: three days to either side for each of eight seeks, then the first again.
 */
const ERA_US = 2 ** 39;
const ERAS = 8;

/** Decodes one clip for one layer. */
export class ClipFeed {
  /** Ticks per second. */
  readonly timeScale: number;
  readonly #track: InputVideoTrack;
  readonly #sink: EncodedPacketSink;
  readonly #config: VideoDecoderConfig;
  readonly #decoding: Decoding<VideoDecoder, VideoFrame>;
  /** Presentation ticks by the microseconds that the decoder knows them as. */
  readonly #ticks = new Map<number, number>();
  #era = 0;
  /** The last picture in presentation order so far: the clip ends where it does. */
  #last = NOTHING;

  private constructor(track: InputVideoTrack, config: VideoDecoderConfig, timeScale: number) {
    this.timeScale = timeScale;
    this.#track = track;
    this.#sink = new EncodedPacketSink(track);
    this.#config = config;
    this.#decoding = new Decoding(
      (output, error) => new VideoDecoder({ output, error }),
      (decoder, packet) => this.#decode(decoder, packet),
      AHEAD,
    );
  }

  /** Opens the first video track of a file. */
  static async open(input: Input): Promise<ClipFeed> {
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Error("there is no video track");
    const found = await track.getDecoderConfig();
    if (!found) throw new Error(`its codec, ${await track.getInternalCodecId()}, is not one that WebCodecs knows`);
    // Decoding only: colour, rotation and pixel aspect are the scene's business.
    const { codec, description, codedWidth, codedHeight } = found;
    const plain: VideoDecoderConfig = { codec, codedWidth, codedHeight };
    if (description !== undefined) plain.description = description;
    const config = await supported(plain);
    return new ClipFeed(track, config, await track.getTimeResolution());
  }

  /** What the scene must know: tags of the container, and where to find those of the stream. After a {@link seek}. */
  async info(): Promise<ClipInfo> {
    const track = this.#track;
    if (await track.getFlip()) throw new Error("mirrored video is not supported");
    const [width, height] = [await track.getCodedWidth(), await track.getCodedHeight()];
    const [square, upright] = [await track.getSquarePixelWidth(), await track.getSquarePixelHeight()];
    const info: ClipInfo = {
      timeScale: this.timeScale,
      rotation: await track.getRotation(),
      pixelAspect: [square * height, upright * width],
    };
    const colorSpace = await this.colorSpace();
    if (colorSpace !== undefined) info.colorSpace = colorSpace;
    const { codec, description } = this.#config;
    info.codec = codec;
    if (description !== undefined) info.description = bytesOf(description);
    else if (square === width && upright === height) {
      // Only the decoder can tell whether the stream knows of other pixels than square ones.
      const frame = await this.#decoding.peek();
      const visible = frame?.visibleRect;
      if (visible) info.pixelAspect = [frame.displayWidth * visible.height, frame.displayHeight * visible.width];
    }
    return info;
  }

  /** Colour tags of the container, and of the stream where it has none. */
  async colorSpace(): Promise<VideoColorSpaceInit | undefined> {
    return (await this.#track.getDecoderConfig())?.colorSpace;
  }

  /** Goes to the last key picture at or before a time in seconds, or to the first. */
  async seek(seconds: number): Promise<void> {
    const key = (await this.#sink.getKeyPacket(seconds)) ?? (await this.#sink.getFirstKeyPacket());
    this.#era = (this.#era + 1) % ERAS;
    this.#ticks.clear();
    this.#last = NOTHING;
    this.#decoding.restart((decoder) => decoder.configure(this.#config), this.#sink.packets(key ?? undefined));
  }

  /** The next picture; the caller releases its frame. After the last one, where the clip ends. */
  async next(): Promise<Next> {
    for (;;) {
      const frame = await this.#decoding.peek();
      if (frame === undefined) {
        const endTick = this.#last === NOTHING ? 0 : this.#last.tick + this.#last.duration;
        return { endTick, isCut: await this.#isCut() };
      }
      this.#decoding.take();
      if (Math.round(frame.timestamp / ERA_US) !== this.#era) {
        release(frame);
        continue;
      }
      const tick = this.#ticks.get(frame.timestamp);
      this.#ticks.delete(frame.timestamp);
      // Only two packets of one time, in a broken file, leave a picture without an entry.
      return { tick: tick ?? Math.round(((frame.timestamp - this.#era * ERA_US) * this.timeScale) / 1e6), frame };
    }
  }

  /** Frees the decoder and its frames. */
  close(): void {
    this.#decoding.close();
  }

  /** Whether there are packets after the last one that could be read. */
  async #isCut(): Promise<boolean> {
    const promised = await this.#sink.getPacket(Infinity, { metadataOnly: true });
    return promised !== null && Math.round(promised.timestamp * this.timeScale) > this.#last.tick;
  }

  #decode(decoder: VideoDecoder, packet: EncodedPacket): void {
    const tick = Math.round(packet.timestamp * this.timeScale);
    if (tick >= this.#last.tick) this.#last = { tick, duration: Math.round(packet.duration * this.timeScale) };
    const timestamp = packet.microsecondTimestamp + this.#era * ERA_US;
    this.#ticks.set(timestamp, tick);
    decoder.decode(new EncodedVideoChunk({ type: packet.type, timestamp, data: packet.data }));
  }
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

/** Decoding in software gives the same bytes everywhere, and frames that can be copied fast; else whatever there is. */
async function supported(plain: VideoDecoderConfig): Promise<VideoDecoderConfig> {
  for (const config of [{ ...plain, hardwareAcceleration: "prefer-software" as const }, plain]) {
    const answer = await VideoDecoder.isConfigSupported(config).catch(() => undefined);
    if (answer?.supported) return config;
  }
  throw new Error(`this browser's WebCodecs cannot decode ${plain.codec}`);
}
