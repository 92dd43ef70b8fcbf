/** The timeline: ruler, playhead, a row for each layer (the top one first) and each sound. */

import { element } from "./dom.js";
import { follow } from "./dragging.js";
import type { Editor } from "./editor.js";
import type { List } from "./edits.js";
import { Ruler } from "./ruler.js";
import { TimelineRow, type Scale } from "./timeline_row.js";

/** How much closer the zoom comes at most. */
const CLOSEST = 40;

/** Draws the timeline and lets the ruler be pulled. */
export class Timeline {
  readonly #editor: Editor;
  readonly #seek: (frame: number) => void;
  readonly #scroller = element("scroller");
  readonly #ruler: Ruler;
  readonly #rows: Record<List, TimelineRow[]> = { layers: [], audio: [] };
  #isDue = false;

  constructor(editor: Editor, seek: (frame: number) => void) {
    this.#editor = editor;
    this.#seek = seek;
    this.#ruler = new Ruler(editor);
    editor.on(["summary", "frame", "verdicts"], () => this.draw());
    // What keys change is there before the next key.
    editor.on(["document"], () => this.#draw());
    editor.on(["selection"], () => {
      this.#draw();
      this.#moveFocus();
    });
    new ResizeObserver(() => this.draw()).observe(this.#scroller);
    this.#scroller.addEventListener("scroll", () => this.draw());
    element("zoom").addEventListener("input", () => this.#zoom());
    element("ruler").addEventListener("pointerdown", (event) => this.#scrub(event));
  }

  /** Draws once before the next picture of the screen, however often it is called. */
  draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  /** Width of the column of names, that of the tracks that are seen, and pixels to a second. */
  get #scale(): Scale {
    const names = element("ruler-row").firstElementChild!.clientWidth;
    const seen = Math.max(this.#scroller.clientWidth - names - 12, 50);
    const duration = Math.max(this.#editor.summary?.duration ?? 0, 0.04);
    const zoom = CLOSEST ** Number(element<HTMLInputElement>("zoom").value);
    return { names, seen, perSecond: (seen / duration) * zoom, duration };
  }

  #draw(): void {
    const { scene } = this.#editor;
    const scale = this.#scale;
    this.#scroller.style.setProperty("--length", `${scale.names + scale.duration * scale.perSecond + 12}px`);
    if (scene === undefined) return;
    for (const list of ["layers", "audio"] as const) {
      const rows = this.#rows[list];
      const count = this.#editor.items(list).length;
      while (rows.length > count) rows.pop()!.element.remove();
      while (rows.length < count) rows.push(new TimelineRow(this.#editor, { list, index: rows.length }, () => this.#scale));
      // What is drawn on top stands on top.
      rows.forEach((row) => row.update(scale));
    }
    const wanted = [...this.#rows.layers.toReversed(), ...this.#rows.audio].map((row) => row.element);
    // Rows that are in their place stay, and with them the focus.
    const rows = element("rows");
    wanted.forEach((row, at) => rows.children[at] !== row && rows.insertBefore(row, rows.children[at] ?? null));
    this.#ruler.draw(this.#scroller.scrollLeft, scale.seen + 12, scale.perSecond);
    element("playhead").style.transform = `translateX(${scale.names + this.#editor.time * scale.perSecond}px)`;
    if (this.#editor.playing) this.#follow(scale);
  }

  /** What was duplicated or moved to another row takes the focus along. */
  #moveFocus(): void {
    const { selection } = this.#editor;
    const from = document.activeElement?.closest(".row");
    const to = selection && this.#rows[selection.list][selection.index];
    if (from && to && from !== to.element) to.focusLike(document.activeElement!);
  }

  /** Scrolls on when the playhead leaves what is seen. */
  #follow({ seen, perSecond }: Scale): void {
    const x = this.#editor.time * perSecond - this.#scroller.scrollLeft;
    if (x < 0 || x > seen) this.#scroller.scrollLeft = this.#editor.time * perSecond;
  }

  /** Comes closer around the playhead. */
  #zoom(): void {
    const { seen, perSecond } = this.#scale;
    this.#draw();
    this.#scroller.scrollLeft = this.#editor.time * perSecond - seen / 2;
  }

  #scrub(event: PointerEvent): void {
    if (event.button !== 0 || this.#editor.summary === undefined) return;
    const ruler = event.currentTarget as HTMLElement;
    let wanted = -1;
    const go = ({ clientX }: PointerEvent) => {
      const x = clientX - ruler.getBoundingClientRect().left + this.#scroller.scrollLeft;
      // The frame that lies there, not the nearest beginning of one.
      const frame = this.#editor.frameAt(x / this.#scale.perSecond - 0.5 / this.#editor.summary!.frameRate);
      if (frame !== wanted) this.#seek((wanted = frame));
    };
    go(event);
    follow(event, go);
  }
}
