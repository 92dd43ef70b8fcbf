/** The sound of the scene that plays: its mix, where it is heard, and its picture. */

import type { Player } from "../player.js";
import { SoundTrack } from "../sound_track.js";
import { SilentClock, type Clock } from "./clock.js";
import { MelScroll } from "./mel_scroll.js";
import { SoundOut } from "./sound_out.js";

/** Plays the sound of one scene after the other. */
export class Sound {
  readonly #warn: (message: string) => void;
  #canvas: OffscreenCanvas | undefined;
  #mel: MelScroll | undefined;
  #out: SoundOut | undefined;
  #player: Player | undefined;
  #track: SoundTrack | undefined;

  /** @param warn - Told what is not heard though it should be. */
  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Draws its picture on this canvas from now on. */
  draw(canvas: OffscreenCanvas): void {
    this.#canvas = canvas;
  }

  /** Sends it to this worklet from the next {@link play} on. */
  async speak(port: MessagePort, latency: number): Promise<void> {
    await this.#out?.close();
    this.#out = new SoundOut(port, latency);
  }

  /**
   * Plays the scene's sound from a time of the scene, in seconds.
   *
   * @returns the clock: that of the sound, if it can be heard.
   */
  async play(time: number): Promise<Clock> {
    const player = this.#player;
    if (this.#out === undefined || player === undefined || player.scene.info.sounds.length === 0) return new SilentClock(time);
    this.#track ??= new SoundTrack(player.scene, player.assets, this.#warn);
    const mel = (this.#mel ??= this.#canvas && new MelScroll(this.#canvas));
    mel?.start(time);
    return this.#out.start(this.#track, time, (block) => mel?.push(block));
  }

  /** Goes on without sound. */
  replace(time: number): Clock {
    this.#warn("the sound stopped; the picture goes on without it");
    return new SilentClock(time);
  }

  /** Draws what is heard now. */
  show(time: number): void {
    this.#mel?.show(time);
  }

  /** Falls silent. */
  async stop(): Promise<void> {
    await this.#out?.stop();
  }

  /** The scene has changed, or is another that another player plays. */
  update(player: Player): void {
    const isSame = this.#player === player && this.#track?.update(player.scene) !== false;
    if (!isSame) this.#forget();
    this.#player = player;
  }

  /** Frees everything, the channel too. */
  async close(): Promise<void> {
    await this.#out?.close();
    this.#forget();
    this.#mel?.close();
    [this.#out, this.#mel, this.#player] = [undefined, undefined, undefined];
  }

  #forget(): void {
    this.#track?.close();
    this.#track = undefined;
  }
}
