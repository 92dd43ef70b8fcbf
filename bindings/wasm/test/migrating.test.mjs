// docs/migrating-web.md: every block of ours compiles, and those of the first chapter draw what the canvas's own draw.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { install } from "./installed.mjs";
import { blocksOf, check, logOf } from "./snippets.mjs";

const blocks = blocksOf(join(import.meta.dirname, "../../../docs/migrating-web.md"));
const ours = blocks.filter(({ info }) => info === "millpond");
// What the page says that the names stand for.
const NAMES = 'declare const canvas: import("millpond").FrameSlot, picture: import("millpond").FrameSlot, mask: import("millpond").FrameSlot;';

let project;
before(() => (project = install()));

test("every block of ours compiles", () => {
  for (const heading of ["Canvas 2D", "OpenCV.js", "meyda", "ffmpeg.wasm"]) {
    assert.ok(ours.some((block) => block.heading === heading), heading);
  }
  check(project, ours, NAMES);
});

// How far a channel may be from the canvas's: each blending there rounds twice; where the text says "another picture", and
// where one edge is hard and the other soft, only the mean tells.
const BOUNDS = [{ largest: 1 }, { largest: 2 }, { largest: 0 }, { mean: 1 }, { mean: 4 }];

test("what is drawn is what a canvas draws", async () => {
  const chapter = blocks.filter(({ heading }) => heading === "Canvas 2D");
  const pairs = chapter.flatMap(({ info, code }, at) => (info === "canvas" ? [[code, chapter[at + 1].code]] : []));
  assert.equal(pairs.length, BOUNDS.length);
  const imports = new Set();
  const bodies = pairs.map(([theirs, mine]) => {
    const body = mine.replaceAll(/^import \{ (.*) \} from "millpond";$/gm, (_, names) => (names.split(", ").forEach((name) => imports.add(name)), ""));
    return `[(context, picture) => {${theirs}}, (canvas, picture, mask) => {${body}}]`;
  });
  imports.add("FramePool");
  const page = `
    import { ${[...imports].join(", ")} } from "millpond";
    // Smooth, with soft edges in the picture's alpha.
    const pixels = (width, height, alpha) => Uint8ClampedArray.from({ length: width * height * 4 }, (_, at) => {
      const [x, y] = [(at >> 2) % width, Math.floor((at >> 2) / width)];
      return [(x * 255) / width, (y * 255) / height, 128 + 100 * Math.sin((x + y) / 40), alpha(x)][at & 3];
    });
    const slotOf = (width, height, samples) => {
      const slot = new FramePool("rgba", width, height, 1).acquire();
      const { stride } = slot.layout.planes[0];
      for (let y = 0; y < height; y++) slot.bytes.set(samples.subarray(y * width * 4, (y + 1) * width * 4), y * stride);
      return slot;
    };
    const mask = new FramePool("gray8", 320, 180, 1).acquire();
    const [below, above] = [pixels(640, 360, () => 255), pixels(320, 180, (x) => (x * 255) / 320)];
    for (const [theirs, ours] of [${bodies.join(",\n")}]) {
      const context = new OffscreenCanvas(640, 360).getContext("2d", { willReadFrequently: true });
      context.putImageData(new ImageData(below.slice(), 640, 360), 0, 0);
      const bitmap = await createImageBitmap(new ImageData(above.slice(), 320, 180), { premultiplyAlpha: "premultiply" });
      theirs(context, bitmap);
      const canvas = slotOf(640, 360, below);
      const picture = slotOf(320, 180, above);
      ours(canvas, picture, mask);
      const drawn = context.getImageData(0, 0, 640, 360).data;
      let [largest, sum, changed] = [0, 0, 0];
      for (let at = 0; at < drawn.length; at++) {
        const apart = Math.abs(drawn[at] - canvas.bytes[at]);
        largest = Math.max(largest, apart);
        sum += apart;
        changed += drawn[at] === below[at] ? 0 : 1;
      }
      console.log(JSON.stringify({ largest, mean: sum / drawn.length, changed }));
    }
  `;
  const logged = await logOf(project, "migrating", { "page.js": page }, BOUNDS.length);
  const found = logged.map((line) => JSON.parse(line));
  found.forEach(({ largest, mean, changed }, at) => {
    const seen = `block ${at}: ${JSON.stringify(found)}`;
    assert.ok(changed > 10_000, seen);
    assert.ok(largest <= (BOUNDS[at].largest ?? 255) && mean <= (BOUNDS[at].mean ?? 255), seen);
  });
});
