// WebCodecs and the pools in Chromium: pictures and sound in and out, streams that wait for room.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { install } from "../installed.mjs";
import { html, projects, titleOf } from "./projects.mjs";

const installed = install();
const work = mkdtempSync(join(tmpdir(), "millpond-bridge-"));
after(() => rmSync(work, { recursive: true, force: true }));

const app = projects(work, installed);
let pages = 0;
/** What `code`, a module's body that has everything of the package, resolves `say` to. */
async function page(code) {
  const main = `
    import * as millpond from "./node_modules/millpond/dist/esm/index.js";
    const { FramePool, SamplePool, Scene } = millpond;
    const codeOf = async (work) => { try { await work(); return "no error"; } catch (error) { return error.code ?? error.name; } };
    /** A video frame with a picture that no two samples of a row share. */
    const picture = (format, width, height, extra = {}) => {
      const bytes = Uint8Array.from({ length: 4 * width * height }, (_, n) => (n * 7 + 3) % 251);
      return new VideoFrame(bytes, { format, codedWidth: width, codedHeight: height, timestamp: 40_000, ...extra });
    };
    const pixels = async (frame, options) => {
      const bytes = new Uint8Array(frame.allocationSize(options));
      await frame.copyTo(bytes, options);
      return bytes.join();
    };
    let said;
    try { said = await (async () => { ${code} })(); } catch (error) { said = { error: String(error.stack) }; }
    document.title = JSON.stringify(said);
  `;
  const root = app(String(pages++), { "index.html": html("main.js"), "main.js": main });
  return JSON.parse(await titleOf(root));
}

test("a picture goes into a slot and comes out again, in every format that WebCodecs has", async () => {
  const said = await page(`
    const said = {};
    for (const [web, format] of Object.entries({ I420: "i420", I420A: "i420a", I422: "i422", I444: "i444", NV12: "nv12", RGBA: "rgba", BGRA: "bgra" })) {
      const frame = picture(web, 34, 6);
      const pool = new FramePool(format, 34, 6, 1);
      const slot = pool.acquire();
      await slot.copyFrom(frame);
      const back = slot.toVideoFrame({ timestamp: 80_000, duration: 40_000 });
      said[format] = [await pixels(back) === await pixels(frame), back.format === web, back.timestamp, back.duration];
    }
    return said;
  `);
  const expected = [true, true, 80_000, 40_000];
  for (const format of ["i420", "i420a", "i422", "i444", "nv12", "rgba", "bgra"]) assert.deepEqual(said[format], expected, format);
});

test("only what is visible is copied, opaque formats are opaque, and what does not fit is refused", async () => {
  const said = await page(`
    const slotOf = (format, width, height) => new FramePool(format, width, height, 1).acquire();
    const cropped = picture("I420", 34, 6, { visibleRect: { x: 2, y: 2, width: 30, height: 4 } });
    const visible = slotOf("i420", 30, 4);
    await visible.copyFrom(cropped);
    const { stride } = visible.layout.planes[0];
    const opaque = slotOf("rgba", 34, 6);
    await opaque.copyFrom(picture("RGBX", 34, 6));
    return {
      first: visible.plane(0)[0], second: visible.plane(0)[stride],
      expected: [2, 3].map((y) => ((y * 34 + 2) * 7 + 3) % 251),
      alphas: [...new Set(opaque.bytes.filter((_, n) => n % 4 === 3).slice(0, 34))],
      size: await codeOf(() => visible.copyFrom(picture("I420", 34, 6))),
      format: await codeOf(() => opaque.copyFrom(picture("I420", 34, 6))),
      gray: await codeOf(() => slotOf("gray8", 4, 4).toVideoFrame({ timestamp: 0 })),
      closed: await codeOf(() => { const slot = slotOf("i420", 4, 4); slot.release(); slot.toVideoFrame({ timestamp: 0 }); }),
    };
  `);
  assert.deepEqual([said.first, said.second], said.expected);
  assert.deepEqual(said.alphas, [255]);
  assert.deepEqual([said.size, said.format, said.gray, said.closed], ["E_MISMATCH", "E_MISMATCH", "E_UNSUPPORTED_FORMAT", "E_CLOSED"]);
});

test("the canvas is a frame of the encoder's, with its time and its colours", async () => {
  const said = await page(`
    const canvas = { width: 64, height: 36, frame_rate: "30000/1001", background: "#204060" };
    const make = (format) => new Scene(JSON.stringify({ version: 1, canvas: { ...canvas, format }, assets: {}, layers: [], duration: 1 }));
    const scene = make("i420");
    scene.compose(1);
    const frame = scene.canvasFrame(1);
    const chunks = [];
    const encoder = new VideoEncoder({ output: (chunk) => chunks.push(chunk.timestamp), error: (error) => chunks.push(String(error)) });
    encoder.configure({ codec: "vp8", width: 64, height: 36 });
    encoder.encode(frame);
    await encoder.flush();
    const rgba = make("rgba");
    rgba.compose(0);
    const other = rgba.canvasFrame(0);
    return {
      times: [frame.timestamp, frame.duration], colors: frame.colorSpace.toJSON(), format: frame.format, chunks,
      same: (await pixels(frame, { layout: scene.canvasLayout.planes.map(({ offset, stride }) => ({ offset, stride })) })).startsWith([...scene.canvasView().slice(0, 64)].join()),
      other: [other.format, other.colorSpace.matrix, other.colorSpace.fullRange],
    };
  `);
  assert.equal(said.error, undefined);
  assert.deepEqual(said.times, [33_367, 33_366]);
  assert.deepEqual(said.colors, { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false });
  assert.deepEqual([said.format, said.chunks, said.same], ["I420", [33_367], true]);
  assert.deepEqual(said.other, ["RGBA", "rgb", true]);
});

