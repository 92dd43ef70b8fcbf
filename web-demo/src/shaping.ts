/** Moving and resizing rectangles by hand. All in canvas pixels; results are whole pixels. */

import type { Rect } from "./scene_file.js";

/** What is held: the rectangle, or a corner or side of it by compass. */
export type Grip = "move" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w" | "nw";

/** Lines that edges were snapped to. */
export interface Guides {
  x: number | undefined;
  y: number | undefined;
}

/** A rectangle whose grip was pulled by (dx, dy); with `keepAspect` its shape stays. */
export function pulled([x, y, w, h]: Rect, grip: Grip, dx: number, dy: number, keepAspect: boolean): Rect {
  if (grip === "move") return [Math.round(x + dx), Math.round(y + dy), w, h];
  const west = grip.includes("w");
  const north = grip.includes("n");
  let width = west ? w - dx : grip.includes("e") ? w + dx : w;
  let height = north ? h - dy : grip.includes("s") ? h + dy : h;
  if (keepAspect) {
    // The side that was pulled farther leads.
    const scale = grip.length === 1 ? (width !== w ? width / w : height / h) : Math.max(width / w, height / h);
    [width, height] = [w * scale, h * scale];
  }
  [width, height] = [Math.max(Math.round(width), 1), Math.max(Math.round(height), 1)];
  return [west ? x + w - width : x, north ? y + h - height : y, width, height];
}

/** How far to pull more in one direction so that one of `edges` lies on one of `lines`, and that line. */
function nearest(edges: number[], lines: number[], reach: number): { by: number; line: number | undefined } {
  let best = { by: 0, line: undefined as number | undefined };
  let distance = reach;
  for (const edge of edges) {
    for (const line of lines) {
      if (Math.abs(line - edge) < distance) {
        distance = Math.abs(line - edge);
        best = { by: line - edge, line };
      }
    }
  }
  return best;
}

/** Like {@link pulled}, with edges and centres that come near an edge or the centre of the canvas put onto it. */
export function snapped(
  rect: Rect,
  grip: Grip,
  dx: number,
  dy: number,
  keepAspect: boolean,
  [width, height]: [number, number],
  reach: number,
): { rect: Rect; guides: Guides } {
  const free = pulled(rect, grip, dx, dy, keepAspect);
  const [x, y, w, h] = free;
  const held = (grip: Grip, low: string, high: string, at: number, size: number) => {
    if (grip === "move") return [at, at + size / 2, at + size];
    return [...(grip.includes(low) ? [at] : []), ...(grip.includes(high) ? [at + size] : [])];
  };
  const alongX = nearest(held(grip, "w", "e", x, w), [0, width / 2, width], reach);
  const alongY = nearest(held(grip, "n", "s", y, h), [0, height / 2, height], reach);
  // A shape that is kept follows one line only.
  if (keepAspect && alongX.line !== undefined) [alongY.by, alongY.line] = [0, undefined];
  return {
    rect: pulled(rect, grip, dx + alongX.by, dy + alongY.by, keepAspect),
    guides: { x: alongX.line, y: alongY.line },
  };
}
