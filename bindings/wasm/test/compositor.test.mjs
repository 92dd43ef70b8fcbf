// The compositor: what it draws, and that it draws only what changed.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

let millpond;
before(async () => (millpond = await importFrom(install())));

const throwsCode = (code, work) => assert.throws(work, (error) => error.name === "MillpondError" && error.code === code);

/** Numbers below a limit, from a seed (xorshift). */
function randomly(seed) {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** A lent picture of noise. */
function noise(pool, below) {
  const slot = pool.acquire();
  const { bytes } = slot;
  for (let at = 0; at < bytes.length; at++) bytes[at] = below(256);
  return slot;
}

/** Samples without padding, plane behind plane. */
function samples(slot) {
  const { bytes, layout } = slot;
  const rows = layout.planes.flatMap(({ offset, stride, rowBytes, rows }) =>
    Array.from({ length: rows }, (_, y) => bytes.subarray(offset + y * stride, offset + y * stride + rowBytes)),
  );
  return Buffer.concat(rows);
}

test("a picture is blended by the exact formula and the rest is background", () => {
  const { Compositor, FramePool } = millpond;
  const canvases = new FramePool("rgba", 9, 7, 1);
  const pictures = new FramePool("rgba", 4, 3, 1);
  const [canvas, picture] = [canvases.acquire(), noise(pictures, randomly(1))];
  const compositor = new Compositor({ format: "rgba", width: 9, height: 7, background: 0x336699 });
  const layer = compositor.add({ picture: picture.layout, rect: [-1, 5, 4, 3], opacity: 77 });
  compositor.show(layer, picture);
  compositor.compose(canvas);
  const drawn = samples(canvas);
  const mul = (x, y) => Math.floor((x * y + 127) / 255);
  for (let y = 0; y < 7; y++) {
    for (let x = 0; x < 9; x++) {
      const [px, py] = [x + 1, y - 5];
      const source = picture.bytes.subarray(picture.layout.planes[0].stride * py + 4 * px).subarray(0, 4);
      const alpha = px < 4 && py >= 0 ? mul(source[3], 77) : 0;
      const expected = [0x33, 0x66, 0x99].map((back, at) =>
        alpha === 0 ? back : Math.floor((source[at] * alpha + back * (255 - alpha) + 127) / 255));
      assert.deepEqual([...drawn.subarray(4 * (9 * y + x)).subarray(0, 4)], [...expected, 255], `${x}, ${y}`);
    }
  }
  for (const closable of [compositor, canvas, picture, canvases, pictures]) closable[Symbol.dispose]();
});

test("brought up to date is as composed anew, and only what changed is written", () => {
  const { Compositor, FramePool, stats } = millpond;
  for (const [seed, format] of [[3, "i420"], [4, "nv12"], [5, "rgba"]]) {
    const below = randomly(seed);
    const canvases = new FramePool(format, 61, 47, 3);
    const pools = { i420: new FramePool("i420", 20, 14, 2), rgba: new FramePool("rgba", 16, 16, 3) };
    const masks = new FramePool("gray8", 24, 18, 1);
    const mask = masks.acquire();
    millpond.featheredMask("ellipse", 3, mask);
    const pictures = [noise(pools.i420, below), noise(pools.rgba, below), noise(pools.rgba, below)];
    const compositor = new Compositor({ format, width: 61, height: 47, background: 0x204060 });
    const [canvas, other] = [canvases.acquire(), canvases.acquire()];
    const any = (at) => ({
      picture: pictures[at].layout,
      rect: [below(40) - 4, below(30) - 4, 24, 18],
      opacity: 1 + below(255),
      mode: ["normal", "multiply", "difference"][below(3)],
      filter: ["bilinear-antialiased", "nearest"][below(2)],
      ...(below(2) === 0 && { mask }),
      ...(below(3) === 0 && { crop: [1, 2.5, 9, 8] }),
      ...(below(3) === 0 && { clip: [5, 5, 30, 25] }),
      z: at === 2 ? -1 : 0,
    });
    const layers = pictures.map((_, at) => any(at));
    const shown = pictures.map(() => false);
    layers.forEach((layer, at) => assert.equal(compositor.add(layer), at));
    let partly = 0;
    for (let step = 0; step < 40; step++) {
      const at = below(3);
      switch (below(4)) {
        case 0:
          layers[at] = any(at);
          compositor.replace(at, layers[at]);
          break;
        case 1:
          shown[at] = false;
          compositor.hide(at);
          break;
        default:
          pictures[at].bytes.fill(below(256), 0, 200);
          shown[at] = true;
          compositor.show(at, pictures[at]);
      }
      const to = below(4) === 0 ? other : canvas;
      const before = samples(to);
      compositor.compose(to);
      const after = samples(to);

      const fresh = new Compositor({ format, width: 61, height: 47, background: 0x204060 });
      layers.forEach((layer, at) => {
        fresh.add(layer);
        if (shown[at]) fresh.show(at, pictures[at]);
      });
      const whole = canvases.acquire();
      fresh.compose(whole);
      assert.ok(after.equals(samples(whole)), `${format}, step ${step}`);
      assert.deepEqual(fresh.dirtyRects, [[0, 0, 61, 47]]);
      whole.release();
      fresh.close();

      // Outside of the dirty rectangles every luma sample or pixel is what it was.
      const bytes = format === "rgba" ? 4 : 1;
      const rects = compositor.dirtyRects;
      partly += rects.length > 0 && rects.every(([, , width, height]) => width * height < 61 * 47) ? 1 : 0;
      for (let y = 0; y < 47; y++) {
        for (let x = 0; x < 61; x++) {
          const isDirty = rects.some(([rx, ry, width, height]) => x >= rx && x < rx + width && y >= ry && y < ry + height);
          const pixel = (all) => all.subarray((y * 61 + x) * bytes, (y * 61 + x + 1) * bytes);
          if (!isDirty) assert.ok(pixel(before).equals(pixel(after)), `${format}, step ${step}: ${x}, ${y}`);
        }
      }
    }
    assert.ok(partly > 10, `${partly} compositions wrote a part`);
    compositor.compose(canvas);
    const { steadyAllocations } = stats().memory;
    for (let n = 0; n < 50; n++) {
      compositor.show(1, pictures[1]);
      compositor.compose(canvas);
    }
    assert.equal(stats().memory.steadyAllocations, steadyAllocations);
    // Lent anew, nothing is known of it.
    canvas.release();
    const again = canvases.acquire();
    compositor.compose(again);
    assert.deepEqual(compositor.dirtyRects, [[0, 0, 61, 47]]);
  }
});

test("a background picture shows where no layer is, and the smaller entry has the class too", async () => {
  const { Compositor, FramePool } = millpond;
  const pool = new FramePool("i420", 16, 10, 2);
  const [background, canvas] = [noise(pool, randomly(9)), pool.acquire()];
  const compositor = new Compositor({ format: "i420", width: 16, height: 10 });
  compositor.setBackground(background);
  compositor.compose(canvas);
  assert.ok(samples(canvas).equals(samples(background)));
});

test("wrong use is refused and changes nothing", () => {
  const { Compositor, FramePool } = millpond;
  const canvases = new FramePool("i420", 32, 32, 2);
  const pictures = new FramePool("rgba", 8, 8, 2);
  const [canvas, picture] = [canvases.acquire(), noise(pictures, randomly(2))];
  throwsCode("E_UNSUPPORTED_FORMAT", () => new Compositor({ format: "i444", width: 8, height: 8 }));
  throwsCode("E_BAD_SIZE", () => new Compositor({ format: "i420", width: 0, height: 8 }));
  const compositor = new Compositor({ format: "i420", width: 32, height: 32 });
  const layer = { picture: picture.layout, rect: [0, 0, 8, 8] };
  throwsCode("E_BAD_SIZE", () => compositor.add({ ...layer, rect: [0, 0, 8, 0] }));
  throwsCode("E_BAD_PARAMETER", () => compositor.add({ ...layer, crop: [4, 4, 8, 8] }));
  throwsCode("E_BAD_PARAMETER", () => compositor.add({ ...layer, mode: "burn" }));
  throwsCode("E_MISMATCH", () => compositor.add({ ...layer, mask: picture }));
  throwsCode("E_MISMATCH", () => compositor.setBackground(picture));
  const index = compositor.add(layer);
  throwsCode("E_BAD_PARAMETER", () => compositor.show(1, picture));
  compositor.show(index, picture);
  compositor.compose(canvas);
  const drawn = samples(canvas);
  throwsCode("E_MISMATCH", () => compositor.compose(picture === canvas ? canvas : pictures.acquire()));
  picture.release();
  throwsCode("E_CLOSED", () => compositor.compose(canvas));
  // Borrowed by somebody else it is another picture.
  const stranger = pictures.acquire();
  throwsCode("E_CLOSED", () => compositor.compose(canvas));
  compositor.show(index, stranger);
  compositor.compose(canvas);
  const own = new Compositor({ format: "rgba", width: 8, height: 8 });
  own.show(own.add(layer), stranger);
  throwsCode("E_SAME_PICTURE", () => own.compose(stranger));
  assert.ok(samples(canvas).equals(drawn), "the stranger has the same pixels");
  compositor.vacate(index);
  compositor.compose(canvas);
  assert.deepEqual(compositor.dirtyRects, [[0, 0, 8, 8]]);
});
