/**
 * The scene that is open, and the frame of it that is on the canvas. One call at a time: each waits for decoders. What
 * fails leaves the scene and the picture before.
 */

import { Assets } from "../assets.js";
import { Player } from "../player.js";
import type { Event, SceneSummary } from "../protocol.js";
import type { Expectation } from "./expectation.js";
import { failure } from "./problem.js";
import { Stage } from "./stage.js";
import { summaryOf } from "./summary.js";

/** What a scene was opened from. */
export interface Sources {
  /** The text of the scene file. */
  json: string;
  assets: Assets;
  /** Files whose pictures are pushed, by the name of the asset. */
  inputs: ReadonlyMap<string, Blob>;
}

/** Opens scenes and shows their frames. */
export class Shown {
  /** Hashes that frames are compared with. */
  expected: Expectation | undefined;
  readonly #tell: (event: Event) => void;
  #stage: Stage | undefined;
  #sources = nothing();
  /** Files that had been taken in when the scene was opened. */
  #added = 0;
  #player: Player | undefined;
  #frame = -1;
  /** Whether the shown frame, or the one after it, can be composed without a seek. */
  #continues = false;

  /** @param tell - Posts an event to the page. */
  constructor(tell: (event: Event) => void) {
    this.#tell = tell;
  }

  /** Draws on this canvas from now on. */
  draw(canvas: OffscreenCanvas): void {
    this.#stage = new Stage(canvas, () => {
      if (this.#player !== undefined && this.#continues) this.#stage!.draw(this.#player.scene);
    });
  }

  /** What is open, or the files that the next scene will share. */
  get sources(): Sources {
    return this.#sources;
  }

  /** The shown frame; -1 before the first. */
  get frame(): number {
    return this.#frame;
  }

  /** Plays the open scene; undefined if there is none. */
  get player(): Player | undefined {
    return this.#player;
  }

  /** Plays the open scene, which there must be. */
  get opened(): Player {
    if (this.#player === undefined) throw failure("E_NOTHING_OPEN", "no scene is open");
    return this.#player;
  }

  /**
   * Shows another state of the scene: what is open stays open if that is possible, and another scene of the same files is
   * opened if not.
   */
  async change(json: string, frame: number): Promise<SceneSummary> {
    const [player, shown, before] = [this.#player, this.#frame, this.#sources.json];
    // A file that was dropped may be another one of a name that the scene has.
    const isAsBefore = this.#added === this.#sources.assets.added;
    if (player === undefined || !isAsBefore || !(await player.update(json, before))) {
      return this.open({ ...this.#sources, json }, frame);
    }
    try {
      await this.goTo(frame);
      const summary = await summaryOf(player, json);
      this.#sources = { ...this.#sources, json };
      return summary;
    } catch (error) {
      await player.update(before, json);
      await this.#restore(player, shown);
      throw error;
    }
  }

  /** Opens a scene and shows a frame of it. */
  async open(sources: Sources, frame: number): Promise<SceneSummary> {
    const [before, shown] = [this.#player, this.#frame];
    const { json, assets, inputs } = sources;
    const { added } = assets;
    const player = await Player.open(json, assets, inputs, before);
    player.warn = (message) => this.#tell({ event: "warning", data: { code: "W_DAMAGED", message } });
    let summary: SceneSummary;
    try {
      summary = await summaryOf(player, json);
      [this.#player, this.#continues] = [player, false];
      await this.goTo(frame);
    } catch (error) {
      player.close();
      await this.#restore(before, shown);
      throw error;
    }
    player.settle();
    [this.#sources, this.#added] = [sources, added];
    return summary;
  }

  /** Shows any frame, or the nearest that there is. */
  async goTo(frame: number): Promise<void> {
    const wanted = Math.min(Math.max(Math.round(frame) || 0, 0), this.opened.frameCount - 1);
    if (wanted !== this.#frame && wanted !== this.#frame + 1) this.#continues = false;
    await this.show(wanted);
  }

  /** Shows a later frame, or the same, without going to its place unless `jump` says so or the last one failed. */
  async show(n: number, jump = false): Promise<void> {
    const player = this.opened;
    if (jump || !this.#continues) player.seek();
    this.#continues = false;
    await player.render(n);
    this.#frame = n;
    this.#continues = true;
    this.#stage?.draw(player.scene);
    const verdict = this.expected?.verdict(n, () => player.scene.canvasHash());
    this.#tell({ event: "shown", data: { frame: n, verdict } });
  }

  /** Frees the scene; its files are closed already. */
  close(): void {
    this.#player?.close();
    [this.#player, this.#frame, this.#continues, this.expected] = [undefined, -1, false, undefined];
    this.#sources = nothing();
  }

  /** Shows again what was shown before something failed. */
  async #restore(player: Player | undefined, shown: number): Promise<void> {
    [this.#player, this.#frame, this.#continues] = [player, shown, false];
    // If that fails too, the next seek tells why.
    if (player !== undefined) await this.show(shown).catch(() => {});
  }
}

function nothing(): Sources {
  return { json: "", assets: new Assets(new URL(location.href)), inputs: new Map() };
}
