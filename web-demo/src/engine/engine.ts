/**
 * Answers the page's requests. What concerns the shown scene runs one after the other; playing runs beside that and is
 * stopped by whatever shows another frame or scene. An export has a player of its own.
 */

import { Assets } from "../assets.js";
import { fetchInputFile } from "../input_file.js";
import { Player } from "../player.js";
import type { Event, Exported, ExportWish, FileSummary, Requests, SceneSummary, Stats } from "../protocol.js";
import { Expectation } from "./expectation.js";
import { exportScene } from "./export.js";
import { Figures } from "./figures.js";
import { tryFile } from "./files.js";
import { playback, type Played } from "./playback.js";
import { problemOf } from "./problem.js";
import { Sound } from "./sound.js";
import { Stage } from "./stage.js";
import { summaryOf } from "./summary.js";

type Answers = { [N in keyof Requests]: (take: Requests[N]["take"]) => Requests[N]["give"] | Promise<Requests[N]["give"]> };

/** While playing, the most that is decoded without being shown. */
const MOST_BETWEEN_SECONDS = 2;

/** The worker's whole state. */
export class Engine implements Answers {
  readonly #tell: (event: Event) => void;
  readonly #figures = new Figures();
  readonly #sound: Sound;
  #assets = new Assets(new URL(location.href));
  /** Files whose pictures are pushed, by the name of the asset. */
  #inputs: ReadonlyMap<string, Blob> = new Map();
  #stage: Stage | undefined;
  #json = "";
  /** Files that had been taken in when the scene was opened. */
  #added = 0;
  #player: Player | undefined;
  #frame = -1;
  /** Whether the frame after the shown one can be composed without a seek. */
  #continues = false;
  #expected: Expectation | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #trying: Promise<unknown> = Promise.resolve();
  #playing: { stop: AbortController; done: Promise<void> } | undefined;
  #exporting: { stop: AbortController; done: Promise<unknown> } | undefined;
  /** The scene that was asked for last, and the answer for everyone who waits for one. */
  #wanted: Requests["scene"]["take"] | undefined;
  #changing: Promise<SceneSummary> | undefined;
  #seeks = 0;

  /** @param tell - Posts an event to the page. */
  constructor(tell: (event: Event) => void) {
    this.#tell = tell;
    this.#sound = new Sound((message) => tell({ event: "warning", data: { code: "E_NO_SOUND", message } }));
  }

  start({ canvas, mel }: Requests["start"]["take"]): void {
    const missing = ["VideoDecoder", "VideoFrame", "AudioDecoder"].filter((name) => !(name in globalThis));
    if (missing.length > 0) {
      const message = `This browser has no WebCodecs (${missing.join(", ")}); a page needs https or localhost for them.`;
      throw failure("E_NO_WEBCODECS", message);
    }
    this.#stage = new Stage(canvas, () => this.#continues && this.#stage!.draw(this.#player!.scene));
    this.#sound.draw(mel);
  }

