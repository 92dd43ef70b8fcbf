/** The form of the canvas: size, rate, background, pixel format, length; and the assets, each to be shown once more. */

import { iconButton, make } from "./dom.js";
import { exact } from "./exact_json.js";
import { choiceField, group, numberField, textField, type Form } from "./fields.js";
import type { Editor } from "./editor.js";
import { addLayer, setCanvas, setDuration } from "./edits.js";
import { canvasSize, rational, sourceOf } from "./scene_file.js";

const MAX_SIDE = 32_768;
const RATE = /^\d+(\.\d+)?(\/[1-9]\d*)?$/;

export function canvasForm(editor: Editor): Form {
  const side = (name: "width" | "height") => (value: number | undefined) => {
    if (value !== undefined) editor.change((scene) => setCanvas(scene, { [name]: exact(Math.round(value)) }), `canvas ${name}`);
  };
  const width = numberField("Width", { min: 1, max: MAX_SIDE }, side("width"));
  const height = numberField("Height", { min: 1, max: MAX_SIDE }, side("height"));
  const rate = textField("Frame rate", { type: "text", pattern: RATE, placeholder: "25/1" }, (value) =>
    editor.change((scene) => setCanvas(scene, { frame_rate: value })),
  );
  const background = textField("Background", { type: "color" }, (value) =>
    editor.change((scene) => setCanvas(scene, { background: value }), "background"),
  );
  const format = choiceField("Format", ["i420", "rgba"], (value) => editor.change((scene) => setCanvas(scene, { format: value })));
  const duration = numberField("Length", { min: 0.001, step: 0.04, placeholder: "of its layers", unit: "s" }, (value) =>
    editor.change((scene) => setDuration(scene, value === undefined ? undefined : exact(value)), "duration"),
  );
  const assets = group("Assets", "one");
  let shown = "";
  return {
    elements: [
      group("Size", "two", width.element, height.element),
      group("Frames", "one", rate.element, duration.element, format.element, background.element),
      assets,
    ],
    show() {
      const { canvas, duration: seconds } = editor.scene!;
      const [w, h] = canvasSize(editor.scene!);
      width.show(w);
      height.show(h);
      rate.show(typeof canvas.frame_rate === "string" ? canvas.frame_rate : String(rational(canvas.frame_rate) ?? ""));
      background.show(typeof canvas.background === "string" ? canvas.background : "#000000");
      format.show(typeof canvas.format === "string" ? canvas.format : undefined);
      duration.show(rational(seconds));
      const rows = assetsOf(editor);
      // Rows that say the same stay, and with them the focus.
      const words = JSON.stringify(rows);
      if (words !== shown) assets.replaceChildren(assets.firstElementChild!, ...rows.map((row) => assetRow(editor, row)));
      shown = words;
    },
  };
}

interface AssetRow {
  name: string;
  /** What is known of it. */
  about: string;
  isPicture: boolean;
}

function assetsOf({ scene, summary }: Editor): AssetRow[] {
  return Object.keys(scene!.assets).map((name) => {
    const size = summary?.sizes[name];
    const what = size === undefined ? "sound" : `${size.width} × ${size.height}`;
    return { name, about: `${sourceOf(scene!, name) ?? "pushed picture"}, ${what}`, isPicture: size !== undefined };
  });
}

function assetRow(editor: Editor, { name, about, isPicture }: AssetRow): HTMLElement {
  const add = iconButton("add", `Show ${name} once more`, () => {
    editor.change((scene) => addLayer(scene, name, editor.time));
    editor.select({ list: "layers", index: editor.items("layers").length - 1 });
  });
  add.disabled = !isPicture;
  return make("div", { className: "asset" }, make("b", {}, name), make("small", { title: about }, about), add);
}
