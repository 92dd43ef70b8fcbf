/** Play, pause, seek and step: which frame is shown when. */

import { stats } from "millpond";
import { drawMel } from "./mel_view.js";
import type { Panel } from "./panel.js";
import type { Player } from "./player.js";
import { SoundTrack } from "./sound_track.js";
import { Speaker } from "./speaker.js";

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const PANEL_MS = 500;

/** Drives a player from the page's buttons. */
export class Transport {
  /** The player, for the page's tests. */
  readonly player: Player;
  readonly #panel: Panel;
  readonly #position = element<HTMLInputElement>("position");
  readonly #button = element<HTMLButtonElement>("play");
  #frame = -1;
  #playing = false;
  /** Requests run one after another: a scene composes one frame at a time. */
  #queue: Promise<void> = Promise.resolve();
  /** The frame that a slider in motion asked for last. */
  #wanted: number | undefined;
  #steadyBefore = 0;
  readonly #speaker: Speaker;

  constructor(player: Player, panel: Panel) {
    this.player = player;
    this.#panel = panel;
    panel.open(player);
    const silent = player.scene.info.sounds.length === 0;
    this.#speaker = new Speaker(silent ? undefined : this.#soundTrack());
    this.#position.max = String(player.frameCount - 1);
    this.#position.addEventListener("input", () => void this.goTo(Number(this.#position.value)));
    this.#button.addEventListener("click", () => (this.#playing ? this.pause() : void this.play()));
    element("back").addEventListener("click", () => void this.goTo(this.#frame - 1));
    element("forward").addEventListener("click", () => void this.goTo(this.#frame + 1));
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** The frame that is shown. */
  get frame(): number {
    return this.#frame;
  }

  /** Whether it plays. */
  get playing(): boolean {
    return this.#playing;
  }

  /** Draws the picture of the scene's sound. */
  async drawSound(): Promise<void> {
    if (this.player.scene.info.sounds.length === 0) return;
    // A mix of its own: the speaker's is wherever playing is.
    const track = this.#soundTrack();
    const seconds = await drawMel(track, this.player.scene.duration, this.#panel.openSound());
    this.#panel.soundCovers(seconds);
    track.close();
  }

  /** Plays from the shown frame, or from the start if it is the last. Resolves when it stops. */
  async play(): Promise<void> {
    if (this.#playing) return;
    if (this.#frame >= this.player.frameCount - 1) await this.goTo(0);
    this.#setPlaying(true);
    try {
      await this.#run();
    } catch {
      // The page has said what went wrong.
    } finally {
      this.#setPlaying(false);
      await this.#speaker.stop();
      this.#showAll(undefined);
    }
  }

  /** Stops playing; the shown frame stays. */
  pause(): void {
    this.#playing = false;
  }

  /** Shows any frame; playing stops. While one is being made, only the last that was asked for follows. */
  goTo(n: number): Promise<void> {
    this.pause();
    this.#wanted = Math.min(Math.max(Math.round(n), 0), this.player.frameCount - 1);
    return this.#enqueue(async () => {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted === undefined || wanted === this.#frame) return;
      if (wanted !== this.#frame + 1) this.player.seek();
      await this.#show(wanted);
      this.#steadyBefore = stats().memory.steadyAllocations;
      this.#showAll(undefined);
    });
  }

  /** Shows frames in time with the sound until the end or a pause; frames that come too late are left out. */
  async #run(): Promise<void> {
    const { frameCount, frameRate } = this.player;
    // A hair more than the frame's start, so that rounding does not fall back to the frame before.
    const time = await this.#speaker.start(this.#frame / frameRate + 1e-9);
    let [shown, panelAt] = [0, performance.now()];
    this.#steadyBefore = stats().memory.steadyAllocations;
    while (this.#playing) {
      const now = await new Promise<number>(requestAnimationFrame);
      const due = Math.min(Math.floor(time() * frameRate), frameCount - 1);
      if (due > this.#frame) {
        await this.#enqueue(() => (this.#playing ? this.#show(due) : Promise.resolve()));
        shown += 1;
      }
      if (now - panelAt >= PANEL_MS) {
        this.#showAll((1000 * shown) / (now - panelAt));
        [shown, panelAt] = [0, now];
      }
      if (time() >= frameCount / frameRate) return;
    }
  }

  async #show(n: number): Promise<void> {
    await this.player.render(n);
    this.#panel.draw(this.player);
    this.#frame = n;
    this.#position.value = String(n);
    this.#panel.showFrame(this.player, n);
  }

  #showAll(fps: number | undefined): void {
    const { scene } = this.player;
    const stats = scene.stats();
    const steady = stats.memory.steadyAllocations - this.#steadyBefore;
    this.#panel.showStats(stats, { steady, composeMs: this.player.composeMs, fps });
    this.#panel.showHash(scene.canvasHash());
  }

  #soundTrack(): SoundTrack {
    return new SoundTrack(this.player.scene, this.player.assets, (message) => this.#panel.warn(message));
  }

  #setPlaying(playing: boolean): void {
    this.#playing = playing;
    this.#button.classList.toggle("playing", playing);
    this.#button.ariaLabel = playing ? "Pause" : "Play";
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch((error: unknown) => this.#panel.fail(error));
    return done;
  }

  #key(event: KeyboardEvent): void {
    if (event.target instanceof HTMLButtonElement && event.key === " ") return;
    if (event.key === " ") {
      if (this.#playing) this.pause();
      else void this.play();
    } else if (event.key === "ArrowLeft") void this.goTo(this.#frame - 1);
    else if (event.key === "ArrowRight") void this.goTo(this.#frame + 1);
    else return;
    event.preventDefault();
  }
}
