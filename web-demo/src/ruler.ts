/** The ruler of the timeline: seconds, and a mark for each frame that was compared. */

import { element } from "./dom.js";
import type { Editor } from "./editor.js";

const HEIGHT = 34;
/** Height of the strip of marks at the ruler's lower edge. */
const STRIP = 6;
/** Least distance of labels in pixels of the screen. */
const APART = 64;
const STEPS = [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

/** Draws on a canvas as wide as what is seen of the timeline. */
export class Ruler {
  readonly #editor: Editor;
  readonly #canvas = element<HTMLCanvasElement>("ruler");

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  /** @param left - Pixels of the screen that were scrolled away; @param perSecond - pixels to a second. */
  draw(left: number, width: number, perSecond: number): void {
    const canvas = this.#canvas;
    const sharp = devicePixelRatio;
    canvas.width = Math.max(Math.round(width * sharp), 1);
    canvas.height = HEIGHT * sharp;
    canvas.style.width = `${width}px`;
    const drawing = canvas.getContext("2d")!;
    const style = getComputedStyle(canvas);
    drawing.scale(sharp, sharp);
    drawing.font = `11px ${style.fontFamily}`;
    drawing.fillStyle = style.color;
    drawing.textBaseline = "middle";
    const step = STEPS.find((step) => step * perSecond >= APART) ?? 1200;
    const parts = step * perSecond >= 2 * APART ? 10 : 5;
    for (let tick = Math.floor(left / perSecond / step) * parts; ; tick++) {
      const x = (tick * step * perSecond) / parts - left;
      if (x > width) break;
      const isLabelled = tick % parts === 0;
      drawing.globalAlpha = isLabelled ? 0.7 : 0.3;
      drawing.fillRect(Math.round(x), isLabelled ? 14 : 20, 1, isLabelled ? 12 : 6);
      drawing.globalAlpha = 1;
      if (isLabelled && x < width - 30) drawing.fillText(label((tick / parts) * step, step), Math.round(x) + 5, 12);
    }
    this.#drawVerdicts(drawing, style, left, width, perSecond);
    drawing.fillStyle = resolved(style.getPropertyValue("--text"));
    const head = Math.round(this.#editor.time * perSecond - left);
    drawing.fillRect(head - 4, 16, 9, 6);
    drawing.fillRect(head, 16, 1, HEIGHT);
  }

  #drawVerdicts(drawing: CanvasRenderingContext2D, style: CSSStyleDeclaration, left: number, width: number, perSecond: number): void {
    const { verdicts, summary } = this.#editor;
    if (verdicts === undefined || summary === undefined) return;
    const wide = perSecond / summary.frameRate;
    const colors = { equal: style.getPropertyValue("--good"), different: style.getPropertyValue("--bad"), none: style.getPropertyValue("--edge") };
    const first = Math.max(Math.floor(left / wide), 0);
    const last = Math.min(Math.ceil((left + width) / wide), summary.frameCount);
    // A frame that differs must be seen even where many share a pixel: those come last.
    for (const kind of ["none", "equal", "different"] as const) {
      drawing.fillStyle = resolved(colors[kind]);
      for (let n = first; n < last; n++) {
        if ((verdicts[n] ?? "none") !== kind) continue;
        const x = n * wide - left;
        drawing.fillRect(x, HEIGHT - STRIP, Math.max(wide - (wide > 4 ? 1 : 0), 1), STRIP);
      }
    }
  }
}

const probe = document.createElement("i");

/** A colour that a canvas understands, of one that names light and dark. */
function resolved(color: string): string {
  probe.style.color = color;
  if (!probe.isConnected) document.body.append(probe);
  return getComputedStyle(probe).color;
}

function label(seconds: number, step: number): string {
  const whole = Math.floor(seconds + 1e-9);
  const rest = step < 1 ? (seconds - whole).toFixed(step < 0.1 ? 2 : 1).slice(1) : "";
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}${rest}`;
}
