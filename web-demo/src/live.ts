/** The live page: the log-mel features of a microphone or a clip, as they are heard. */

import { Mel, wasmModule } from "millpond";
import type { Columns, MelOptions } from "./mel_worklet.js";

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const text = (id: string, value: string) => (element(id).textContent = value);

const canvas = element<HTMLCanvasElement>("live-picture");
const drawing = canvas.getContext("2d", { alpha: false })!;

/** Makes the node that computes; whatever is connected to it is mixed down to one channel. */
async function melNode(context: BaseAudioContext, height: number): Promise<AudioWorkletNode> {
  await context.audioWorklet.addModule("mel_worklet.js");
  const processorOptions: MelOptions = { module: wasmModule(), height };
  const channels = { channelCount: 1, channelCountMode: "explicit" } as const;
  return new AudioWorkletNode(context, "mel", { ...channels, numberOfInputs: 1, numberOfOutputs: 0, processorOptions });
}

/** Scrolls the picture and draws new columns at its right edge. */
function draw({ pixels, frames, quanta, allocations }: Columns): void {
  drawing.drawImage(canvas, -frames, 0);
  drawing.putImageData(new ImageData(pixels, frames, canvas.height), canvas.width - frames, 0);
  text("quanta", String(quanta));
  text("allocations", String(allocations));
  element("allocations").classList.toggle("bad", allocations > 0);
}

let stop = () => {};

/** Listens to what `connect` connects to the node, until something else is listened to. */
async function listen(what: string, connect: (context: AudioContext, node: AudioNode) => Promise<() => void>) {
  stop();
  text("message", "");
  const context = new AudioContext({ latencyHint: "interactive" });
  try {
    const node = await melNode(context, canvas.height);
    node.port.onmessage = ({ data }: MessageEvent<Columns>) => draw(data);
    node.onprocessorerror = () => text("message", "the audio thread failed: see the console");
    const disconnect = await connect(context, node);
    await context.resume();
    stop = () => (disconnect(), void context.close());
    text("source", `${what}, ${context.sampleRate} Hz`);
  } catch (error) {
    void context.close();
    text("message", error instanceof Error ? error.message : String(error));
  }
}

element("microphone").addEventListener("click", () => {
  void listen("microphone", async (context, node) => {
    // What a phone call needs would change the features.
    const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    context.createMediaStreamSource(stream).connect(node);
    return () => stream.getTracks().forEach((track) => track.stop());
  });
});

element<HTMLInputElement>("clip").addEventListener("change", ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file === undefined) return;
  void listen(file.name, async (context, node) => {
    const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(await file.arrayBuffer()) });
    source.loop = true;
    source.connect(node);
    source.connect(context.destination);
    source.start();
    return () => source.stop();
  });
});

// What the page's test drives.
Object.assign(globalThis, { millpondLive: { Mel, melNode } });
