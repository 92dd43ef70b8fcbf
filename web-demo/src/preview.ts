/** Keeps the worker at what the page wants to show: its scene, its frame, its sound. Starts it again when it is lost. */

import type { Editor } from "./editor.js";
import { EngineClient, EngineError } from "./engine_client.js";
import { GivenFiles } from "./given_files.js";
import type { Notices } from "./notices.js";
import type { Events, FileSummary, Requests, SceneSummary, Stats } from "./protocol.js";
import { Speakers } from "./speakers.js";

/** What the preview tells. */
export interface PreviewListeners {
  /** @param played - Whether they are those of playing, or of a frame that was sought. */
  stats(stats: Stats, played: boolean): void;
  progress(progress: Events["progress"]): void;
}

/** The worker as the page uses it. */
export class Preview {
  readonly #editor: Editor;
  readonly #notices: Notices;
  readonly #listeners: PreviewListeners;
  #client!: EngineClient;
  readonly #speakers = new Speakers();
  /** What the worker has. */
  readonly files = new GivenFiles();
  /** The newest document that the worker has not got yet waits here while it is busy with one. */
  #showing: Promise<void> | undefined;
  #newest: string | undefined;
  #hashes: string | undefined;
  #isShown = false;
  /** Figures that are being asked for, and whether there are newer ones already. */
  #asking: Promise<void> | undefined;
  #areStale = false;

