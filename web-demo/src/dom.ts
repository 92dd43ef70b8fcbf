/** Finding and making elements. */

/** The element with this id. */
export const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Writes text into the element with this id, if it says something else. */
export function text(id: string, value: string): void {
  const found = element(id);
  if (found.textContent !== value) found.textContent = value;
}

/** Makes an element with properties and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** An icon of the page's own set. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** A button that shows an icon and says what it does. */
export function iconButton(name: string, label: string, action: () => void): HTMLButtonElement {
  const button = make("button", { className: "icon", title: label, ariaLabel: label, type: "button" }, icon(name));
  button.addEventListener("click", action);
  return button;
}

/** Rounds for showing. */
export function round(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** Seconds as minutes, seconds and hundredths. */
export function clock(seconds: number): string {
  const hundredths = Math.floor(Math.max(seconds, 0) * 100 + 1e-6);
  const [minutes, rest] = [Math.floor(hundredths / 6000), hundredths % 6000];
  return `${minutes}:${(rest / 100).toFixed(2).padStart(5, "0")}`;
}
