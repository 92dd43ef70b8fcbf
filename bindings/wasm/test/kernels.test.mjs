import assert from "node:assert/strict";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

let millpond;
before(async () => (millpond = await importFrom(install())));

/** A slot of a pool of its own, filled with noise that is the same each time. */
function noisy(format, width, height, seed = 1) {
  const slot = new millpond.FramePool(format, width, height, 1).acquire();
  let state = seed;
  const { bytes } = slot;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return slot;
}

/** The pixels of a packed format without padding. */
function pixels(slot) {
  const { stride, rowBytes, rows } = slot.layout.planes[0];
  const plane = slot.plane(0);
  return Array.from({ length: rows }, (_, y) => [...plane.subarray(y * stride, y * stride + rowBytes)]).flat();
}

/** Runs `work` some times and asserts that it makes no allocation on the module's heap. */
function allocatesNothing(work) {
  work();
  const before = millpond.stats().memory.steadyAllocations;
  for (let n = 0; n < 10; n++) work();
  assert.equal(millpond.stats().memory.steadyAllocations, before);
}

const code = (code) => ({ name: "MillpondError", code });

test("grey is converted to grey by the standard's formula", () => {
  const { Converter, FramePool } = millpond;
  const converter = new Converter({ format: "i420" }, { format: "rgba" });
  const from = new FramePool("i420", 16, 16, 1).acquire();
  const to = new FramePool("rgba", 16, 16, 1).acquire();
  from.plane(1).fill(128);
  from.plane(2).fill(128);
  for (const luma of [16, 17, 90, 126, 200, 235]) {
    from.plane(0).fill(luma);
    allocatesNothing(() => converter.convert(from, to));
    const [r, g, b, a] = pixels(to);
    const expected = ((luma - 16) * 255) / 219;
    assert.ok(Math.abs(r - expected) <= 1 && r === g && g === b && a === 255, `${luma}: ${[r, g, b, a]}`);
  }
  assert.throws(() => converter.convert(to, from), code("E_MISMATCH"));
  assert.throws(() => new Converter({ format: "i420", matrix: "bt470" }, { format: "rgba" }), code("E_BAD_PARAMETER"));
  assert.throws(() => new Converter({ format: "i420" }, { format: "i420p10" }), code("E_UNSUPPORTED_FORMAT"));
});

test("a resizer keeps flat pictures flat, copies at the same size and refuses what it was not made for", () => {
  const { FramePool, Resizer } = millpond;
  const from = noisy("rgba", 64, 48);
  const same = new FramePool("rgba", 64, 48, 1).acquire();
  const small = new FramePool("rgba", 20, 15, 1).acquire();
  for (const filter of ["nearest", "box", "bilinear", "bilinear-antialiased", "catmull-rom", "lanczos3"]) {
    const options = { format: "rgba", source: [64, 48], filter, alpha: "ignored" };
    const copy = new Resizer({ ...options, target: [64, 48] });
    copy.resize(from, same);
    assert.deepEqual(pixels(same), pixels(from), filter);
    const resizer = new Resizer({ ...options, target: [20, 15], crop: [1.5, "1/3", 50, 40] });
    same.bytes.fill(77);
    allocatesNothing(() => resizer.resize(same, small));
    assert.ok(pixels(small).every((byte) => byte === 77), filter);
    assert.throws(() => resizer.resize(small, same), code("E_MISMATCH"));
  }
  const resizer = new Resizer({ format: "rgba", source: [64, 48], target: [64, 48] });
  assert.throws(() => resizer.resize(from, from), code("E_SAME_PICTURE"));
  assert.throws(() => new Resizer({ format: "rgba", source: [0, 1], target: [1, 1] }), code("E_BAD_SIZE"));
  assert.throws(
    () => new Resizer({ format: "rgba", source: [4, 4], target: [2, 2], crop: ["a", 0, 1, 1] }),
    code("E_BAD_PARAMETER"),
  );
  resizer.close();
  assert.throws(() => resizer.resize(from, same), code("E_CLOSED"));
});

