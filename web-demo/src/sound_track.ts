/** The scene's own mix, block after block: answers what the mixer needs from decoders. */

import { MillpondError, Mixer, type AssetInfo, type Scene, type SceneInfo } from "millpond";
import type { Assets } from "./assets.js";
import { SoundFeed } from "./sound_feed.js";

/** Decodes and mixes the sounds of a scene. */
export class SoundTrack {
  readonly #mixer: Mixer;
  #info: SceneInfo;
  readonly #assets: Assets;
  readonly #warn: (message: string) => void;
  readonly #feeds = new Map<number, { feed: SoundFeed; pushed: number }>();
  /** Sounds that must go to another place before they give more. */
  readonly #stale = new Set<number>();

  /** @param warn - Told once for each sound that cannot be decoded; it is silent then. */
  constructor(scene: Scene, assets: Assets, warn: (message: string) => void) {
    this.#mixer = new Mixer(scene);
    this.#info = scene.info;
    this.#assets = assets;
    this.#warn = warn;
  }

  /** Mixes the next frames, at most `Mixer.MOST_FRAMES`. The views are good until the next call. */
  async mix(frames: number): Promise<[left: Float32Array<ArrayBuffer>, right: Float32Array<ArrayBuffer>]> {
    for (let sound = this.#mixer.need(frames); sound !== undefined; sound = this.#mixer.need(frames)) {
      try {
        await this.#give(sound);
      } catch (error) {
        if (error instanceof MillpondError && error.code === "E_CLOSED") throw error;
        this.#warn(`asset ${this.#asset(sound).name}: ${error instanceof Error ? error.message : error}`);
        this.#mixer.end(sound);
      }
    }
    return this.#mixer.mix(frames);
  }

  /**
   * Mixes the sounds of a scene that changed; decoders stay open. Then {@link seek}.
   *
   * @returns false if only a new track would do.
   */
  update(scene: Scene): boolean {
    try {
      this.#mixer.update(scene);
    } catch (error) {
      if (error instanceof MillpondError && error.code === "E_SCENE_CHANGED") return false;
      throw error;
    }
    this.#info = scene.info;
    return true;
  }

  /** Goes to a time of the scene in seconds. */
  seek(seconds: number): void {
    this.#mixer.seek(Math.round(seconds * Mixer.RATE));
    for (const sound of this.#feeds.keys()) this.#stale.add(sound);
  }

  /** Frees decoders and mixer. */
  close(): void {
    for (const { feed } of this.#feeds.values()) feed.close();
    this.#feeds.clear();
    this.#mixer.close();
  }

  async #give(sound: number): Promise<void> {
    const open = this.#feeds.get(sound) ?? (await this.#open(sound));
    if (open === undefined) return this.#mixer.end(sound);
    if (this.#stale.delete(sound)) {
      await open.feed.seek(this.#mixer.wantedFrom(sound));
      open.pushed = 0;
    }
    const block = await open.feed.peek();
    if (block === undefined) return this.#mixer.end(sound);
    open.pushed += this.#mixer.push(sound, block, open.pushed);
    // What is left of a block waits until the mixer has room.
    if (open.pushed < block.numberOfFrames) return;
    open.feed.drop();
    open.pushed = 0;
  }

  async #open(sound: number) {
    const { name, src } = this.#asset(sound);
    if (src === undefined) throw new Error(`asset ${name} is a pushed picture, not a file`);
    const asset = await this.#assets.open(src);
    const feed = asset.kind === "media" ? await SoundFeed.open(asset.input) : undefined;
    if (feed === undefined) return undefined;
    // The decoder's first block tells what it makes of the container's figures.
    const opened = { feed, pushed: 0 };
    this.#feeds.set(sound, opened);
    let plays = false;
    try {
      await feed.seek(0);
      const first = await feed.peek();
      if (first === undefined) return undefined;
      this.#mixer.open(sound, first.sampleRate, first.numberOfChannels);
      plays = true;
    } finally {
      if (!plays) {
        this.#feeds.delete(sound);
        feed.close();
      }
    }
    if (this.#mixer.wantedFrom(sound) > 0) this.#stale.add(sound);
    return opened;
  }

  #asset(sound: number): AssetInfo {
    return this.#info.assets[this.#info.sounds[sound]!.asset]!;
  }
}
