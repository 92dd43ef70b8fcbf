// A clip's packets, all in memory, and its pictures in order: what both pages of a comparison do alike.
import { ALL_FORMATS, EncodedPacketSink, Input, UrlSource } from "mediabunny";

/** Reads a clip: its chunks, and the configuration that decodes them. */
export async function clip(url) {
  const input = new Input({ source: new UrlSource(url), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  const { codec, description, codedWidth, codedHeight } = await track.getDecoderConfig();
  const chunks = [];
  for await (const packet of new EncodedPacketSink(track).packets()) chunks.push(packet.toEncodedVideoChunk());
  const config = { codec, description, codedWidth, codedHeight, hardwareAcceleration: "prefer-software" };
  return { chunks, config };
}

/** The pictures of a clip, a few ahead of whoever takes and closes them. */
export async function* pictures({ chunks, config }) {
  const ready = [];
  let failed;
  let wake = () => {};
  const output = (frame) => (ready.push(frame), wake());
  const decoder = new VideoDecoder({ output, error: (error) => ((failed = error), wake()) });
  decoder.configure(config);
  let [given, taken, flushed] = [0, 0, undefined];
  try {
    while (taken < chunks.length) {
      while (given < chunks.length && decoder.decodeQueueSize + ready.length < 6) decoder.decode(chunks[given++]);
      if (given === chunks.length) flushed ??= decoder.flush().catch((error) => ((failed = error), wake()));
      while (ready.length > 0) {
        taken++;
        yield ready.shift();
      }
      if (failed !== undefined) throw failed;
      if (taken === chunks.length) break;
      await new Promise((woken) => {
        wake = woken;
        decoder.ondequeue = woken;
      });
    }
  } finally {
    for (const frame of ready) frame.close();
    decoder.close();
  }
}
