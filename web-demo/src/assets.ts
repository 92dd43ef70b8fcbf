/**
 * The files that scenes name: dropped ones by their name, others fetched relative to the scene file. Each is opened once,
 * as a still's bytes or as a demuxer's input, however many scenes show it.
 */

import { ALL_FORMATS, BlobSource, Input, UrlSource, type Source } from "mediabunny";
import { Scene } from "millpond";

/** A file that was opened. */
export type OpenedAsset = { kind: "still"; encoded: Uint8Array<ArrayBuffer> } | { kind: "media"; input: Input };

/** Opens files, and keeps them open. */
export class Assets {
  /** How many files were taken in. */
  added = 0;
  readonly #base: URL;
  readonly #dropped: Map<string, OpenedAsset>;
  readonly #fetched: Map<string, Promise<OpenedAsset>>;
  readonly #stop: AbortController;

  /**
   * @param base - URL of the scene file.
   * @param others - Files of another scene, to be shared.
   */
  constructor(base: URL, others?: Assets) {
    this.#base = base;
    this.#dropped = others === undefined ? new Map() : others.#dropped;
    this.#fetched = others === undefined ? new Map() : others.#fetched;
    this.#stop = others === undefined ? new AbortController() : others.#stop;
  }

  /** Takes in a file that was dropped: it goes before one of that name beside the scene, or dropped earlier. */
  add(name: string, asset: OpenedAsset): void {
    this.#dropped.set(name, asset);
    this.added += 1;
  }

  /** Opens a file, or gives what was opened before. */
  async open(src: string): Promise<OpenedAsset> {
    const dropped = this.#dropped.get(src);
    if (dropped !== undefined) return dropped;
    const url = urlOf(src, this.#base);
    let opened = this.#fetched.get(url.href);
    if (opened === undefined) {
      opened = fetchAsset(src, url, this.signal);
      this.#fetched.set(url.href, opened);
      // Next time it may be there.
      opened.catch(() => this.#fetched.delete(url.href));
    }
    return opened;
  }

  /** Aborted when they are closed. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Forgets all files and stops what is being fetched, for good. */
  close(): void {
    this.#stop.abort();
    for (const asset of this.#dropped.values()) closeAsset(asset);
    this.#dropped.clear();
    this.#fetched.clear();
  }
}

/**
 * Opens a file that was dropped.
 *
 * @returns undefined if it is neither a still nor a clip nor a sound.
 */
export async function openBlob(file: Blob): Promise<OpenedAsset | undefined> {
  const start = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  if (Scene.isStill(start)) return { kind: "still", encoded: new Uint8Array(await file.arrayBuffer()) };
  return openMedia(new BlobSource(file));
}

/** Stops reading a file. */
export function closeAsset(asset: OpenedAsset): void {
  if (asset.kind === "media") asset.input.dispose();
}

async function openMedia(source: Source, signal?: AbortSignal): Promise<OpenedAsset | undefined> {
  const input = new Input({ source, formats: ALL_FORMATS });
  signal?.addEventListener("abort", () => input.dispose());
  if (await input.canRead()) return { kind: "media", input };
  input.dispose();
  return undefined;
}

async function fetchAsset(src: string, url: URL, signal: AbortSignal): Promise<OpenedAsset> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) throw new Error(`${url} answers ${response.status}`);

  // The first bytes tell a still from a clip; of a clip the demuxer then fetches what it needs.
  const reader = response.body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const read = async () => {
    const { done, value } = await reader.read();
    if (!done) chunks.push(value);
    return !done;
  };
  const length = () => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  while (length() < 12 && (await read()));
  const start = new Uint8Array(await new Blob(chunks).arrayBuffer());
  if (!Scene.isStill(start)) {
    await reader.cancel();
    const getRetryDelay = (attempts: number) => (attempts < 2 && !signal.aborted ? 0.5 : null);
    const media = await openMedia(new UrlSource(url, { getRetryDelay }), signal);
    if (media === undefined) throw new Error(`${src} is neither a still nor a clip`);
    return media;
  }
  while (await read());
  return { kind: "still", encoded: new Uint8Array(await new Blob(chunks).arrayBuffer()) };
}

/** URL of a file beside the scene. A path may not leave the scene's folder. */
function urlOf(src: string, base: URL): URL {
  const parts = src.split("/");
  if (src.startsWith("/") || parts.includes("..") || /^[a-z][a-z0-9+.-]*:/i.test(src)) {
    throw new Error(`asset path ${src} leaves the folder of the scene`);
  }
  return new URL(parts.map(encodeURIComponent).join("/"), base);
}
