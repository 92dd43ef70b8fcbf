/**
 * A file whose pictures are pushed to an input asset, as `millpond render --input NAME=FILE` does. Raw frames without
 * padding: frame n of the file at canvas frame n. A clip: the picture whose time has come, before that the first one.
 * The last one stays.
 */

import { ALL_FORMATS, BlobSource, Input } from "mediabunny";
import type { FrameKind, Scene } from "millpond";
import { ClipFeed } from "./clip_feed.js";
import { release } from "./decoding.js";

/** Pictures for one input asset. */
export interface InputFile {
  /** Pushes the picture of canvas frame `n`, if there is one. */
  push(scene: Scene, asset: number, n: number): Promise<void>;
  /** Frees what decodes it. */
  close(): void;
}

/** Fetches such a file. */
export async function fetchInputFile(url: URL, signal?: AbortSignal): Promise<Blob> {
  const response = await fetch(url, signal === undefined ? {} : { signal });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.blob();
}

/** Opens a file of pictures of the kind that the scene declares. */
export async function openInputFile(file: Blob, kind: FrameKind): Promise<InputFile> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  if (await input.canRead()) return new PushedClip(await ClipFeed.open(input));
  input.dispose();
  return new RawFrames(file, kind);
}

class RawFrames implements InputFile {
  readonly #file: Blob;
  readonly #kind: FrameKind;
  /** Bytes of each plane of one frame. */
  readonly #planes: readonly number[];
  #shown = -1;

  constructor(file: Blob, kind: FrameKind) {
    this.#file = file;
    this.#kind = kind;
    const { width, height } = kind;
    const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
    if (kind.format === "i420") this.#planes = [width * height, chroma, chroma];
    else if (kind.format === "nv12") this.#planes = [width * height, 2 * chroma];
    else this.#planes = [width * height * 4];
  }

  async push(scene: Scene, asset: number, n: number): Promise<void> {
    const size = this.#planes.reduce((sum, plane) => sum + plane, 0);
    const index = Math.min(n, Math.floor(this.#file.size / size) - 1);
    if (index < 0 || index === this.#shown) return;
    this.#shown = index;
    let at = index * size;
    const planes: Uint8Array[] = [];
    for (const plane of this.#planes) {
      planes.push(new Uint8Array(await this.#file.slice(at, at + plane).arrayBuffer()));
      at += plane;
    }
    await scene.pushInput(asset, { ...this.#kind, planes });
  }

  close(): void {}
}

class PushedClip implements InputFile {
  readonly #feed: ClipFeed;
  /** Read, but its time has not come. */
  #waiting: { tick: number; frame: VideoFrame } | undefined;
  /** The canvas frame that was asked for last; the clip begins anew when an earlier one is. */
  #asked = Infinity;
  #begun = false;
  #over = false;

  constructor(feed: ClipFeed) {
    this.#feed = feed;
  }

  async push(scene: Scene, asset: number, n: number): Promise<void> {
    if (n < this.#asked) {
      this.#forget();
      await this.#feed.seek(-Infinity);
    }
    this.#asked = n;
    // In whole numbers: n / rate ≥ tick / scale.
    const [numerator, denominator] = scene.info.canvas.frameRate;
    const time = BigInt(n) * BigInt(denominator) * BigInt(this.#feed.timeScale);
    const hasCome = (tick: number) => BigInt(tick) * BigInt(numerator) <= time;
    let shown: VideoFrame | undefined;
    for (;;) {
      if (this.#waiting === undefined && !this.#over) {
        const next = await this.#feed.next();
        if ("endTick" in next) this.#over = true;
        else this.#waiting = next;
      }
      if (this.#waiting === undefined || (this.#begun && !hasCome(this.#waiting.tick))) break;
      this.#begun = true;
      if (shown !== undefined) release(shown);
      shown = this.#waiting.frame;
      this.#waiting = undefined;
    }
    if (shown === undefined) return;
    try {
      await scene.pushInput(asset, shown, await this.#feed.colorSpace());
    } finally {
      release(shown);
    }
  }

  close(): void {
    this.#forget();
    this.#feed.close();
  }

  #forget(): void {
    if (this.#waiting !== undefined) release(this.#waiting.frame);
    this.#waiting = undefined;
    [this.#begun, this.#over] = [false, false];
  }
}
