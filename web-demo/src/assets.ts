/**
 * The files of a scene: fetched relative to the scene file, once each, as a still's bytes or as a demuxer's input.
 */

import { ALL_FORMATS, Input, UrlSource } from "mediabunny";
import { Scene, type SceneInfo } from "millpond";

/** A file that was opened. */
export type OpenedAsset = { kind: "still"; encoded: Uint8Array } | { kind: "media"; input: Input };

/** Opens the files of one scene. */
export class Assets {
  readonly #info: SceneInfo;
  readonly #base: URL;
  readonly #opened = new Map<number, Promise<OpenedAsset>>();

  /** @param base - URL of the scene file. */
  constructor(info: SceneInfo, base: URL) {
    this.#info = info;
    this.#base = base;
  }

  /** Name of an asset, for messages. */
  name(asset: number): string {
    return this.#info.assets[asset]!.name;
  }

  /** Opens a file, or gives what was opened before. */
  open(asset: number): Promise<OpenedAsset> {
    let opened = this.#opened.get(asset);
    if (opened === undefined) {
      opened = this.#fetch(asset);
      this.#opened.set(asset, opened);
    }
    return opened;
  }

  /** Stops what is being fetched. */
  close(): void {
    for (const opened of this.#opened.values()) {
      opened.then((asset) => asset.kind === "media" && asset.input.dispose()).catch(() => {});
    }
    this.#opened.clear();
  }

  async #fetch(asset: number): Promise<OpenedAsset> {
    const { name, src } = this.#info.assets[asset]!;
    if (src === undefined) throw new Error(`asset ${name} is a pushed picture, not a file`);
    const url = urlOf(src, this.#base);
    const response = await fetch(url);
    if (!response.ok || response.body === null) throw new Error(`asset ${name}: ${url} answers ${response.status}`);

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
      const source = new UrlSource(url, { getRetryDelay: (attempts) => (attempts < 2 ? 0.5 : null) });
      const input = new Input({ source, formats: ALL_FORMATS });
      if (!(await input.canRead())) throw new Error(`asset ${name}: ${src} is neither a still nor a clip`);
      return { kind: "media", input };
    }
    while (await read());
    return { kind: "still", encoded: new Uint8Array(await new Blob(chunks).arrayBuffer()) };
  }
}

/** URL of a file beside the scene. A path may not leave the scene's folder. */
function urlOf(src: string, base: URL): URL {
  const parts = src.split("/");
  if (src.startsWith("/") || parts.includes("..") || /^[a-z][a-z0-9+.-]*:/i.test(src)) {
    throw new Error(`asset path ${src} leaves the folder of the scene`);
  }
  return new URL(parts.map(encodeURIComponent).join("/"), base);
}