test("sound goes into a block and comes out again", async () => {
  const said = await page(`
    const data = (format, frames, channels) => {
      const Samples = { f32: Float32Array, s16: Int16Array, s32: Int32Array }[format.split("-")[0]];
      const samples = Samples.from({ length: frames * channels }, (_, n) => (format.startsWith("f32") ? Math.sin(n) : n * 37 - 900));
      return new AudioData({ format, sampleRate: 48_000, numberOfFrames: frames, numberOfChannels: channels, timestamp: 20_000, data: samples });
    };
    const samples = (from, planes) => {
      const all = [];
      for (let planeIndex = 0; planeIndex < planes; planeIndex++) {
        const bytes = new Uint8Array(from.allocationSize({ planeIndex }));
        from.copyTo(bytes, { planeIndex });
        all.push(bytes.join());
      }
      return all.join();
    };
    const said = {};
    for (const [web, format, arrangement] of [["f32-planar", "f32", "planar"], ["f32", "f32", "interleaved"], ["s16", "i16", "interleaved"], ["s16-planar", "i16", "planar"], ["s32", "i32", "interleaved"]]) {
      const from = data(web, 101, 2);
      const block = new SamplePool({ format, arrangement, channels: 2, frames: 128 }, 1).acquire();
      block.copyFrom(from);
      const back = block.toAudioData(40_000, 48_000);
      const planes = arrangement === "planar" ? 2 : 1;
      said[web] = [block.frames, samples(back, planes) === samples(from, planes), back.format === web, back.timestamp, back.sampleRate];
    }
    const planar = new SamplePool({ format: "f32", arrangement: "planar", channels: 2, frames: 128 }, 1).acquire();
    planar.copyFrom(data("s16", 64, 2));
    said.converted = Math.abs(planar.channel(1)[3] - (7 * 37 - 900) / 32768) < 1e-4;
    said.long = [await codeOf(() => planar.copyFrom(data("f32", 129, 2))), planar.frames];
    said.mono = await codeOf(() => planar.copyFrom(data("f32", 12, 1)));
    return said;
  `);
  for (const web of ["f32-planar", "f32", "s16", "s16-planar", "s32"]) {
    assert.deepEqual(said[web], [101, true, true, 40_000, 48_000], web);
  }
  assert.deepEqual([said.converted, said.long, said.mono], [true, ["E_BUFFER_TOO_SMALL", 64], "E_SAMPLE_MISMATCH"]);
});

test("a stream takes no more pictures than the pool has room for, and keeps none", async () => {
  const said = await page(`
    const pool = new FramePool("i420", 34, 6, 2);
    const frames = [];
    const source = () => new ReadableStream({
      pull(controller) {
        if (frames.length === 8) return controller.close();
        frames.push(picture("I420", 34, 6));
        controller.enqueue(frames.at(-1));
      },
    }, { highWaterMark: 0 });
    const reader = source().pipeThrough(pool.copying()).getReader();
    // Nobody reads: two slots are filled, one more frame waits for a slot, and no more is asked for.
    const first = (await reader.read()).value;
    await new Promise((done) => setTimeout(done, 200));
    const stalled = [pool.stats().inUse, frames.length];
    let count = 1;
    first.release();
    for (let next = await reader.read(); !next.done; next = await reader.read(), count++) next.value.release();
    const closed = frames.every((frame) => frame.format === null);
    const after = pool.stats().inUse;

    // A reader that goes away in the middle.
    frames.length = 0;
    const other = source().pipeThrough(pool.copying()).getReader();
    const held = (await other.read()).value;
    await other.cancel("enough");
    held.release();
    await new Promise((done) => setTimeout(done, 200));
    frames.forEach((frame) => frame.close());

    // Waiting ends by release, by signal, by closing.
    const [a, b] = [pool.acquire(), pool.acquire()];
    const abort = new AbortController();
    const waits = [pool.acquireWhenFree(abort.signal), pool.acquireWhenFree(), pool.acquireWhenFree()];
    abort.abort(Object.assign(new Error(), { code: "aborted" }));
    a.release();
    const second = await waits[1];
    const order = [await codeOf(() => waits[0]), second.index];
    pool.close();
    order.push(await codeOf(() => waits[2]));
    b.release();
    second.release();
    return { stalled, count, closed, after, order, inUse: pool.stats().inUse };
  `);
  assert.equal(said.error, undefined);
  assert.ok(said.stalled[0] <= 2 && said.stalled[1] <= 4, `${said.stalled}`);
  assert.deepEqual([said.count, said.closed, said.after], [8, true, 0]);
  assert.deepEqual(said.order, ["aborted", 0, "E_CLOSED"]);
  assert.equal(said.inUse, 0);
});