  constructor(editor: Editor, notices: Notices, listeners: PreviewListeners) {
    this.#editor = editor;
    this.#notices = notices;
    this.#listeners = listeners;
    editor.on(["document"], () => {
      if (!this.#isShown) void this.show();
    });
    this.#start();
  }

  /** Fetches a scene and shows its first frame. */
  async load(url: string, inputs: [name: string, url: string][]): Promise<void> {
    const { json, summary } = await this.#client.request("load", { url, inputs });
    this.files.fetched = { url, inputs };
    this.#editor.document.open(json);
    this.#opened(summary);
    // The worker has it already.
    this.#isShown = true;
    this.#editor.changed("document");
    this.#isShown = false;
  }

  /** Hands files to the worker. */
  async add(files: { name: string; file: File }[]): Promise<FileSummary[]> {
    const summaries = await this.#client.request("files", { files });
    const used = new Set(summaries.filter(({ kind }) => kind !== "refused").map(({ name }) => name));
    for (const { name, file } of files) if (used.has(name)) this.files.dropped.set(name, file);
    return summaries;
  }

  /** Shows the document; of those that come while one is being opened, only the newest follows. */
  show(): Promise<void> {
    if (this.#editor.scene === undefined) return Promise.resolve();
    const missing = this.files.missing(this.#editor.scene);
    this.#notices.missing(missing.length === 0 ? "" : `The scene waits for ${missing.join(", ")}: drop it here.`);
    if (missing.length > 0) return Promise.resolve();
    this.#newest = this.#editor.document.json;
    this.#showing ??= this.#showNewest();
    return this.#showing;
  }

  /** Shows a frame. */
  async seek(frame: number): Promise<void> {
    const { summary } = this.#editor;
    if (summary === undefined) return;
    const wanted = Math.min(Math.max(Math.round(frame), 0), summary.frameCount - 1);
    await this.#try(() => this.#client.request("seek", { frame: wanted }));
  }

  /** Plays, or stops. The first time it opens the way to the speakers. */
  async toggle(): Promise<void> {
    if (this.#editor.summary === undefined) return;
    if (this.#editor.playing) return this.#try(() => this.#client.request("pause"));
    await this.#try(async () => {
      const isSilent = this.#editor.items("audio").length === 0;
      if (!isSilent) await this.#speakers.open(this.#client).catch((error: unknown) => this.#notices.warn(error));
      await this.#client.request("play");
    });
  }

  /** Compares each shown frame with the text of a `--hash` file; undefined ends it. */
  async expect(hashes: string | undefined): Promise<void> {
    await this.#client.request("expect", { hashes });
    this.#hashes = hashes;
    this.#editor.verdicts = hashes === undefined ? undefined : [];
    this.#editor.changed("verdicts");
  }

  /** Renders the scene to a file. */
  async export(wish: Requests["export"]["take"]): Promise<Requests["export"]["give"]> {
    await this.#showing;
    return this.#client.request("export", wish);
  }

  /** Ends an export. */
  async cancel(): Promise<void> {
    await this.#client.request("cancel");
  }

  /** Gives a document that was open to a new worker. */
  async restart(): Promise<void> {
    this.#client.terminate();
    this.#speakers.close();
    this.#editor.playing = false;
    this.#editor.changed("playing");
    this.#notices.found();
    this.#start();
    const { frame } = this.#editor;
    await this.#try(async () => {
      if (this.files.dropped.size > 0) {
        await this.#client.request("files", { files: [...this.files.dropped].map(([name, file]) => ({ name, file })) });
      }
      if (this.files.fetched !== undefined) await this.#client.request("load", this.files.fetched);
      if (this.#hashes !== undefined) await this.expect(this.#hashes);
      this.#editor.frame = frame;
      await this.show();
    });
  }

  /** Resolves when the document is shown and the figures are those of its picture. */
  async settled(): Promise<void> {
    while (this.#showing !== undefined || this.#asking !== undefined) await (this.#showing ?? this.#asking);
  }

  /** While it plays the worker tells its figures by itself. */
  #askStats(): void {
    this.#areStale = true;
    this.#asking ??= this.#readStats();
  }

  async #readStats(): Promise<void> {
    while (this.#areStale) {
      this.#areStale = false;
      // A worker that is lost has its own message.
      const stats = await this.#client.request("stats").catch(() => undefined);
      if (stats !== undefined) this.#listeners.stats(stats, false);
    }
    this.#asking = undefined;
  }

  #start(): void {
    const fresh = (id: string) => {
      // What was transferred cannot be transferred again.
      const old = document.getElementById(id) as HTMLCanvasElement;
      const canvas = old.cloneNode() as HTMLCanvasElement;
      old.replaceWith(canvas);
      return canvas.transferControlToOffscreen();
    };
    const editor = this.#editor;
    this.#client = new EngineClient(
      {
        shown: ({ frame, verdict }) => {
          editor.frame = frame;
          if (editor.verdicts !== undefined && verdict !== undefined) {
            editor.verdicts[frame] = verdict;
            editor.changed("verdicts");
          }
          editor.changed("frame");
          if (!editor.playing) this.#askStats();
        },
        playing: ({ playing }) => {
          editor.playing = playing;
          editor.changed("playing");
        },
        stats: (stats) => this.#listeners.stats(stats, true),
        progress: (progress) => this.#listeners.progress(progress),
        warning: (problem) => this.#notices.warn(problem),
        problem: (problem) => this.#notices.warn(problem),
      },
      (lost, why) => (lost ? this.#notices.lost(why) : this.#notices.found()),
    );
    const [canvas, mel] = [fresh("canvas"), fresh("mel-picture")];
    this.#client.request("start", { canvas, mel }, [canvas, mel]).catch((error: unknown) => this.#notices.fail(error));
  }

  async #showNewest(): Promise<void> {
    while (this.#newest !== undefined) {
      const json = this.#newest;
      this.#newest = undefined;
      await this.#try(async () => {
        const frame = Math.max(this.#editor.frame, 0);
        this.#opened(await this.#client.request("scene", { json, frame }));
        this.#notices.warn(undefined);
      });
    }
    this.#showing = undefined;
  }

  #opened(summary: SceneSummary): void {
    const editor = this.#editor;
    editor.summary = summary;
    if (editor.verdicts !== undefined) editor.verdicts = [];
    const [name] = summary.missingInputs;
    this.#notices.missing(
      name === undefined ? "" : `Nothing is pushed to the input ${name}: add &input=${name}=URL to the address.`,
    );
    this.#notices.fail(undefined);
    editor.changed("summary");
    editor.changed("verdicts");
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Whoever ended the worker has said so, and a newer scene is on its way.
      if (error instanceof EngineError && ["E_LOST", "E_CANCELLED"].includes(error.code)) return;
      if (this.#editor.summary === undefined) this.#notices.fail(error);
      else this.#notices.warn(error);
    }
  }
}
