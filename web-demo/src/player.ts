/**
 * Plays a scene: answers what it needs from decoders and files, frame by frame. The pictures meet only millpond's own
 * code between a decoder's frame and the canvas.
 */

import { EncodedPacketSink, type InputTrack } from "mediabunny";
import { MillpondError, Scene, type WantedEnd } from "millpond";
import type { Assets, OpenedAsset } from "./assets.js";
import { ClipFeed } from "./clip_feed.js";
import { release } from "./decoding.js";
import { openInputFile, type InputFile } from "./input_file.js";

/** A scene and everything that feeds it. */
export class Player {
  /** The scene: its canvas, its statistics. */
  readonly scene: Scene;
  /** Files of the scene; they outlive the player. */
  readonly assets: Assets;
  /** Canvas frames a second. */
  readonly frameRate: number;
  /** Told of files that are damaged though the scene goes on, in words that name the asset. */
  warn: (message: string) => void = () => {};
  /** Milliseconds that composing the last frame took, decoding left out. */
  composeMs = 0;

  readonly #feeds = new Map<number, { feed: ClipFeed; opened: OpenedAsset }>();
  /** Layers whose clip must go to another place before it gives its next picture. */
  readonly #stale = new Set<number>();
  readonly #inputs: ReadonlyMap<string, InputFile>;
  /** The player before this one, whose decoders layers of the same file take, until {@link settle}. */
  #before: Player | undefined;

  private constructor(
    scene: Scene,
    assets: Assets,
    inputs: ReadonlyMap<string, InputFile>,
    before: Player | undefined,
  ) {
    this.scene = scene;
    this.assets = assets;
    this.#inputs = inputs;
    const [numerator, denominator] = scene.info.canvas.frameRate;
    this.frameRate = numerator / denominator;
    this.#before = before;
  }

  /**
   * Opens a scene.
   *
   * @param json - The text of the scene file: numbers are the decimals they are written as.
   * @param inputs - Files whose pictures are pushed, by the name of the asset.
   * @param before - A player that this one follows: its decoders are used where the files are the same. When this one has
   *   shown a frame {@link settle} it; if that failed, close it and {@link seek} with the one before.
   */
  static async open(
    json: string,
    assets: Assets,
    inputs: ReadonlyMap<string, Blob>,
    before?: Player,
  ): Promise<Player> {
    const scene = new Scene(json);
    const files = new Map<string, InputFile>();
    try {
      await setEnds(scene, assets);
      for (const { name, input } of scene.info.assets) {
        const file = inputs.get(name);
        if (input !== undefined && file !== undefined) files.set(name, await openInputFile(file, input));
      }
      return new Player(scene, assets, files, before);
    } catch (error) {
      for (const file of files.values()) file.close();
      scene.close();
      throw error;
    }
  }

  /**
   * Shows another scene of the same canvas, assets and layers from now on; decoders stay where they are if they can. What
   * goes wrong leaves the scene before.
   *
   * @param before - The text of the scene that it shows.
   * @returns false if only a new player would do.
   */
  async update(json: string, before: string): Promise<boolean> {
    try {
      this.scene.update(json);
    } catch (error) {
      if (error instanceof MillpondError && error.code === "E_SCENE_CHANGED") return false;
      throw error;
    }
    try {
      await setEnds(this.scene, this.assets);
      return true;
    } catch (error) {
      this.scene.update(before);
      throw error;
    }
  }

  /** Number of canvas frames. */
  get frameCount(): number {
    return this.scene.frameCount;
  }

