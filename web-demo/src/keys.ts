/** Keys that work everywhere on the page, and the list of all keys. */

import { element, make } from "./dom.js";
import type { Editor } from "./editor.js";
import type { Preview } from "./preview.js";
import type { Transport } from "./transport.js";

const SECOND = 1;

/** What is listed; the stage's and the timeline's own keys stand with them. */
const LIST: [keys: string, what: string][] = [
  ["Space, K", "play or pause"],
  ["←, → or , .", "one frame back or on"],
  ["J, L", "one second back or on"],
  ["Home, End", "first or last frame"],
  ["Ctrl+Z, Ctrl+Shift+Z", "undo, redo"],
  ["Ctrl+D", "duplicate what is selected"],
  ["Delete", "delete what is selected"],
  ["Alt+↑, Alt+↓", "move it above or below its neighbour"],
  ["Escape", "select nothing"],
  ["Tab", "from layer to layer, from bar to bar"],
  ["Arrows on a layer or its corner", "move or resize by a pixel, with Shift by ten"],
  ["← → on a bar or its end", "move by a frame, with Shift by ten"],
  ["Shift while pulling a corner", "keep the shape"],
  ["Alt while pulling", "do not snap"],
  ["?", "this list"],
];

/** Elements that use keys for themselves. */
const TYPING = "input:not([type=range]), select, textarea, [contenteditable]";

/** Listens to keys. */
export function listenToKeys(editor: Editor, preview: Preview, transport: Transport): void {
  const last = () => (editor.summary?.frameCount ?? 1) - 1;
  const plain: Record<string, () => void> = {
    " ": () => void preview.toggle(),
    k: () => void preview.toggle(),
    ArrowLeft: () => void transport.step(-1),
    ArrowRight: () => void transport.step(1),
    ",": () => void transport.step(-1),
    ".": () => void transport.step(1),
    j: () => void transport.skip(-SECOND),
    l: () => void transport.skip(SECOND),
    Home: () => void transport.goTo(0),
    End: () => void transport.goTo(last()),
    Delete: () => editor.removeSelected(),
    Backspace: () => editor.removeSelected(),
    Escape: () => editor.select(undefined),
    "?": () => showHelp(),
  };
  const withControl: Record<string, () => void> = {
    z: () => editor.undo(),
    "shift z": () => editor.redo(),
    y: () => editor.redo(),
    d: () => editor.duplicateSelected(),
  };
  const withAlt: Record<string, () => void> = {
    ArrowUp: () => editor.reorderSelected(true),
    ArrowDown: () => editor.reorderSelected(false),
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = control ? withControl[event.shiftKey ? `shift ${key}` : key] : (event.altKey ? withAlt : plain)[key];
    if (action === undefined) return;
    if (!control && target.matches(TYPING)) return;
    // The slider has its own keys for moving.
    if (target.matches("input[type=range]") && event.key !== " " && event.key.length > 1 && event.key !== "Escape") return;
    if (target.matches("button, summary, a") && event.key === " ") return;
    event.preventDefault();
    action();
  });

  element("help").addEventListener("click", showHelp);
  element("keys").replaceChildren(
    ...LIST.flatMap(([keys, what]) => [make("dt", {}, ...keys.split(/(?<=,) /).map((key) => make("kbd", {}, key))), make("dd", {}, what)]),
  );
}

function showHelp(): void {
  element<HTMLDialogElement>("help-dialog").showModal();
}
