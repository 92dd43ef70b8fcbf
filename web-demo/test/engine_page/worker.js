// The demo's worker with eyes: counts decoders and frames by itself, and does what the tests cannot do from outside.
// What a browser lacks: `?without=NAME`.
for (const name of new URLSearchParams(location.search).getAll("without")) delete globalThis[name];

const decoders = new Set();
let made = 0;
const frames = new Set();
let breakAt = Infinity;
let decoded = 0;

for (const name of ["VideoDecoder", "AudioDecoder"]) {
  const Decoder = globalThis[name];
  if (Decoder === undefined) continue;
  globalThis[name] = class extends Decoder {
    constructor({ output, error }) {
      const counted = (frame) => {
        const close = frame.close.bind(frame);
        frames.add(frame);
        frame.close = () => (frames.delete(frame), close());
        output(frame);
      };
      super({ output: counted, error: (problem) => (decoders.delete(this), error(problem)) });
      decoders.add(this);
      made += 1;
    }
    close() {
      decoders.delete(this);
      super.close();
    }
    decode(chunk) {
      decoded += 1;
      // What a damaged packet does.
      if (decoded === breakAt && name === "VideoDecoder") {
        const data = new Uint8Array(chunk.byteLength).fill(255);
        chunk = new EncodedVideoChunk({ type: chunk.type, timestamp: chunk.timestamp, data });
      }
      super.decode(chunk);
    }
  };
}

const canvases = [];
const { getContext } = OffscreenCanvas.prototype;
OffscreenCanvas.prototype.getContext = function (...options) {
  canvases.push(this);
  return getContext.apply(this, options);
};

let hasPictures = true;
const nextPicture = globalThis.requestAnimationFrame.bind(globalThis);
globalThis.requestAnimationFrame = (callback) => (hasPictures ? nextPicture(callback) : 0);

let missing = [];
for (const name of ["VideoEncoder", "AudioEncoder"]) {
  const { isConfigSupported } = globalThis[name];
  globalThis[name].isConfigSupported = async (config) =>
    missing.some((codec) => config.codec.startsWith(codec)) ? { supported: false, config } : isConfigSupported.call(globalThis[name], config);
}

const probes = {
  counts: () => ({ decoders: decoders.size, frames: frames.size, made, packets: decoded }),
  /** The `after`th packet from now on is damaged. */
  breakPacket: ({ after }) => void ([breakAt, decoded] = [after, 0]),
  /** The canvas's pixels are lost, and come back. */
  loseCanvas() {
    const [canvas] = canvases;
    getContext.call(canvas, "2d").clearRect(0, 0, canvas.width, canvas.height);
    canvas.dispatchEvent(new Event("contextlost"));
    const lost = picture(canvas);
    canvas.dispatchEvent(new Event("contextrestored"));
    return { lost, restored: picture(canvas) };
  },
  /** The page is hidden: the worker gets no pictures to draw. */
  hide: ({ hidden }) => void (hasPictures = !hidden),
  encoders: (without) => void (missing = without.missing),
  canvas: ({ index }) => picture(canvases[index]),
};

/** How many pixels are not black. */
function picture(canvas) {
  const { data } = getContext.call(canvas, "2d").getImageData(0, 0, canvas.width, canvas.height);
  let lit = 0;
  for (let at = 0; at < data.length; at += 4) lit += data[at] + data[at + 1] + data[at + 2] > 0 ? 1 : 0;
  return lit;
}

// The engine's own listener is set when it is imported; messages meanwhile wait here.
const early = [];
globalThis.onmessage = (event) => early.push(event);
import("./engine.js").then(() => {
  const answer = globalThis.onmessage;
  globalThis.onmessage = (event) => {
    if ("probe" in event.data) postMessage({ probe: probes[event.data.probe.name](event.data.probe) });
    else answer(event);
  };
  for (const event of early) globalThis.onmessage(event);
}).catch((error) => reportError(error));
