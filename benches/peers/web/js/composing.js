// millpond: a compositor with the still picture as its background and a layer for the patches. Runs in page and node.
import { Compositor, FramePool } from "millpond";
import { background, HEIGHT, LEFT, PATCH, patches, TOP, WIDTH } from "./pictures.js";

/** A canvas, the function that takes patch `n` out of JavaScript's memory and composes, and one that copies the canvas. */
export function composing() {
  const compositor = new Compositor({ format: "rgba", width: WIDTH, height: HEIGHT });
  const pool = new FramePool("rgba", WIDTH, HEIGHT, 2);
  const [canvas, still] = [pool.acquire(), pool.acquire()];
  still.bytes.set(background());
  compositor.setBackground(still);
  still.release();
  const patch = new FramePool("rgba", PATCH, PATCH, 1).acquire();
  const layer = compositor.add({ picture: { format: "rgba", width: PATCH, height: PATCH }, rect: [LEFT, TOP, PATCH, PATCH] });
  const turns = patches();
  const next = (n) => {
    patch.bytes.set(turns[n % turns.length]);
    compositor.show(layer, patch);
    compositor.compose(canvas);
  };
  // Without what pads the last row.
  return { canvas, next, pixels: () => canvas.bytes.slice(0, WIDTH * HEIGHT * 4) };
}
