/**
 * What the page and its worker say to each other. The page owns the document and everything that is clicked; the worker
 * owns the files, the decoders, the scene, the canvas's pixels, the mix and the export. Requests are numbered and answered;
 * events come by themselves.
 */

/** A request of the page, by name: what it takes, and what its answer holds. */
export interface Requests {
  /**
   * The first request: the canvases are transferred. `mel` shows the sound while it plays: its right edge is what is heard
   * now, and each column of pixels is 1/80 s.
   */
  start: { take: { canvas: OffscreenCanvas; mel: OffscreenCanvas }; give: void };
  /**
   * Fetches a scene file and shows its first frame; its assets are fetched beside it. `inputs` are files whose pictures
   * are pushed, by name.
   */
  load: { take: { url: string; inputs: [name: string, url: string][] }; give: { json: string; summary: SceneSummary } };
  /** Files that were dropped: from now on scenes may name them as `src`. A file that is refused says why. */
  files: { take: { files: { name: string; file: Blob }[] }; give: FileSummary[] };
  /**
   * Shows this scene at this frame from now on; playing stops, what did not change stays open. While one is being opened
   * only the last one asked for follows, and earlier ones get its answer. A scene that cannot be shown leaves the one before
   * as it was.
   */
  scene: { take: { json: string; frame: number }; give: SceneSummary };
  /** Shows a frame; playing stops. While one is being made only the last one asked for follows: earlier ones give false. */
  seek: { take: { frame: number }; give: boolean };
  /** Plays from the shown frame, or from the start if it is the last one. Answered when playing has begun. */
  play: { take: void; give: void };
  /** Stops playing; the shown frame stays. */
  pause: { take: void; give: void };
  /**
   * The end of a channel to the AudioWorklet, once the page may make sound (see `openSpeaker` and {@link FromSpeaker}):
   * from the next `play` on it is heard. Without one a scene plays in silence.
   */
  speaker: { take: { port: MessagePort; latency: number }; give: void };
  /** The text of a `--hash` file, to compare each frame that is shown with; undefined ends it. */
  expect: { take: { hashes: string | undefined }; give: { frames: number } };
  /** Renders the scene to an MP4 (or WebM) file. {@link Events.progress} says how far it is. */
  export: { take: ExportWish; give: Exported };
  /** Ends an export, which then fails with `E_CANCELLED`. */
  cancel: { take: void; give: void };
  /** The figures of the panel, also sent twice a second while playing. */
  stats: { take: void; give: Stats };
  /** Frees everything: afterwards {@link Stats.handles} is 0. */
  close: { take: void; give: Stats };
}

/** What the worker tells by itself. */
export interface Events {
  /** A frame is on the canvas. */
  shown: { frame: number; verdict: Verdict };
  /** It began to play, or stopped: by request, at the end, or because of a problem. */
  playing: { playing: boolean };
  /** The figures of the panel. */
  stats: Stats;
  /** Frames of an export that are done. */
  progress: { done: number; frames: number };
  /** Something that is wrong though the rest goes on. */
  warning: Problem;
  /** Something that ended what was being done. */
  problem: Problem;
}

/** Whether a shown frame has the hash that was expected: undefined where nothing was. */
export type Verdict = "equal" | "different" | undefined;

/** A scene that is open. Times are in seconds. */
export interface SceneSummary {
  width: number;
  height: number;
  format: string;
  frameRate: number;
  frameCount: number;
  duration: number;
  /** In the order of the file. `end` is where the layer ends on the canvas's clock. */
  layers: { asset: string; start: number; end: number }[];
  sounds: { asset: string; start: number; end: number }[];
  /** Upright, square-pixel size of each asset that is known, by name. */
  sizes: Record<string, { width: number; height: number }>;
  /** Input assets that nothing is pushed to. */
  missingInputs: string[];
}

/** A file that was dropped: what it is, or why it cannot be used. */
export type FileSummary =
  | { name: string; kind: "clip"; width: number; height: number; duration: number; frameRate: string; hasSound: boolean }
  | { name: string; kind: "still"; width: number; height: number }
  | { name: string; kind: "sound"; duration: number }
  | { name: string; kind: "refused"; problem: Problem };

/** An error as it crosses over. */
export interface Problem {
  /** millpond's code (`E_…`), or the error's name. */
  code: string;
  message: string;
}

/** What an export should be. */
export interface ExportWish {
  /** Bits a second; a good one for the size if undefined. */
  videoBitrate?: number;
}

/** A finished export. */
export interface Exported {
  file: Blob;
  /** What is in it: "avc", "vp9", "av1"; "aac", "opus"; the container "mp4" or "webm". */
  video: string;
  audio: string | undefined;
  container: string;
  /** What this browser cannot encode, and what was taken instead: to be shown. */
  notes: string[];
}

/** The figures of the panel. */
export interface Stats {
  /** SHA-256 of the shown canvas, as `millpond render --hash` writes it. */
  hash: string | undefined;
  /** Milliseconds that composing the last frame took. */
  composeMs: number;
  /** Frames a second; undefined while paused. */
  fps: number | undefined;
  /** Heap allocations in wasm while playing since it last began, and while opening. */
  steadyAllocations: number;
  openingAllocations: number;
  /** Bytes of wasm memory. */
  wasmBytes: number;
  /** millpond's objects that are open, outputs of decoders (pictures and sound) that the worker holds, and decoders. */
  handles: number;
  frames: number;
  decoders: number;
  pools: { name: string; kind: string; capacity: number; inUse: number; peak: number; acquires: number }[];
}

/** A piece of the mix, 48 kHz stereo; both of one length. */
export type Block = [left: Float32Array<ArrayBuffer>, right: Float32Array<ArrayBuffer>];

/**
 * From the AudioWorklet to the worker: how many frames of the mix were heard since the last `clear`, and how many of those
 * it had; or a block that it is done with (transferred), to be filled again.
 */
export type FromSpeaker = { heard: number; clears: number } | { back: Block };

/** From the worker to the AudioWorklet: the next block of the mix (transferred), or forget what waits. */
export type ToSpeaker = { block: Block } | { clear: true };

/** The messages themselves. */
export type Request = { [N in keyof Requests]: { id: number; name: N; take: Requests[N]["take"] } }[keyof Requests];
export type Answer = { id: number; give: unknown } | { id: number; problem: Problem };
export type Event = { [N in keyof Events]: { event: N; data: Events[N] } }[keyof Events];