test("blending is the stated formula, through a mask as well", () => {
  const { Blend, FramePool, featheredMask } = millpond;
  const picture = noisy("rgba", 9, 7);
  const mask = new FramePool("gray8", 9, 7, 1).acquire();
  featheredMask("ellipse", 2, mask);
  const alphas = pixels(mask);
  assert.ok(alphas.includes(0) && alphas.includes(255));
  const mul = (a, b) => Math.floor((a * b + 127) / 255);
  for (const masked of [false, true]) {
    const canvas = noisy("rgba", 9, 7, 5);
    const before = pixels(canvas);
    const blend = new Blend({ opacity: 200 });
    blend.draw(picture, 0, 0, canvas, masked ? mask : undefined);
    const src = pixels(picture);
    const expected = before.map((dst, at) => {
      if (at % 4 === 3) return dst;
      const factor = masked ? mul(alphas[at >> 2], 200) : 200;
      const alpha = mul(src[at | 3], factor);
      return Math.floor((src[at] * alpha + dst * (255 - alpha) + 127) / 255);
    });
    assert.deepEqual(pixels(canvas), expected);
    allocatesNothing(() => blend.draw(picture, -3, 2, canvas));
    const multiply = new Blend({ mode: "multiply" });
    picture.bytes.fill(255);
    canvas.bytes.fill(90);
    multiply.draw(picture, 0, 0, canvas);
    assert.ok(pixels(canvas).every((byte) => byte === 90), "white multiplies to what is there");
    blend.fill(0x102030ff, 0, 0, 1, 1, canvas);
    assert.deepEqual(pixels(canvas).slice(0, 3), [0x10, 0x20, 0x30].map((c) => Math.floor((c * 200 + 90 * 55 + 127) / 255)));
    picture.bytes.set(src);
  }
  assert.throws(() => new Blend({ mode: "dodge" }), code("E_BAD_PARAMETER"));
});

test("a picture as a tensor and back is the picture", () => {
  const { FramePool, FrameToTensor, TensorPool, TensorToFrame } = millpond;
  const from = noisy("rgb24", 12, 10);
  const to = new FramePool("rgb24", 12, 10, 1).acquire();
  const batch = new TensorPool([2, 3, 10, 12], 1).acquire();
  const mean = [0.485, 0.456, 0.406];
  const std = [0.229, 0.224, 0.225];
  for (const normalise of ["0..1", "-1..1", { mean, std }]) {
    const tensor = { width: 12, height: 10, normalise };
    const there = new FrameToTensor({ format: "rgb24", source: [12, 10], tensor });
    const back = new TensorToFrame(tensor, "rgb24");
    allocatesNothing(() => there.process(from, batch, 1));
    const [red] = pixels(from);
    const expected = { "0..1": red / 255, "-1..1": red / 127.5 - 1 }[normalise] ?? (red / 255 - mean[0]) / std[0];
    assert.ok(Math.abs(batch.data[360] - expected) < 1e-5);
    allocatesNothing(() => back.process(batch, to, 1));
    assert.deepEqual(pixels(to), pixels(from));
    assert.throws(() => there.process(from, batch, 2), { name: "MillpondError" });
  }
});

test("JPEG files begin and end as they should, and strips give the whole file", () => {
  const { JpegEncoder, JpegStrips } = millpond;
  const picture = noisy("i420", 100, 70);
  const options = { format: "i420", width: 100, height: 70, quality: 85 };
  const whole = new JpegEncoder({ ...options, restartInterval: 7 });
  const strips = new JpegStrips(options);
  const file = whole.encode(picture).slice();
  assert.deepEqual([...file.subarray(0, 2), ...file.subarray(-2)], [0xff, 0xd8, 0xff, 0xd9]);
  assert.deepEqual(strips.encode(picture, []).slice(), file);
  assert.equal(strips.coded, 5);
  picture.plane(0)[picture.layout.planes[0].stride * 20 + 30] ^= 0xff;
  assert.deepEqual(strips.encode(picture, [[30, 20, 1, 1]]).slice(), whole.encode(picture).slice());
  assert.equal(strips.coded, 1);
  allocatesNothing(() => whole.encode(picture));
  allocatesNothing(() => strips.encode(picture, [[0, 0, 100, 70]]));
  assert.throws(() => new JpegEncoder({ ...options, quality: 101 }), code("E_BAD_PARAMETER"));
});
