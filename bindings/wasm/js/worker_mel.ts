import type { MelConfig, MelProfile } from "./mel_config.js";
import type { Channel } from "./worker_channel.js";
import { WorkerHandle } from "./worker_handle.js";
import { buffersOf } from "./worker_messages.js";

/** Features of a clip, and the clip. */
export interface WorkerFeatures {
  /** `[nMels, frames]`, row-major. */
  features: Float32Array<ArrayBuffer>;
  /** Number of frames. */
  frames: number;
  /** The largest logarithm of the clip, as `Mel.peak`. */
  peak: number;
  /** The samples that were given, come back. */
  samples: Float32Array<ArrayBuffer>;
}

/** Log-mel features of whole clips in a worker: there, a `Mel`. */
export class WorkerMel extends WorkerHandle {
  /** Number of mel bands: the rows of the features. */
  readonly nMels: number;

  /** @internal */
  private constructor(channel: Channel, handle: number, nMels: number) {
    super("WorkerMel", channel, handle);
    this.nMels = nMels;
  }

  /** @internal */
  static async open(channel: Channel, config: MelProfile | MelConfig, sampleRate: number | undefined): Promise<WorkerMel> {
    const handle = channel.handle();
    return new WorkerMel(channel, handle, await channel.call("mel", [handle, config, sampleRate]));
  }

  /**
   * Computes the features of a whole clip.
   *
   * @param samples - Mono. Its memory is moved to the worker and comes back with the features.
   * @param options - `out`: features of an earlier clip, whose memory is used again if it is large enough. `signal`: ends
   *   the wait with its reason; what the worker has not begun is not computed. The memory is lost then.
   * @throws MillpondError `E_OUT_OF_MEMORY`, `E_CLOSED`, `E_WORKER_LOST`.
   */
  process(
    samples: Float32Array<ArrayBuffer>,
    { out, signal }: { out?: Float32Array<ArrayBuffer>; signal?: AbortSignal } = {},
  ): Promise<WorkerFeatures> {
    return this.call("features", [samples, out?.buffer], { transfer: buffersOf(samples, out), signal });
  }
}
