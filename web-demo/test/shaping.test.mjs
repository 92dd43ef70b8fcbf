import assert from "node:assert/strict";
import { test } from "node:test";
import { importSource } from "./bundled.mjs";

const { pulled, snapped } = await importSource("shaping");
const RECT = [40, 30, 100, 50];

test("a rectangle moves and is pulled by its grips; the opposite side stays", () => {
  const cases = { move: [47, 19, 100, 50], nw: [47, 19, 93, 61], n: [40, 19, 100, 61], ne: [40, 19, 107, 61], e: [40, 30, 107, 50], se: [40, 30, 107, 39], s: [40, 30, 100, 39], sw: [47, 30, 93, 39], w: [47, 30, 93, 50] };
  for (const [grip, expected] of Object.entries(cases)) assert.deepEqual(pulled(RECT, grip, 7.2, -11.4, false), expected, grip);
});

test("nothing becomes smaller than a pixel, and all sides are whole", () => {
  assert.deepEqual(pulled(RECT, "nw", 1e4, 1e4, false), [139, 79, 1, 1]);
  assert.deepEqual(pulled(RECT, "se", -1e4, 0.5, true), [40, 30, 101, 51]);
  for (const side of pulled(RECT, "se", 3.3, 4.7, true)) assert.ok(Number.isInteger(side));
});

test("the shape is kept where that is asked for", () => {
  assert.deepEqual(pulled(RECT, "se", 100, 0, true), [40, 30, 200, 100]);
  assert.deepEqual(pulled(RECT, "w", -50, 99, true), [-10, 30, 150, 75]);
  assert.deepEqual(pulled(RECT, "nw", 0, -50, true), [-60, -20, 200, 100]);
});

test("edges and centres snap to the canvas within reach", () => {
  const pull = (grip, dx, dy, reach = 5) => snapped(RECT, grip, dx, dy, false, [640, 360], reach);
  assert.deepEqual(pull("move", -37, 8), { rect: [0, 38, 100, 50], guides: { x: 0, y: undefined } });
  assert.deepEqual(pull("move", 228, 123), { rect: [270, 155, 100, 50], guides: { x: 320, y: 180 } });
  assert.deepEqual(pull("move", 497, 284), { rect: [540, 310, 100, 50], guides: { x: 640, y: 360 } });
  assert.deepEqual(pull("se", 503, 103), { rect: [40, 30, 600, 150], guides: { x: 640, y: 180 } });
  // A side that is not held does not snap, and without reach nothing does.
  assert.deepEqual(pull("e", 10, -28), { rect: [40, 30, 110, 50], guides: { x: undefined, y: undefined } });
  assert.deepEqual(pull("move", -37, 8, 0).rect, [3, 38, 100, 50]);
});
