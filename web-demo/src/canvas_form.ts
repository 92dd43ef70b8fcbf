/** The form of the canvas: size, rate, background, pixel format, length. */

import { exact } from "./exact_json.js";
import { choiceField, group, numberField, textField, type Form } from "./fields.js";
import type { Editor } from "./editor.js";
import { setCanvas, setDuration } from "./edits.js";
import { canvasSize, rational } from "./scene_file.js";

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
  return {
    elements: [
      group("Size", "two", width.element, height.element),
      group("Frames", "one", rate.element, duration.element, format.element, background.element),
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
    },
  };
}