  /** Names of the input assets that nothing is pushed to. */
  get missingInputs(): string[] {
    const { assets } = this.scene.info;
    return assets.filter(({ name, input }) => input !== undefined && !this.#inputs.has(name)).map(({ name }) => name);
  }

  /**
   * Composes frame `n`. Frames must follow one another, with gaps or without; {@link seek} goes elsewhere, and must be
   * called after a frame that failed.
   */
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

  /** Takes over for good what it uses of the player before this one, and closes that. */
  settle(): void {
    const before = this.#before;
    this.#before = undefined;
    if (before === undefined) return;
    const taken = this.#decoders;
    for (const [layer, { feed }] of [...before.#feeds]) if (taken.has(feed)) before.#feeds.delete(layer);
    before.close();
  }

  /** Frees decoders and pools. */
  close(): void {
    for (const layer of [...this.#feeds.keys()]) this.#closeLayer(layer);
    for (const input of this.#inputs.values()) input.close();
    this.scene.close();
  }

  #compose(n: number): void {
    const begin = performance.now();
    this.scene.compose(n);
    this.composeMs = performance.now() - begin;
  }

  async #openLayer(layer: number, n: number): Promise<void> {
    const { name, src } = this.scene.info.assets[this.scene.info.layers[layer]!.asset]!;
    if (src === undefined) throw new Error(`asset ${name} is a pushed picture, not a file`);
    const opened = await named(name, this.assets.open(src));
    if (opened.kind === "still") return this.scene.openStill(layer, opened.encoded);
    const feed = this.#unused(opened) ?? (await named(name, ClipFeed.open(opened.input)));
    try {
      await feed.seek(this.scene.assetTime(layer, n) ?? 0);
      this.scene.openClip(layer, await named(name, feed.info()));
    } catch (error) {
      this.#closeFeed(feed);
      throw error;
    }
    this.#feeds.set(layer, { feed, opened });
  }

  async #pushPicture(layer: number, n: number): Promise<void> {
    const { feed } = this.#feeds.get(layer)!;
    const { name } = this.scene.info.assets[this.scene.info.layers[layer]!.asset]!;
    if (this.#stale.delete(layer)) await named(name, feed.seek(this.scene.assetTime(layer, n) ?? 0));
    const next = await named(name, feed.next());
    if ("endTick" in next) {
      if (next.isCut) this.warn(`asset ${name}: the file was cut off: its last pictures are missing`);
      return this.scene.endClip(layer, next.endTick);
    }
    try {
      await this.scene.pushPicture(layer, next.tick, next.frame);
    } finally {
      release(next.frame);
    }
  }

  async #pushInput(asset: number, n: number): Promise<void> {
    await this.#inputs.get(this.scene.info.assets[asset]!.name)?.push(this.scene, asset, n);
  }

  #closeLayer(layer: number): void {
    const open = this.#feeds.get(layer);
    if (open !== undefined) this.#closeFeed(open.feed);
    this.#feeds.delete(layer);
    this.#stale.delete(layer);
  }

  /** A decoder of the player before this one that reads a file and that no layer has taken yet. */
  #unused(opened: OpenedAsset): ClipFeed | undefined {
    const taken = this.#decoders;
    return this.#lent.find((lent) => lent.opened === opened && !taken.has(lent.feed))?.feed;
  }

  /** Closes a decoder, unless it is still that of the player before this one. */
  #closeFeed(feed: ClipFeed): void {
    if (!this.#lent.some((lent) => lent.feed === feed)) feed.close();
  }

  get #lent(): { feed: ClipFeed; opened: OpenedAsset }[] {
    return this.#before === undefined ? [] : [...this.#before.#feeds.values()];
  }

  get #decoders(): Set<ClipFeed> {
    return new Set([...this.#feeds.values()].map(({ feed }) => feed));
  }
}

/** What went wrong with an asset says its name; an error with a code keeps that. */
async function named<T>(asset: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const failure = new Error(`asset ${asset}: ${error.message}`, { cause: error });
    failure.name = error.name;
    throw Object.assign(failure, "code" in error ? { code: error.code } : {});
  }
}

/** Tells a scene the ends of its files that decide how long it is. */
async function setEnds(scene: Scene, assets: Assets): Promise<void> {
  for (let wanted = scene.wantedEnd(); wanted !== undefined; wanted = scene.wantedEnd()) {
    const { name, src } = scene.info.assets[wanted.asset]!;
    // A pushed picture has no end.
    const opened = src === undefined ? undefined : await named(name, assets.open(src));
    scene.setEnd(wanted, opened && (await named(name, endOf(opened, wanted.medium))));
  }
}

/** Where the pictures or the sound of an asset end: the last presentation time + its packet's duration. */
async function endOf(opened: OpenedAsset, medium: WantedEnd["medium"]) {
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
