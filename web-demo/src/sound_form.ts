/** The form of a sound: how loud, and when it is heard. */

import type { Editor } from "./editor.js";
import { setFields } from "./edits.js";
import { exact } from "./exact_json.js";
import { group, numberField, sliderField, type Form } from "./fields.js";
import { numberOf, rational } from "./scene_file.js";

/** What the slider reaches; the scene allows -120 to 60. */
const [QUIETEST, LOUDEST] = [-60, 20];

export function soundForm(editor: Editor): Form {
  const set = (name: string) => (value: number | undefined) => {
    const place = editor.selection!;
    const written = value === undefined ? undefined : exact(value);
    editor.change((scene) => setFields(scene, place, { [name]: written }), `${name} ${place.index}`);
  };
  const words = (value: number) => `${value > 0 ? "+" : ""}${value.toFixed(1)} dB`;
  const gain = sliderField("Gain", { min: QUIETEST, max: LOUDEST, step: 0.5, words }, set("gain_db"));
  const level = numberField("Decibels", { min: -120, max: 60, step: 0.5, placeholder: "0", unit: "dB" }, set("gain_db"));
  const start = numberField("Start", { min: 0, step: 0.04, placeholder: "0", unit: "s" }, set("start"));
  const end = numberField("End", { min: 0, step: 0.04, placeholder: "open", unit: "s" }, set("end"));
  const offset = numberField("Offset", { min: 0, step: 0.04, placeholder: "0", unit: "s" }, set("offset"));
  return {
    elements: [group("Level", "one", gain.element, level.element), group("Time", "two", start.element, end.element, offset.element)],
    show() {
      const sound = editor.selected!;
      gain.show(numberOf(sound.gain_db) ?? 0);
      level.show(numberOf(sound.gain_db));
      start.show(rational(sound.start));
      end.show(rational(sound.end));
      offset.show(rational(sound.offset));
    },
  };
}
