/** The inspector's inputs: each shows a value of the document and hands on what the reader makes of it. */

import { make } from "./dom.js";

/** An input with its label. */
export interface Field<T> {
  element: HTMLElement;
  /** Shows a value; undefined is absence. */
  show(value: T | undefined, disabled?: boolean): void;
}

/** Limits and wording of a number. */
export interface NumberOptions {
  min?: number;
  max?: number;
  step?: number;
  /** What stands for absence. */
  placeholder?: string;
  unit?: string;
}

/** Fields of one thing, and how they show the document anew. */
export interface Form {
  elements: HTMLElement[];
  show(): void;
}

/** A group of fields under a heading. */
export function group(heading: string, className: string, ...fields: HTMLElement[]): HTMLElement {
  return make("fieldset", { className }, make("legend", {}, heading), ...fields);
}

let ids = 0;

function labelled(label: string, input: HTMLElement, ...more: Node[]): HTMLElement {
  ids += 1;
  input.id = `field-${ids}`;
  return make("div", { className: "field" }, make("label", { htmlFor: input.id }, label), input, ...more);
}

/** A number; emptied, it is absent. Values that are no numbers are not handed on. */
export function numberField(label: string, options: NumberOptions, change: (value: number | undefined) => void): Field<number> {
  const { min, max, step = 1, placeholder = "", unit } = options;
  const input = make("input", { type: "number", step: String(step), placeholder });
  if (min !== undefined) input.min = String(min);
  if (max !== undefined) input.max = String(max);
  input.addEventListener("input", () => {
    const value = input.value === "" ? undefined : Number(input.value);
    // The step is only that of the arrow keys: what lies between two is as good.
    const fits = value === undefined ? placeholder !== "" && !input.validity.badInput : value >= (min ?? -Infinity) && value <= (max ?? Infinity);
    input.ariaInvalid = String(!fits);
    if (fits) change(value);
  });
  return {
    element: labelled(label, input, ...(unit === undefined ? [] : [make("span", { className: "unit" }, unit)])),
    show(value, disabled = false) {
      input.disabled = disabled;
      const shown = value === undefined ? "" : String(Number(value.toFixed(3)));
      if (document.activeElement !== input) input.ariaInvalid = "false";
      const isSame = input.value === "" ? shown === "" : Number(input.value) === Number(shown) && shown !== "";
      if (!isSame) input.value = shown;
    },
  };
}

/** A number with a slider. */
export function sliderField(
  label: string,
  options: { min: number; max: number; step: number; words: (value: number) => string },
  change: (value: number) => void,
): Field<number> {
  const { min, max, step, words } = options;
  const input = make("input", { type: "range", min: String(min), max: String(max), step: String(step) });
  const said = make("output", { className: "unit" });
  input.addEventListener("input", () => change(Number(input.value)));
  return {
    element: labelled(label, input, said),
    show(value = 0, disabled = false) {
      input.disabled = disabled;
      input.value = String(value);
      said.textContent = words(value);
      input.setAttribute("aria-valuetext", words(value));
    },
  };
}

/** One of a few words; the first is what absence means. */
export function choiceField(label: string, words: readonly string[], change: (word: string | undefined) => void): Field<string> {
  const select = make("select", {}, ...words.map((word) => make("option", { value: word }, word)));
  select.addEventListener("change", () => change(select.value === words[0] ? undefined : select.value));
  return {
    element: labelled(label, select),
    show(value = words[0]!, disabled = false) {
      select.disabled = disabled;
      if (select.value !== value) select.value = value;
    },
  };
}

/** A colour, or words that follow a pattern. */
export function textField(
  label: string,
  options: { type: "text" | "color"; pattern?: RegExp; placeholder?: string },
  change: (value: string) => void,
): Field<string> {
  const input = make("input", { type: options.type, placeholder: options.placeholder ?? "", spellcheck: false });
  // A colour is shown while it is chosen; words when they are whole.
  input.addEventListener(options.type === "color" ? "input" : "change", () => {
    const fits = options.pattern?.test(input.value) ?? true;
    input.ariaInvalid = String(!fits);
    if (fits) change(input.value);
  });
  return {
    element: labelled(label, input),
    show(value = "", disabled = false) {
      input.disabled = disabled;
      if (input.value !== value) input.value = value;
    },
  };
}
