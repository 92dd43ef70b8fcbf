/** Files that are dropped anywhere on the page or chosen: scenes, lists of hashes, and what can be seen and heard. */

import type { Compare } from "./compare.js";
import { element } from "./dom.js";
import { droppedFiles } from "./dropped_files.js";
import type { Editor } from "./editor.js";
import { addFile, sceneFor } from "./edits.js";
import { wordsOf, type Notices } from "./notices.js";
import type { Preview } from "./preview.js";
import type { FileSummary, Problem } from "./protocol.js";

/** A line of `millpond render --hash`, and names that such files have. */
const HASH_LINE = /^\d+\t\d+(\/\d+)?\t[0-9a-f]{64}/;
const HASH_NAME = /\.(txt|tsv|hashes)$/i;

type Point = [x: number, y: number];
type Refused = { name: string; problem: Problem };

/** Takes files. */
export class Drop {
  readonly #editor: Editor;
  readonly #preview: Preview;
  readonly #compare: Compare;
  readonly #notices: Notices;
  /** One handful after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(editor: Editor, preview: Preview, compare: Compare, notices: Notices) {
    [this.#editor, this.#preview, this.#compare, this.#notices] = [editor, preview, compare, notices];
    const input = element<HTMLInputElement>("file");
    for (const id of ["add", "choose"]) element(id).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      void this.take([...(input.files ?? [])]);
      input.value = "";
    });
    this.#listen();
  }

  /**
   * Takes files; resolves when they are used or refused.
   *
   * @param centre - Where pictures go, in pixels of the canvas; its middle if undefined.
   */
  take(files: File[] | Promise<File[]>, centre?: Point): Promise<void> {
    this.#queue = this.#queue.then(async () => this.#use(await files, centre)).catch((error: unknown) => this.#notices.warn(error));
    return this.#queue;
  }

  #listen(): void {
    const hint = element("drop-hint");
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    addEventListener("dragover", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      hint.hidden = false;
    });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) hint.hidden = true;
    });
    addEventListener("drop", (event) => {
      hint.hidden = true;
      if (!holdsFiles(event)) return;
      event.preventDefault();
      void this.take(droppedFiles(event.dataTransfer!), this.#pointOf(event));
    });
  }

  /** Where on the canvas something was dropped, if it was dropped there. */
  #pointOf({ clientX, clientY }: DragEvent): Point | undefined {
    const { left, top, width, height } = element("board").getBoundingClientRect();
    const [x, y] = [(clientX - left) / width, (clientY - top) / height];
    const { summary } = this.#editor;
    const isOutside = [x, y].some((part) => !(part >= 0 && part < 1));
    return summary === undefined || isOutside ? undefined : [x * summary.width, y * summary.height];
  }

  async #use(files: File[], centre: Point | undefined): Promise<void> {
    const refused: Refused[] = [];
    const media: File[] = [];
    let hashes: File | undefined;
    for (const file of files) {
      if (/\.json$/i.test(file.name)) {
        await this.#openScene(file).catch((error: unknown) => refused.push(refusal(file, error)));
      } else if (HASH_NAME.test(file.name) || HASH_LINE.test(await file.slice(0, 200).text())) hashes = file;
      else media.push(file);
    }
    if (media.length > 0) refused.push(...(await this.#addMedia(media, centre)));
    if (hashes !== undefined) {
      const text = await hashes.text();
      await this.#compare.begin(text).catch((error: unknown) => refused.push(refusal(hashes, error)));
    }
    this.#notices.refuse(refused);
  }

  async #openScene(file: File): Promise<void> {
    this.#editor.document.open(await file.text());
    this.#editor.opened(file.name);
    // What comes from now on is dropped, not fetched.
    this.#preview.files.fetched = undefined;
    this.#editor.changed("document");
    await this.#preview.show();
  }

  async #addMedia(files: File[], centre: Point | undefined): Promise<Refused[]> {
    const { scene } = this.#editor;
    const { files: given } = this.#preview;
    const missing = given.missing(scene);
    const taken = new Set<string>();
    const named = files.map((file) => {
      // A file that the scene waits for goes to its place, whatever folder the scene has it in.
      const awaited = missing.find((src) => !taken.has(src) && src.replace(/^.*\//, "") === file.name);
      const name = awaited ?? freeName(file.name, (name) => taken.has(name) || given.has(name, scene));
      taken.add(name);
      return { name, file, isAwaited: awaited !== undefined };
    });
    const summaries = await this.#preview.add(named.map(({ name, file }) => ({ name, file })));
    const awaited = new Set(named.filter(({ isAwaited }) => isAwaited).map(({ name }) => name));
    const used = summaries.filter((summary) => summary.kind !== "refused");
    const added = used.filter(({ name }) => !awaited.has(name));
    if (added.length > 0) this.#addToScene(added, centre);
    await this.#preview.show();
    return summaries.filter((summary) => summary.kind === "refused");
  }

  #addToScene(added: Exclude<FileSummary, { kind: "refused" }>[], centre: Point | undefined): void {
    const editor = this.#editor;
    const seconds = editor.time;
    if (editor.scene === undefined) {
      // Pictures decide the shape, clips before stills.
      const first = ["clip", "still", "sound"].flatMap((kind) => added.filter((file) => file.kind === kind))[0]!;
      editor.document.start(sceneFor(first));
      editor.opened("untitled scene");
    }
    editor.change((scene) => added.reduce((scene, file) => addFile(scene, file, seconds, centre), scene));
    const list = added.at(-1)!.kind === "sound" ? "audio" : "layers";
    editor.select({ list, index: editor.items(list).length - 1 });
  }
}

function refusal(file: File, error: unknown): Refused {
  return { name: file.name, problem: { code: "", message: wordsOf(error) } };
}

/** A name that nothing has yet: `clip.mp4`, `clip-2.mp4`, … */
function freeName(wish: string, isTaken: (name: string) => boolean): string {
  const [, stem, extension] = /^(.*?)(\.[^.]*)?$/s.exec(wish)!;
  let name = wish;
  for (let n = 2; isTaken(name); n++) name = `${stem}-${n}${extension ?? ""}`;
  return name;
}
