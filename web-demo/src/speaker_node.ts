/** The page's end of the sound: an AudioContext whose worklet plays what the worker mixes. */

/** Sound that runs: what the request `speaker` takes, and the context. */
export interface SpeakerNode {
  readonly context: AudioContext;
  /** To be transferred to the worker. */
  readonly port: MessagePort;
  /** Seconds from the worklet to the ear. */
  readonly latency: number;
}

/** Makes it; to be called when the reader has clicked or pressed a key, before which browsers play nothing. */
export async function openSpeaker(sampleRate: number): Promise<SpeakerNode> {
  const context = new AudioContext({ sampleRate, latencyHint: "interactive" });
  try {
    await context.audioWorklet.addModule("speaker_worklet.js");
    const node = new AudioWorkletNode(context, "speaker", { numberOfInputs: 0, outputChannelCount: [2] });
    const { port1, port2 } = new MessageChannel();
    node.port.postMessage(port2, [port2]);
    node.connect(context.destination);
    await context.resume();
    return { context, port: port1, latency: context.outputLatency || context.baseLatency };
  } catch (error) {
    void context.close();
    throw error;
  }
}
