// A page with nothing but the package: clips that the browser itself encodes, and the smallest players there can be.
import * as millpond from "./millpond.js";

const RATE = 25;

/** A clip of moving bars, encoded here: one picture each 1/25 s, a key picture each ten. */
async function makeClip(width, height, count) {
  const config = { codec: "vp8", codedWidth: width, codedHeight: height };
  const packets = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      packets.push({ type: chunk.type, data });
    },
    error: (error) => {
      throw error;
    },
  });
  encoder.configure({ codec: "vp8", width, height, bitrate: 1_000_000, latencyMode: "realtime" });
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  for (let n = 0; n < count; n++) {
    context.fillStyle = "#205080";
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#e0c040";
    context.fillRect(((n * 7) % count) * (width / count), 0, width / 10, height);
    const frame = new VideoFrame(canvas, { timestamp: n * (1e6 / RATE) });
    encoder.encode(frame, { keyFrame: n % 10 === 0 });
    frame.close();
  }
  await encoder.flush();
  encoder.close();
  return { width, height, config, packets };
}

/** Frames that WebCodecs has handed out, and how many of them are closed: also clones, and those that never reach us. */
const frames = { made: 0, closed: 0 };
function countFrames() {
  const { close } = VideoFrame.prototype;
  const isOpen = new WeakSet();
  VideoFrame.prototype.close = function () {
    if (isOpen.delete(this)) frames.closed += 1;
    close.call(this);
  };
  const Decoder = globalThis.VideoDecoder;
  globalThis.VideoDecoder = class extends Decoder {
    constructor({ output, error }) {
      const counted = (frame) => {
        frames.made += 1;
        isOpen.add(frame);
        output(frame);
      };
      super({ output: counted, error });
    }
  };
}

/** Decodes a clip over and over, a few pictures ahead; presentation time goes on. */
class Feed {
  constructor(clip) {
    this.clip = clip;
    this.ready = [];
    this.wake = () => {};
    this.problem = undefined;
    this.decoder = new VideoDecoder({
      output: (frame) => {
        this.ready.push(frame);
        this.wake();
      },
      error: (problem) => {
        this.problem = problem;
        this.wake();
      },
    });
    this.decoder.ondequeue = () => this.fill();
    this.seek(0);
  }

  /** From the last key picture at or before picture `n`. */
  seek(n) {
    const { packets } = this.clip;
    this.at = Math.floor(n / packets.length) * packets.length;
    for (let key = n % packets.length; key > 0; key--) {
      if (packets[key].type === "key") {
        this.at += key;
        break;
      }
    }
    this.decoder.reset();
    this.decoder.configure(this.clip.config);
    for (const frame of this.ready.splice(0)) frame.close();
    this.fill();
  }

  fill() {
    while (this.ready.length < 3 && this.decoder.decodeQueueSize < 3 && this.decoder.state === "configured") {
      const { packets } = this.clip;
      const { type, data } = packets[this.at % packets.length];
      const timestamp = this.at * (1e6 / RATE);
      this.at += 1;
      this.decoder.decode(new EncodedVideoChunk({ type, timestamp, data }));
    }
  }

  async next() {
    while (this.ready.length === 0) {
      if (this.problem !== undefined) throw this.problem;
      this.fill();
      await new Promise((wake) => (this.wake = wake));
    }
    const frame = this.ready.shift();
    this.fill();
    return frame;
  }

  close() {
    for (const frame of this.ready.splice(0)) frame.close();
    if (this.decoder.state !== "closed") this.decoder.close();
  }
}

/** The text of a scene: the clip over the whole canvas, and once more, small, for each further layer. */
function sceneOf({ width, height }, layers, duration) {
  const small = (n) => ({ asset: "clip", rect: [8 + 16 * n, 8 + 8 * n, width >> 2, height >> 2], opacity: 0.5 });
  return JSON.stringify({
    version: 1,
    canvas: { width, height, frame_rate: `${RATE}/1` },
    assets: { clip: { src: "clip" } },
    layers: Array.from({ length: layers }, (_, n) => (n === 0 ? { asset: "clip" } : small(n))),
    duration,
  });
}

/** A scene and a feed for each of its layers. */
class Player {
  constructor(clip, layers, duration) {
    this.clip = clip;
    this.scene = new millpond.Scene(sceneOf(clip, layers, duration));
    this.feeds = this.scene.info.layers.map(() => new Feed(clip));
  }

  async render(n) {
    const { scene, feeds } = this;
    for (;;) {
      const need = scene.need(n);
      if (need.kind === "nothing") return scene.compose(n);
      if (need.kind === "open") scene.openClip(need.layer, { timeScale: RATE });
      else if (need.kind === "picture") {
        const frame = await feeds[need.layer].next();
        try {
          await scene.pushPicture(need.layer, Math.round((frame.timestamp * RATE) / 1e6), frame);
        } finally {
          frame.close();
        }
      }
    }
  }

  seek(n) {
    this.scene.seek();
    for (const feed of this.feeds) feed.seek(n);
  }

  close() {
    for (const feed of this.feeds) feed.close();
    this.scene.close();
  }
}

/** The code of the error that `work` ends with. */
async function codeOf(work) {
  try {
    await work();
    return "no error";
  } catch (error) {
    // A browser's own errors have a number there, mostly 0.
    return typeof error.code === "string" ? error.code : `${error.name}: ${error.message}`;
  }
}

Object.assign(globalThis, { millpond, kit: { RATE, makeClip, countFrames, frames, Feed, Player, sceneOf, codeOf } });
