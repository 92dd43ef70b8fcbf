/** What the page knows: the document, what is selected, what is shown. Parts of the page listen to it and change it. */

import { SceneDocument } from "./document.js";
import * as edits from "./edits.js";
import type { List, Place } from "./edits.js";
import type { SceneSummary, Verdict } from "./protocol.js";
import { rational, sourceOf, timeOfFrame, type Fields, type SceneFile } from "./scene_file.js";

/** What changed. */
export type Change = "document" | "summary" | "selection" | "frame" | "playing" | "verdicts";

/** The state of the page. */
export class Editor {
  readonly document = new SceneDocument();
  /** What the worker says of the scene that it shows. */
  summary: SceneSummary | undefined;
  /** The shown frame; -1 before the first. */
  frame = -1;
  playing = false;
  selection: Place | undefined;
  /** What comparing each frame gave, while a list of hashes is there. */
  verdicts: Verdict[] | undefined;

  /** What the scene is called. */
  name = "";

  readonly #listeners: [Change[], () => void][] = [];

  /** Calls `listener` when one of these changed. */
  on(changes: Change[], listener: () => void): void {
    this.#listeners.push([changes, listener]);
  }

  /** Tells the listeners. */
  changed(change: Change): void {
    for (const [changes, listener] of this.#listeners) if (changes.includes(change)) listener();
  }

  get scene(): SceneFile | undefined {
    return this.document.scene;
  }

  /** Scene time of the shown frame in seconds. */
  get time(): number {
    return this.timeOf(Math.max(this.frame, 0));
  }

  /** Scene time of a frame in seconds, with three decimals. */
  timeOf(frame: number): number {
    return this.scene === undefined ? 0 : timeOfFrame(this.scene, frame);
  }

  /** The frame at a time, rounded, within the scene. */
  frameAt(seconds: number): number {
    const { frameRate = 25, frameCount = 1 } = this.summary ?? {};
    return Math.min(Math.max(Math.round(seconds * frameRate), 0), frameCount - 1);
  }

  /** A time moved to the nearest frame's; it may lie behind the scene's end. */
  onFrame(seconds: number): number {
    return this.timeOf(Math.max(Math.round(seconds * (this.summary?.frameRate ?? 25)), 0));
  }

  /** Another scene begins. */
  opened(name: string): void {
    this.name = name;
    [this.frame, this.summary] = [-1, undefined];
    this.select(undefined);
  }

  /** Layers or sounds of the document. */
  items(list: List): Fields[] {
    return this.scene?.[list] ?? [];
  }

  /** What is selected, if anything. */
  get selected(): Fields | undefined {
    return this.selection && this.items(this.selection.list)[this.selection.index];
  }

  /** From when to when something is seen or heard, in scene seconds. */
  span({ list, index }: Place): [start: number, end: number] {
    const item = this.items(list)[index] ?? {};
    const start = rational(item.start) ?? 0;
    const known = (list === "layers" ? this.summary?.layers : this.summary?.sounds)?.[index];
    const duration = this.summary?.duration ?? 0;
    // The worker may not know the newest start yet. A file's end goes along with it, the scene's end does not.
    const natural = known === undefined || known.end === duration ? Infinity : known.end - known.start + start;
    return [start, Math.max(rational(item.end) ?? Math.min(natural, duration), start)];
  }

  /** What something is called. */
  nameOf({ list, index }: Place): string {
    return String(this.items(list)[index]?.asset ?? "?");
  }

  /** Name of its file. */
  fileOf({ list, index }: Place): string {
    const asset = this.items(list)[index]?.asset;
    return (this.scene && sourceOf(this.scene, asset)) ?? "pushed picture";
  }

  /** Selects something, or nothing. */
  select(place: Place | undefined): void {
    if (place?.list === this.selection?.list && place?.index === this.selection?.index) return;
    this.selection = place;
    this.document.settle();
    this.changed("selection");
  }

  /** Edits the document; edits with the same step name in a row are undone together. */
  change(edit: (scene: SceneFile) => SceneFile, step?: string): void {
    this.document.change(edit, step);
    this.changed("document");
  }

  undo(): void {
    if (this.document.undo()) this.#restored();
  }

  redo(): void {
    if (this.document.redo()) this.#restored();
  }

  /** Takes away what is selected. */
  removeSelected(): void {
    const place = this.selection;
    if (place === undefined) return;
    this.select(undefined);
    this.change((scene) => edits.remove(scene, place));
  }

  /** Puts a copy of what is selected above it, and selects that. */
  duplicateSelected(): void {
    const place = this.selection;
    if (place === undefined) return;
    this.change((scene) => edits.duplicate(scene, place));
    this.select({ ...place, index: place.index + 1 });
  }

  /** Moves what is selected above or below its neighbour in the timeline. */
  reorderSelected(upwards: boolean): void {
    const place = this.selection;
    if (place === undefined) return;
    // The first layer is at the bottom, the first sound on top.
    const to = place.index + (upwards === (place.list === "layers") ? 1 : -1);
    if (to < 0 || to >= this.items(place.list).length) return;
    this.change((scene) => edits.reorder(scene, place, to));
    this.select({ ...place, index: to });
  }

  #restored(): void {
    if (this.selection !== undefined && this.selected === undefined) this.select(undefined);
    this.changed("document");
  }
}
