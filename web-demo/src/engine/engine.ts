/**
 * Answers the page's requests. What concerns the shown scene runs one after the other; playing runs beside that and is
 * stopped by whatever shows another frame or scene. An export has a player of its own.
 */

import { Assets } from "../assets.js";
import { fetchInputFile } from "../input_file.js";
import type { Player } from "../player.js";
import type { Event, Exported, ExportWish, FileSummary, Requests, SceneSummary, Stats } from "../protocol.js";
import { Expectation } from "./expectation.js";
import { exportScene } from "./export.js";
import { Figures } from "./figures.js";
import { tryFile } from "./files.js";
import { playback, type Played } from "./playback.js";
import { failure, problemOf } from "./problem.js";
import { Shown } from "./shown.js";
import { Sound } from "./sound.js";

type Answers = { [N in keyof Requests]: (take: Requests[N]["take"]) => Requests[N]["give"] | Promise<Requests[N]["give"]> };

/** While playing, the most that is decoded without being shown. */
const MOST_BETWEEN_SECONDS = 2;

/** The worker's whole state. */
export class Engine implements Answers {
  readonly #tell: (event: Event) => void;
  readonly #figures = new Figures();
  readonly #sound: Sound;
  readonly #shown: Shown;
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
    this.#shown = new Shown(tell);
    this.#sound = new Sound((message) => tell({ event: "warning", data: { code: "E_NO_SOUND", message } }));
  }

  start({ canvas, mel }: Requests["start"]["take"]): void {
    const missing = ["VideoDecoder", "VideoFrame", "AudioDecoder"].filter((name) => !(name in globalThis));
    if (missing.length > 0) {
      const message = `This browser has no WebCodecs (${missing.join(", ")}); a page needs https or localhost for them.`;
      throw failure("E_NO_WEBCODECS", message);
    }
    this.#shown.draw(canvas);
    this.#sound.draw(mel);
  }

  load({ url, inputs }: Requests["load"]["take"]): Promise<{ json: string; summary: SceneSummary }> {
    return this.#next(async () => {
      const base = new URL(url, location.href);
      const { assets } = this.#shown.sources;
      const { signal } = assets;
      const response = await fetch(base, { signal });
      if (!response.ok) throw new Error(`${base} answers ${response.status}`);
      // As text: numbers are the decimals they are written as.
      const json = await response.text();
      const files = inputs.map(async ([name, url]) => [name, await fetchInputFile(new URL(url, location.href), signal)] as const);
      const sources = { json, assets: new Assets(base, assets), inputs: new Map(await Promise.all(files)) };
      const summary = await this.#shown.open(sources, 0);
      this.#sound.update(this.#shown.opened);
      return { json, summary };
    });
  }

  files({ files }: Requests["files"]["take"]): Promise<FileSummary[]> {
    // One after the other, since each tries decoders; beside what is shown.
    const trying = this.#trying.then(async () => {
      const summaries: FileSummary[] = [];
      for (const { name, file } of files) {
        const { summary, asset } = await tryFile(name, file);
        if (asset !== undefined) this.#shown.sources.assets.add(name, asset);
        summaries.push(summary);
      }
      return summaries;
    });
    this.#trying = trying.catch(() => {});
    return trying;
  }

  scene(take: Requests["scene"]["take"]): Promise<SceneSummary> {
    this.#wanted = take;
    this.#changing ??= this.#next(async () => {
      const { json, frame } = this.#wanted!;
      this.#changing = undefined;
      const summary = await this.#shown.change(json, frame);
      this.#sound.update(this.#shown.opened);
      return summary;
    });
    return this.#changing;
  }

  seek({ frame }: Requests["seek"]["take"]): Promise<boolean> {
    const seek = (this.#seeks += 1);
    return this.#next(async () => {
      if (seek !== this.#seeks) return false;
      await this.#shown.goTo(frame);
      return true;
    });
  }

  play(): Promise<void> {
    return this.#next(async () => {
      const player = this.#shown.opened;
      if (this.#shown.frame >= player.frameCount - 1) await this.#shown.goTo(0);
      // A hair more than the frame's start, so that rounding does not fall back to the frame before.
      const time = this.#shown.frame / player.frameRate + 1e-9;
      const clock = await this.#sound.play(time);
      this.#figures.begin();
      const stop = new AbortController();
      const done = playback(clock, this.#shown.frame, this.#played(player), stop.signal).catch((error: unknown) => {
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
    const expected = hashes === undefined ? undefined : new Expectation(hashes);
    this.#shown.expected = expected;
    return { frames: expected?.frames ?? 0 };
  }

  export(wish: ExportWish): Promise<Exported> {
    void this.#shown.opened;
    if (this.#exporting !== undefined) throw failure("E_BUSY", "another export is running");
    const stop = new AbortController();
    const done = exportScene({
      ...this.#shown.sources,
      wish,
      signal: stop.signal,
      warn: (code, message) => this.#tell({ event: "warning", data: { code, message } }),
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
    return this.#figures.read(this.#shown.player);
  }

  async close(): Promise<Stats> {
    this.#seeks += 1;
    // Whoever waits for a file waits no longer.
    this.#shown.sources.assets.close();
    await Promise.all([this.cancel(), this.#trying]);
    return this.#next(async () => {
      await this.#sound.close();
      this.#shown.close();
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

  #played(player: Player): Played {
    return {
      frameCount: player.frameCount,
      frameRate: player.frameRate,
      show: async (n) => {
        // Far behind, a key picture nearby is sooner there than all between.
        await this.#shown.show(n, n - this.#shown.frame > MOST_BETWEEN_SECONDS * player.frameRate);
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
