/**
 * Plays a scene: answers what it needs from decoders and files, frame by frame. The pictures meet only millpond's own
 * code between a decoder's frame and the canvas.
 */

import { EncodedPacketSink, type InputTrack } from "mediabunny";
import { Scene, type WantedEnd } from "millpond";
import { Assets } from "./assets.js";
import { ClipFeed } from "./clip_feed.js";
import { openInputFile, type InputFile } from "./input_file.js";

/** A scene and everything that feeds it. */
export class Player {
  /** The scene: its canvas, its statistics. */
  readonly scene: Scene;
  /** Files of the scene. */
  readonly assets: Assets;
  /** Number of canvas frames. */
  readonly frameCount: number;
  /** Canvas frames a second. */
  readonly frameRate: number;
  /** Milliseconds that composing the last frame took, decoding left out. */
  composeMs = 0;

  readonly #feeds = new Map<number, ClipFeed>();
  /** Layers whose clip must go to another place before it gives its next picture. */
  readonly #stale = new Set<number>();
  readonly #inputs: ReadonlyMap<string, InputFile>;

  private constructor(scene: Scene, assets: Assets, inputs: ReadonlyMap<string, InputFile>) {
    this.scene = scene;
    this.assets = assets;
    this.#inputs = inputs;
    this.frameCount = scene.frameCount;
    const [numerator, denominator] = scene.info.canvas.frameRate;
    this.frameRate = numerator / denominator;
  }

  /**
   * Fetches a scene.
   *
   * @param url - Of the scene file; assets are fetched relative to it.
   * @param inputs - Files whose pictures are pushed, by the name of the asset.
   */
  static async open(url: URL, inputs: ReadonlyMap<string, URL>): Promise<Player> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    // As text: numbers are the decimals they are written as.
    const scene = new Scene(await response.text());
    const assets = new Assets(scene.info, url);
    for (let wanted = scene.wantedEnd(); wanted !== undefined; wanted = scene.wantedEnd()) {
      // A pushed picture has no end.
      const isFile = scene.info.assets[wanted.asset]!.src !== undefined;
      scene.setEnd(wanted, isFile ? await endOf(assets, wanted) : undefined);
    }
    const files = new Map<string, InputFile>();
    for (const { name, input } of scene.info.assets) {
      const file = inputs.get(name);
      if (input !== undefined && file !== undefined) files.set(name, await openInputFile(file, input));
    }
    return new Player(scene, assets, files);
  }

  /** Names of the input assets that nothing is pushed to. */
  get missingInputs(): string[] {
    const { assets } = this.scene.info;
    return assets.filter(({ name, input }) => input !== undefined && !this.#inputs.has(name)).map(({ name }) => name);
  }

  /** Composes frame `n`. Frames must follow one another, with gaps or without; {@link seek} goes elsewhere. */
  async render(n: number): Promise<void> {
    const { scene } = this;
    for (;;) {
      const need = scene.need(n);
      switch (need.kind) {
        case "nothing":
          return this.#compose(n);
        case "open":
          await this.#openLayer(need.layer, n);
          break;
        case "picture":
          await this.#pushPicture(need.layer, n);
          break;
        case "input":
          await this.#pushInput(need.asset, n);
          break;
        case "seek":
          this.#stale.add(need.layer);
          break;
        case "close":
          this.#closeLayer(need.layer);
      }
    }
  }

  /** Forgets where the clips are: the next frame may be any. */
  seek(): void {
    this.scene.seek();
    for (const layer of this.#feeds.keys()) this.#stale.add(layer);
  }

  /** Frees decoders and pools. */
  close(): void {
    for (const layer of [...this.#feeds.keys()]) this.#closeLayer(layer);
    for (const input of this.#inputs.values()) input.close();
    this.assets.close();
    this.scene.close();
  }

  #compose(n: number): void {
    const begin = performance.now();
    this.scene.compose(n);
    this.composeMs = performance.now() - begin;
  }

  async #openLayer(layer: number, n: number): Promise<void> {
    const { asset } = this.scene.info.layers[layer]!;
    const opened = await this.assets.open(asset);
    if (opened.kind === "still") return this.scene.openStill(layer, opened.encoded);
    const feed = await ClipFeed.open(opened.input).catch((error: unknown) => {
      throw new Error(`asset ${this.assets.name(asset)}: ${error instanceof Error ? error.message : error}`);
    });
    this.#feeds.set(layer, feed);
    await feed.seek(this.scene.assetTime(layer, n) ?? 0);
    this.scene.openClip(layer, await feed.info());
  }

  async #pushPicture(layer: number, n: number): Promise<void> {
    const feed = this.#feeds.get(layer)!;
    if (this.#stale.delete(layer)) await feed.seek(this.scene.assetTime(layer, n) ?? 0);
    const next = await feed.next();
    if ("endTick" in next) return this.scene.endClip(layer, next.endTick);
    try {
      await this.scene.pushPicture(layer, next.tick, next.frame);
    } finally {
      next.frame.close();
    }
  }

  async #pushInput(asset: number, n: number): Promise<void> {
    await this.#inputs.get(this.assets.name(asset))?.push(this.scene, asset, n);
  }

  #closeLayer(layer: number): void {
    this.#feeds.get(layer)?.close();
    this.#feeds.delete(layer);
    this.#stale.delete(layer);
  }
}

/** Where the pictures or the sound of an asset end: the last presentation time + its packet's duration. */
async function endOf(assets: Assets, { asset, medium }: WantedEnd) {
  const opened = await assets.open(asset);
  if (opened.kind === "still") return undefined;
  const { input } = opened;
  const track: InputTrack | null =
    medium === "picture" ? await input.getPrimaryVideoTrack() : await input.getPrimaryAudioTrack();
  if (track === null) return undefined;
  const timeScale = await track.getTimeResolution();
  const last = { pts: -Infinity, tick: NaN };
  for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, { metadataOnly: true })) {
    const pts = Math.round(packet.timestamp * timeScale);
    if (pts >= last.pts) Object.assign(last, { pts, tick: pts + Math.round(packet.duration * timeScale) });
  }
  return { tick: last.tick, timeScale };
}
