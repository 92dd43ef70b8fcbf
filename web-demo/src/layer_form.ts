/** The form of a layer: where it is, how it looks, when it is seen. */

import { make } from "./dom.js";
import type { Editor } from "./editor.js";
import { setFields, setRect } from "./edits.js";
import { exact, type Json } from "./exact_json.js";
import { choiceField, group, numberField, sliderField, type Form } from "./fields.js";
import { isKeyed, keyframesOf, numberOf, placeOf, rational, rectOf, type Fields, type Rect } from "./scene_file.js";

const FITS = ["contain", "cover", "stretch"];
const BLENDS = ["normal", "multiply", "screen", "overlay", "darken", "lighten", "difference", "plus-lighter"];
const FILTERS = ["bilinear-antialiased", "nearest", "box", "bilinear", "catmull-rom", "lanczos3"];
const MASKS = ["none", "rectangle", "ellipse"];
const AFTER = ["hide", "hold", "loop"];
const SIDES = ["X", "Y", "Width", "Height"];

export function layerForm(editor: Editor): Form {
  const layer = () => editor.selected!;
  const set = (values: Record<string, Json | undefined>, step?: string) => {
    const place = editor.selection!;
    editor.change((scene) => setFields(scene, place, values), step && `${step} ${place.index}`);
  };
  const place = () => placeOf(editor.scene!, layer(), editor.time);

  const rect = SIDES.map((side, at) =>
    numberField(side, at < 2 ? {} : { min: 1, max: 32_768 }, (value) => {
      if (value === undefined) return;
      const from = place();
      const to = from.with(at, Math.round(value)) as Rect;
      editor.change((scene) => setRect(scene, editor.selection!.index, from, to), `rect ${editor.selection!.index}`);
    }),
  );
  const fill = make("button", { type: "button" }, "Fill canvas");
  fill.addEventListener("click", () => set({ rect: undefined }));
  const fit = choiceField("Fit", FITS, (value) => set({ fit: value }));
  const crop = SIDES.map((side, at) =>
    numberField(side, { min: at < 2 ? undefined : 0.001, step: 1, placeholder: "all" }, (value) => {
      if (value === undefined) return set({ crop: undefined });
      const size = editor.summary?.sizes[String(layer().asset)];
      const from = rectOf(layer().crop) ?? [0, 0, size?.width ?? value, size?.height ?? value];
      const sides = Array.isArray(layer().crop) ? (layer().crop as Json[]) : from.map(exact);
      set({ crop: sides.with(at, exact(value)) }, "crop");
    }),
  );
  const opacity = sliderField("Opacity", { min: 0, max: 1, step: 0.01, words: (value) => `${Math.round(value * 100)} %` }, (value) =>
    set({ opacity: value === 1 ? undefined : exact(value) }, "opacity"),
  );
  const blend = choiceField("Blend", BLENDS, (value) => set({ blend: value }));
  const mask = choiceField("Mask", MASKS, (value) => set({ mask: value === undefined ? undefined : { ...maskOf(layer()), shape: value } }));
  const feather = numberField("Feather", { min: 0, max: 32_768, unit: "px" }, (value) => {
    if (value !== undefined) set({ mask: { ...maskOf(layer()), feather: exact(Math.round(value)) } }, "feather");
  });
  const filter = choiceField("Filter", FILTERS, (value) => set({ filter: value }));
  const time = (name: string, label: string, placeholder: string) =>
    numberField(label, { min: 0, step: 0.04, placeholder, unit: "s" }, (value) =>
      set({ [name]: value === undefined ? undefined : exact(value) }, name),
    );
  const [start, end, offset] = [time("start", "Start", "0"), time("end", "End", "open"), time("offset", "Offset", "0")];
  const speed = numberField("Speed", { min: 0.01, max: 100, step: 0.05, placeholder: "1", unit: "×" }, (value) =>
    set({ speed: value === undefined ? undefined : exact(value) }, "speed"),
  );
  const after = choiceField("After", AFTER, (value) => set({ after: value }));
  const keyed = make("p", { className: "keyed" }, make("span"), make("button", { type: "button" }, "Remove them"));
  keyed.querySelector("button")!.addEventListener("click", () => set({ keyframes: undefined, ...(isKeyed(layer(), "rect") && { rect: place().map(exact) }) }));

  return {
    elements: [
      keyed,
      group("Place", "two", ...rect.map((field) => field.element), fit.element, fill),
      group("Look", "one", opacity.element, blend.element, mask.element, feather.element, filter.element),
      group("Time", "two", start.element, end.element, offset.element, speed.element, after.element),
      make("details", {}, make("summary", {}, "Crop"), group("Part of the picture", "two", ...crop.map((field) => field.element))),
    ],
    show() {
      const now = layer();
      const count = keyframesOf(now).length;
      keyed.hidden = count === 0;
      keyed.firstElementChild!.textContent = `Moved by ${count} keyframes.`;
      place().forEach((side, at) => rect[at]!.show(side, at >= 2 && isKeyed(now, "rect")));
      fill.disabled = now.rect === undefined;
      fit.show(word(now.fit));
      const cropped = rectOf(now.crop);
      crop.forEach((field, at) => field.show(cropped?.[at]));
      opacity.show(numberOf(now.opacity) ?? 1, isKeyed(now, "opacity"));
      blend.show(word(now.blend));
      mask.show(word(maskOf(now).shape));
      feather.show(numberOf(maskOf(now).feather) ?? 0, now.mask === undefined);
      filter.show(word(now.filter));
      start.show(rational(now.start));
      end.show(rational(now.end));
      offset.show(rational(now.offset));
      speed.show(rational(now.speed));
      after.show(word(now.after));
    },
  };
}

const word = (value: Json | undefined) => (typeof value === "string" ? value : undefined);

const maskOf = (layer: Fields): Fields => (layer.mask ?? {}) as Fields;
