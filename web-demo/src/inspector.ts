/** What is selected, in numbers and words: a layer, a sound, or else the canvas. */

import { canvasForm } from "./canvas_form.js";
import { element, iconButton, make } from "./dom.js";
import type { Editor } from "./editor.js";
import type { List } from "./edits.js";
import type { Form } from "./fields.js";
import { layerForm } from "./layer_form.js";
import { soundForm } from "./sound_form.js";

/** The panel on the side. */
export class Inspector {
  readonly #editor: Editor;
  readonly #panel = element("inspector");
  #form: Form | undefined;
  /** Of what the form is; one that shows something else of this kind is kept, and with it the focus. */
  #kind: List | "canvas" | undefined;

  constructor(editor: Editor) {
    this.#editor = editor;
    editor.on(["document", "selection", "summary"], () => this.#update());
  }

  #update(): void {
    const editor = this.#editor;
    if (editor.scene === undefined) return;
    const kind = editor.selected === undefined ? "canvas" : editor.selection!.list;
    if (kind !== this.#kind) {
      this.#kind = kind;
      this.#form = kind === "canvas" ? canvasForm(editor) : kind === "layers" ? layerForm(editor) : soundForm(editor);
      this.#panel.replaceChildren(this.#heading(kind), ...this.#form.elements);
    }
    if (kind !== "canvas") {
      this.#panel.querySelector("h2")!.textContent = editor.nameOf(editor.selection!);
      this.#panel.querySelector(".file")!.textContent = editor.fileOf(editor.selection!);
    }
    this.#form!.show();
  }

  #heading(kind: List | "canvas"): HTMLElement {
    if (kind === "canvas") return make("div", { className: "heading" }, make("h2", {}, "Canvas"));
    const buttons = [
      iconButton("copy", "Duplicate (Ctrl+D)", () => this.#editor.duplicateSelected()),
      iconButton("delete", "Delete (Del)", () => this.#editor.removeSelected()),
    ];
    return make("div", { className: "heading" }, make("h2"), make("span", { className: "file" }), ...buttons);
  }
}
