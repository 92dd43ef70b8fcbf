/** The picture with the layers' boxes over it: what is clicked is selected, what is pulled moves. */

import { element, make } from "./dom.js";
import { follow } from "./dragging.js";
import type { Editor } from "./editor.js";
import { setRect } from "./edits.js";
import { canvasSize, coveredBy, isKeyed, placeOf, type Rect } from "./scene_file.js";
import { pulled, snapped, type Grip } from "./shaping.js";

const GRIPS = ["nw", "n", "ne", "e", "s", "sw", "w", "se"] as const;
/** Pixels of the screen within which an edge is snapped. */
const REACH = 7;
/** Pixels of the screen that stay free around the canvas, so that boxes that reach over it can be held. */
const MARGIN = 18;
const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Canvas and overlay. */
export class Stage {
  readonly #editor: Editor;
  readonly #picture = element("picture");
  readonly #board = element("board");
  readonly #overlay = element("overlay");
  readonly #handles = make("div", { className: "handles" });
  readonly #guides = { x: make("i", { className: "guide x", hidden: true }), y: make("i", { className: "guide y", hidden: true }) };
  #boxes: HTMLElement[] = [];
  /** Pixels of the screen to a pixel of the canvas. */
  #scale = 1;

  constructor(editor: Editor) {
    this.#editor = editor;
    for (const grip of GRIPS) {
      // One of the eight can be reached by keyboard: it is enough for any size.
      const handle = grip === "se" ? make("button", { type: "button" }) : make("i");
      handle.className = `handle ${grip}`;
      handle.addEventListener("pointerdown", (event) => this.#grab(event, grip));
      if (grip === "se") handle.addEventListener("keydown", (event) => this.#nudge(event, "se"));
      this.#handles.append(handle);
    }
    this.#overlay.append(this.#guides.x, this.#guides.y);
    editor.on(["document", "summary", "frame"], () => this.#update());
    editor.on(["selection"], () => {
      this.#update();
      // What was duplicated or moved above another takes the focus along.
      const focused = document.activeElement;
      const box = this.#boxes[this.#selectedIndex ?? -1];
      if (focused?.matches(".box") && focused !== box) box?.focus();
    });
    new ResizeObserver(() => this.#update()).observe(this.#picture);
    this.#picture.addEventListener("pointerdown", (event) => {
      if (event.target === this.#picture || event.target === this.#overlay) editor.select(undefined);
    });
  }

  #update(): void {
    const { scene, summary } = this.#editor;
    this.#board.hidden = scene === undefined || summary === undefined;
    if (scene === undefined) return;
    const [width, height] = canvasSize(scene);
    const room = [this.#picture.clientWidth - 2 * MARGIN, this.#picture.clientHeight - 2 * MARGIN] as const;
    this.#scale = Math.max(Math.min(room[0] / width, room[1] / height), 0.01);
    this.#board.style.width = `${width * this.#scale}px`;
    this.#board.style.height = `${height * this.#scale}px`;
    const count = this.#editor.items("layers").length;
    while (this.#boxes.length > count) this.#boxes.pop()!.remove();
    while (this.#boxes.length < count) this.#boxes.push(this.#box(this.#boxes.length));
    this.#boxes.forEach((box, index) => this.#updateBox(box, index));
    this.#updateHandles();
  }

  #box(index: number): HTMLElement {
    const box = make("div", { className: "box", tabIndex: 0, role: "button" });
    const select = () => this.#editor.select({ list: "layers", index });
    box.addEventListener("focus", select);
    box.addEventListener("pointerdown", (event) => (select(), this.#grab(event, "move")));
    box.addEventListener("keydown", (event) => this.#nudge(event, "move"));
    this.#overlay.insertBefore(box, this.#guides.x);
    return box;
  }

  #updateBox(box: HTMLElement, index: number): void {
    const editor = this.#editor;
    const layer = editor.items("layers")[index]!;
    const [start, end] = editor.span({ list: "layers", index });
    const place = placeOf(editor.scene!, layer, editor.time);
    const isSelected = this.#selectedIndex === index;
    const [, , width, height] = place;
    box.hidden = editor.time < start || editor.time >= end;
    box.classList.toggle("selected", isSelected);
    box.ariaPressed = String(isSelected);
    box.ariaLabel = `Layer ${index + 1}, ${layer.asset}: ${width} × ${height} at ${place[0]}, ${place[1]}`;
    const size = editor.summary?.sizes[String(layer.asset)];
    this.#put(box, isSelected ? place : coveredBy(layer, place, size));
  }

  #updateHandles(): void {
    const index = this.#selectedIndex;
    const box = index === undefined ? undefined : this.#boxes[index];
    this.#handles.hidden = box === undefined || box.hidden;
    if (index === undefined || box === undefined) return;
    // Behind its box, so that the key Tab goes from the one to the other; moving it only if it must, for its focus.
    if (box.nextSibling !== this.#handles) box.after(this.#handles);
    const layer = this.#editor.items("layers")[index]!;
    const place = placeOf(this.#editor.scene!, layer, this.#editor.time);
    this.#handles.classList.toggle("fixed", isKeyed(layer, "rect"));
    this.#handles.lastElementChild!.ariaLabel = `Size of ${layer.asset}: ${place[2]} × ${place[3]}`;
    this.#put(this.#handles, place);
  }

  get #selectedIndex(): number | undefined {
    const { selection } = this.#editor;
    return selection?.list === "layers" ? selection.index : undefined;
  }

  #put(target: HTMLElement, [x, y, width, height]: Rect): void {
    const names = ["left", "top", "width", "height"] as const;
    [x, y, width, height].forEach((side, at) => (target.style[names[at]!] = `${side * this.#scale}px`));
  }

  /** Follows the pointer until it is let go. */
  #grab(event: PointerEvent, grip: Grip): void {
    const index = this.#selectedIndex;
    const { scene } = this.#editor;
    if (event.button !== 0 || index === undefined || scene === undefined) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).focus({ preventScroll: true });
    const from = placeOf(scene, this.#editor.items("layers")[index]!, this.#editor.time);
    this.#editor.document.settle();
    const pull = (move: PointerEvent) => {
      const by = [(move.clientX - event.clientX) / this.#scale, (move.clientY - event.clientY) / this.#scale] as const;
      const reach = move.altKey ? 0 : REACH / this.#scale;
      const { rect, guides } = snapped(from, grip, ...by, move.shiftKey && grip !== "move", canvasSize(scene), reach);
      this.#showGuides(guides.x, guides.y);
      const layer = this.#editor.items("layers")[index];
      // It may have been deleted meanwhile.
      if (layer === undefined) return;
      const now = placeOf(this.#editor.scene!, layer, this.#editor.time);
      if (!rect.every((side, at) => side === now[at])) this.#change(index, now, rect);
    };
    follow(event, pull, () => {
      this.#showGuides(undefined, undefined);
      this.#editor.document.settle();
    });
  }

  #nudge(event: KeyboardEvent, grip: "move" | "se"): void {
    const arrow = ARROWS[event.key];
    const index = this.#selectedIndex;
    if (arrow === undefined || index === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const step = event.shiftKey ? 10 : 1;
    const now = placeOf(this.#editor.scene!, this.#editor.items("layers")[index]!, this.#editor.time);
    this.#change(index, now, pulled(now, grip, arrow[0] * step, arrow[1] * step, false));
  }

  #change(index: number, from: Rect, to: Rect): void {
    this.#editor.change((scene) => setRect(scene, index, from, to), `rect ${index}`);
  }

  #showGuides(x: number | undefined, y: number | undefined): void {
    this.#guides.x.hidden = x === undefined;
    this.#guides.y.hidden = y === undefined;
    if (x !== undefined) this.#guides.x.style.left = `${x * this.#scale}px`;
    if (y !== undefined) this.#guides.y.style.top = `${y * this.#scale}px`;
  }
}
