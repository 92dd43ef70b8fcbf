/** A row of the timeline: the name, and a bar from the start to the end that can be pulled at its middle and its ends. */

import { clock, icon, iconButton, make } from "./dom.js";
import { follow } from "./dragging.js";
import type { Editor } from "./editor.js";
import { setTimes, trimStart, type Place } from "./edits.js";
import { rational, type Fields } from "./scene_file.js";

/** How the timeline is drawn: pixels of the names' column, of the tracks that are seen, to a second; seconds in all. */
export interface Scale {
  names: number;
  seen: number;
  perSecond: number;
  duration: number;
}

type Part = "bar" | "start" | "end";

/** Pixels of the screen within which an end is put onto the playhead. */
const REACH = 6;

/** A layer or a sound. */
export class TimelineRow {
  readonly element: HTMLElement;
  readonly #editor: Editor;
  readonly #place: Place;
  readonly #scale: () => Scale;
  readonly #name: HTMLButtonElement;
  readonly #moves: HTMLElement;
  readonly #bar = make("div", { className: "bar", tabIndex: 0, role: "slider" });
  readonly #ends = {
    start: make("i", { className: "end start", role: "slider" }),
    end: make("i", { className: "end", role: "slider" }),
  };

  constructor(editor: Editor, place: Place, scale: () => Scale) {
    [this.#editor, this.#place, this.#scale] = [editor, place, scale];
    const select = () => editor.select(place);
    this.#name = make("button", { className: "name", type: "button" });
    this.#name.addEventListener("click", select);
    const reorder = (upwards: boolean) => () => (select(), editor.reorderSelected(upwards));
    this.#moves = make("span", { className: "moves" }, iconButton("up", "Move up", reorder(true)), iconButton("down", "Move down", reorder(false)));
    this.#bar.append(make("span", {}), this.#ends.start, this.#ends.end);
    this.#bar.addEventListener("focus", select);
    this.#listen(this.#bar, "bar");
    for (const part of ["start", "end"] as const) this.#listen(this.#ends[part], part);
    const header = make("span", { className: "header" }, this.#name, this.#moves);
    this.element = make("div", { className: `row ${place.list}`, role: "listitem" }, header, make("div", { className: "track" }, this.#bar));
  }

  /** Draws it as the document says. */
  update({ perSecond, duration }: Scale): void {
    const editor = this.#editor;
    const place = this.#place;
    const name = editor.nameOf(place);
    const [start, end] = editor.span(place);
    const isSelected = editor.selection?.list === place.list && editor.selection.index === place.index;
    if (this.#name.title !== editor.fileOf(place) || this.#name.textContent !== name) {
      this.#name.replaceChildren(icon(place.list === "layers" ? "picture" : "sound"), name);
      this.#name.title = editor.fileOf(place);
      this.#bar.firstElementChild!.textContent = name;
    }
    this.element.classList.toggle("selected", isSelected);
    this.#name.ariaPressed = String(isSelected);
    this.#moves.hidden = !isSelected;
    this.#bar.style.left = `${start * perSecond}px`;
    this.#bar.style.width = `${Math.max((end - start) * perSecond, 3)}px`;
    const kind = place.list === "layers" ? `Layer ${place.index + 1}` : `Sound ${place.index + 1}`;
    this.#describe(this.#bar, `${kind}, ${name}`, start, `${clock(start)} to ${clock(end)}`, duration);
    this.#describe(this.#ends.start, `Start of ${name}`, start, clock(start), duration);
    this.#describe(this.#ends.end, `End of ${name}`, end, clock(end), duration);
    for (const handle of Object.values(this.#ends)) handle.tabIndex = isSelected ? 0 : -1;
  }

  /** Takes the focus where another row had it. */
  focusLike(other: Element): void {
    const part = [this.#name, this.#ends.start, this.#ends.end].find(({ className }) => className === other.className);
    (part ?? this.#bar).focus();
  }

  #describe(slider: HTMLElement, label: string, now: number, words: string, duration: number): void {
    slider.ariaLabel = label;
    slider.ariaValueMin = "0";
    slider.ariaValueMax = String(duration);
    slider.ariaValueNow = String(now);
    slider.ariaValueText = words;
  }

  #listen(target: HTMLElement, part: Part): void {
    target.addEventListener("pointerdown", (event) => this.#grab(event, target, part));
    target.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by === undefined || event.target !== target || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const frames = by * (event.shiftKey ? 10 : 1);
      const seconds = frames / (this.#editor.summary?.frameRate ?? 25);
      this.#move(part, this.#editor.span(this.#place), seconds, false, undefined);
    });
  }

  #grab(event: PointerEvent, target: HTMLElement, part: Part): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.preventDefault();
    this.#editor.select(this.#place);
    target.focus({ preventScroll: true });
    this.#editor.document.settle();
    const from = this.#editor.span(this.#place);
    const held = this.#editor.selected;
    const { perSecond } = this.#scale();
    let before = 0;
    const pull = (move: PointerEvent) => {
      const pixels = move.clientX - event.clientX;
      if (pixels !== before) this.#move(part, from, pixels / perSecond, !move.altKey, held);
      before = pixels;
    };
    follow(event, pull, () => this.#editor.document.settle());
  }

  /** Moves a part by some seconds from where it was when it was taken hold of, onto frames. */
  #move(part: Part, [start, end]: [number, number], by: number, snap: boolean, held: Fields | undefined): void {
    const editor = this.#editor;
    const place = this.#place;
    const item = editor.items(place.list)[place.index];
    // It may have been deleted while it was pulled.
    if (item === undefined) return;
    const step = `${part} ${place.list} ${place.index}`;
    const onto = (seconds: number) => {
      const near = Math.abs(seconds - editor.time) * this.#scale().perSecond < REACH;
      return Math.max(editor.onFrame(snap && near ? editor.time : seconds), 0);
    };
    if (part === "start") {
      const moved = Math.min(onto(start + by), end);
      if (moved !== rational(item.start)) editor.change((scene) => trimStart(scene, place, moved, held), step);
    } else if (part === "end") {
      const moved = Math.max(onto(end + by), start);
      if (moved !== rational(item.end)) editor.change((scene) => setTimes(scene, place, start, moved), step);
    } else {
      const moved = onto(start + by);
      if (moved === (rational(item.start) ?? 0)) return;
      // An end that is open goes along by itself.
      const shifted = item.end === undefined ? undefined : Number((end + moved - start).toFixed(3));
      editor.change((scene) => setTimes(scene, place, moved, shifted), step);
    }
  }
}