  load({ url, inputs }: Requests["load"]["take"]): Promise<{ json: string; summary: SceneSummary }> {
    return this.#next(async () => {
      const base = new URL(url, location.href);
      const { signal } = this.#assets;
      const response = await fetch(base, { signal });
      if (!response.ok) throw new Error(`${base} answers ${response.status}`);
      // As text: numbers are the decimals they are written as.
      const json = await response.text();
      const files = inputs.map(async ([name, url]) => [name, await fetchInputFile(new URL(url, location.href), signal)] as const);
      const summary = await this.#open(json, 0, new Assets(base, this.#assets), new Map(await Promise.all(files)));
      return { json, summary };
    });
  }

  files({ files }: Requests["files"]["take"]): Promise<FileSummary[]> {
    // One after the other, since each tries decoders; beside what is shown.
    const trying = this.#trying.then(async () => {
      const summaries: FileSummary[] = [];
      for (const { name, file } of files) {
        const { summary, asset } = await tryFile(name, file);
        if (asset !== undefined) this.#assets.add(name, asset);
        summaries.push(summary);
      }
      return summaries;
    });
    this.#trying = trying.catch(() => {});
    return trying;
  }

  scene(take: Requests["scene"]["take"]): Promise<SceneSummary> {
    this.#wanted = take;
    this.#changing ??= this.#next(() => {
      const { json, frame } = this.#wanted!;
      this.#changing = undefined;
      return this.#change(json, frame);
    });
    return this.#changing;
  }

  seek({ frame }: Requests["seek"]["take"]): Promise<boolean> {
    const seek = (this.#seeks += 1);
    return this.#next(async () => {
      if (seek !== this.#seeks) return false;
      await this.#goTo(frame);
      return true;
    });
  }

  play(): Promise<void> {
    return this.#next(async () => {
      const player = this.#opened();
      if (this.#frame >= player.frameCount - 1) await this.#goTo(0);
      // A hair more than the frame's start, so that rounding does not fall back to the frame before.
      const time = this.#frame / player.frameRate + 1e-9;
      const clock = await this.#sound.play(player, time);
      this.#figures.begin();
      const stop = new AbortController();
      const done = playback(clock, this.#frame, this.#played(player), stop.signal).catch((error: unknown) => {
        this.#tell({ event: "problem", data: problemOf(error) });
      });
      this.#playing = { stop, done: done.then(() => this.#playedOut()) };
      this.#tell({ event: "playing", data: { playing: true } });
    });
  }

  pause(): Promise<void> {
    return this.#next(() => {});
  }

  speaker({ port, latency }: Requests["speaker"]["take"]): Promise<void> {
    return this.#next(() => this.#sound.speak(port, latency));
  }

  expect({ hashes }: Requests["expect"]["take"]): { frames: number } {
    this.#expected = hashes === undefined ? undefined : new Expectation(hashes);
    return { frames: this.#expected?.frames ?? 0 };
  }

  export(wish: ExportWish): Promise<Exported> {
    this.#opened();
    if (this.#exporting !== undefined) throw failure("E_BUSY", "another export is running");
    const stop = new AbortController();
    const done = exportScene({
      json: this.#json,
      assets: this.#assets,
      inputs: this.#inputs,
      wish,
      signal: stop.signal,
      warn: (message) => this.#tell({ event: "warning", data: { code: "E_NO_SOUND", message } }),
      progress: (done, frames) => this.#tell({ event: "progress", data: { done, frames } }),
    }).finally(() => (this.#exporting = undefined));
    this.#exporting = { stop, done: done.catch(() => {}) };
    return done;
  }

  async cancel(): Promise<void> {
    this.#exporting?.stop.abort();
    await this.#exporting?.done;
  }

  stats(): Stats {
    return this.#figures.read(this.#player);
  }

  async close(): Promise<Stats> {
    this.#seeks += 1;
    // Whoever waits for a file waits no longer.
    this.#assets.close();
    await Promise.all([this.cancel(), this.#trying]);
    return this.#next(async () => {
      await this.#sound.close();
      this.#player?.close();
      this.#assets = new Assets(new URL(location.href));
      [this.#player, this.#expected, this.#json, this.#frame, this.#continues] = [undefined, undefined, "", -1, false];
      this.#inputs = new Map();
      return this.stats();
    });
  }

  /** Runs after what was asked for before, when playing has stopped. */
  #next<T>(work: () => T | Promise<T>): Promise<T> {
    this.#playing?.stop.abort();
    const done = this.#queue.then(async () => {
      // It may have begun since.
      this.#playing?.stop.abort();
      await this.#playing?.done;
      return work();
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  #opened(): Player {
    if (this.#player === undefined) throw failure("E_NOTHING_OPEN", "no scene is open");
    return this.#player;
  }

  /** Shows a scene in place of the one that is open; on failure that stays. */
  async #change(json: string, frame: number): Promise<SceneSummary> {
    const [player, before, shown] = [this.#player, this.#json, this.#frame];
    // A file that was dropped may be another one of a name that the scene has.
    if (player === undefined || this.#added !== this.#assets.added || !(await player.update(json, before))) {
      return this.#open(json, frame, this.#assets, this.#inputs);
    }
    try {
      await this.#goTo(frame);
      const summary = await summaryOf(player, json);
      this.#json = json;
      this.#sound.update(player);
      return summary;
    } catch (error) {
      await player.update(before, json);
      await this.#restore(player, shown);
      throw error;
    }
  }

  /** Opens a scene and shows a frame of it; on failure the one before stays. */
  async #open(json: string, frame: number, assets: Assets, inputs: ReadonlyMap<string, Blob>): Promise<SceneSummary> {
    const [before, shown] = [this.#player, this.#frame];
    const added = assets.added;
    const player = await Player.open(json, assets, inputs, before);
    let summary: SceneSummary;
    try {
      summary = await summaryOf(player, json);
      [this.#player, this.#continues] = [player, false];
      await this.#goTo(frame);
    } catch (error) {
      player.close();
      await this.#restore(before, shown);
      throw error;
    }
    player.settle();
    this.#sound.forget();
    [this.#json, this.#assets, this.#inputs, this.#added] = [json, assets, inputs, added];
    return summary;
  }

  /** Shows again what was shown before something failed. */
  async #restore(player: Player | undefined, shown: number): Promise<void> {
    [this.#player, this.#frame, this.#continues] = [player, shown, false];
    // If that fails too, the next seek tells why.
    if (player !== undefined) await this.#show(shown).catch(() => {});
  }

  /** Shows any frame, or the nearest that there is. */
  async #goTo(frame: number): Promise<void> {
    const wanted = Math.min(Math.max(Math.round(frame) || 0, 0), this.#opened().frameCount - 1);
    if (wanted !== this.#frame && wanted !== this.#frame + 1) this.#continues = false;
    await this.#show(wanted);
  }

  /** Shows a frame; after one that failed, and after a jump, decoders go to its place first. */
  async #show(n: number): Promise<void> {
    const player = this.#player!;
    if (!this.#continues) player.seek();
    this.#continues = false;
    await player.render(n);
    this.#frame = n;
    this.#continues = true;
    this.#stage?.draw(player.scene);
    const verdict = this.#expected?.verdict(n, () => player.scene.canvasHash());
    this.#tell({ event: "shown", data: { frame: n, verdict } });
  }

  #played(player: Player): Played {
    return {
      frameCount: player.frameCount,
      frameRate: player.frameRate,
      show: async (n) => {
        // Far behind, a key picture nearby is sooner there than all between.
        if (n - this.#frame > MOST_BETWEEN_SECONDS * player.frameRate) this.#continues = false;
        await this.#show(n);
        this.#figures.count();
      },
      tick: (time) => {
        this.#sound.show(time);
        if (this.#figures.areDue) this.#tell({ event: "stats", data: this.stats() });
      },
      replace: (time) => this.#sound.replace(time),
    };
  }

  async #playedOut(): Promise<void> {
    await this.#sound.stop();
    this.#playing = undefined;
    this.#figures.end();
    this.#tell({ event: "playing", data: { playing: false } });
    this.#tell({ event: "stats", data: this.stats() });
  }
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
