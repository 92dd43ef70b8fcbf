// Policies, wrong use and leaks of the pools, and the monitor that watches them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

let millpond;
let project;
before(async () => {
  project = install();
  millpond = await importFrom(project);
});

const throwsCode = (code, work) => assert.throws(work, (error) => error.name === "MillpondError" && error.code === code);

test("exhaustion under each policy", () => {
  const { FramePool } = millpond;
  const pool = (options) => new FramePool("gray8", 64, 64, { capacity: 1, ...options });
  // To wait would be for ever: nobody can bring a picture back while a page blocks. With a deadline or without.
  for (const exhausted of [undefined, "fail", "wait", { wait: 5 }, { wait: 0 }]) {
    const only = pool({ exhausted });
    const slot = only.acquire();
    throwsCode("E_POOL_EXHAUSTED", () => only.acquire());
    slot.release();
    only.acquire().release();
    only.close();
  }
  const beyond = pool({ exhausted: "allocate" });
  const slots = [beyond.acquire(), beyond.acquire(), beyond.acquire()];
  slots.forEach((slot, index) => slot.bytes.fill(index + 1));
  assert.deepEqual(slots.map((slot) => slot.bytes[9]), [1, 2, 3]);
  const { capacity, inUse, overflow, allocations } = beyond.stats();
  assert.deepEqual([capacity, inUse, overflow, allocations], [3, 3, 2, 3]);
  const bytes = beyond.stats().bytes;
  slots.forEach((slot) => slot.release());
  assert.deepEqual([beyond.stats().capacity, beyond.stats().available, beyond.stats().bytes], [1, 1, bytes / 3]);
  beyond.close();
});

test("pools grow as told, and no further", () => {
  const { TensorPool } = millpond;
  const sizes = (options) => {
    const pool = new TensorPool([10], options);
    const out = [];
    const slots = [];
    try {
      for (;;) {
        slots.push(pool.acquire());
        if (out.at(-1) !== pool.stats().capacity) out.push(pool.stats().capacity);
      }
    } catch (error) {
      assert.equal(error.code, "E_POOL_EXHAUSTED");
    }
    assert.equal(slots.length, pool.stats().capacity);
    slots.forEach((slot) => slot.release());
    pool.close();
    return out;
  };
  assert.deepEqual(sizes(3), [3]);
  assert.deepEqual(sizes({ capacity: 7, initial: 1 }), [1, 2, 4, 7]);
  assert.deepEqual(sizes({ capacity: 8, initial: 2, growth: 3 }), [2, 5, 8]);
});

test("what a client left is kept, or zeroed", () => {
  const { TensorPool } = millpond;
  for (const [reset, left] of [[undefined, 2.5], ["keep", 2.5], ["zero", 0]]) {
    const pool = new TensorPool([4, 4], { capacity: 1, reset });
    const tensor = pool.acquire();
    tensor.data.fill(2.5);
    tensor.release();
    const next = pool.acquire();
    assert.equal(next.data[15], left, String(reset));
    next.release();
    pool.close();
  }
});

test("blocks of PCM are views of the right kind", () => {
  const { SamplePool, stats } = millpond;
  const planar = new SamplePool({ format: "f32", arrangement: "planar", channels: 2, frames: 100 }, 2);
  const block = planar.acquire();
  block.channel(0).fill(1);
  block.channel(1).fill(-1);
  assert.deepEqual([block.channel(0).length, block.channel(0)[99], block.channel(1)[0]], [100, 1, -1]);
  assert.equal(block.channel(1).byteOffset % 64, 0);
  block.frames = 40;
  assert.deepEqual([block.frames, block.channel(1).length], [40, 40]);
  throwsCode("E_BUFFER_TOO_SMALL", () => (block.frames = 101));
  throwsCode("E_BAD_PARAMETER", () => block.channel(2));
  throwsCode("E_SAMPLE_MISMATCH", () => block.interleaved);
  block.release();
  throwsCode("E_CLOSED", () => block.channel(0));
  const before = stats().memory;
  const again = planar.acquire();
  assert.equal(again.frames, 100, "all frames count again");
  again.release();
  assert.deepEqual(stats().memory, before);
  const interleaved = new SamplePool({ format: "i16", arrangement: "interleaved", channels: 3, frames: 5 }, 1);
  const samples = interleaved.acquire();
  assert.ok(samples.interleaved instanceof Int16Array);
  assert.equal(samples.interleaved.length, 15);
  throwsCode("E_SAMPLE_MISMATCH", () => samples.channel(0));
  throwsCode("E_UNSUPPORTED_FORMAT", () => new SamplePool({ format: "u8", arrangement: "planar", channels: 1, frames: 1 }, 1));
  samples.release();
  planar.close();
  interleaved.close();
});

test("wrong sizes, shapes and policies are refused with their numbers", () => {
  const { FramePool, TensorPool, SamplePool } = millpond;
  for (const options of [0, 1025, -1, 1.5, { capacity: 2, initial: 3 }, { capacity: 2, initial: 1, growth: 0 }]) {
    throwsCode("E_BAD_PARAMETER", () => new FramePool("i420", 4, 4, options));
  }
  for (const shape of [[], [0], [1, 1, 1, 1, 1], [65536, 65536]]) {
    throwsCode("E_BAD_PARAMETER", () => new TensorPool(shape, 1));
  }
  throwsCode("E_BAD_PARAMETER", () => new SamplePool({ format: "f32", arrangement: "planar", channels: 0, frames: 1 }, 1));
  // 6 GiB of ten-bit samples do not fit into a 32-bit address space, 2.5 GiB of growth not into the memory.
  throwsCode("E_BAD_SIZE", () => new FramePool("i444p10", 32768, 32768, 1));
  throwsCode("E_OUT_OF_MEMORY", () => new FramePool("i444", 16384, 16384, 4));
  // Growing that has no room is an error too, not the end of the module.
  const pool = new FramePool("rgba", 2048, 2048, { capacity: 1024, initial: 1, growth: 1000 });
  const slot = pool.acquire();
  assert.throws(() => pool.acquire(), (error) => error.code === "E_OUT_OF_MEMORY" && /\d{11}/.test(error.message));
  slot.release();
  pool.close();
});

test("a leak is named with the place where it was acquired", () => {
  const { FramePool } = millpond;
  const pool = new FramePool("i420", 16, 16, { capacity: 2, leakReport: true });
  function forgetful() {
    return pool.acquire();
  }
  const slot = forgetful();
  const [leak] = pool.leaks();
  assert.equal(leak.pool, "FramePool i420 16x16");
  assert.match(leak.stack.split("\n")[1], /forgetful/);
  assert.ok(leak.ageMs >= 0);
  assert.deepEqual(pool.leaks(1e9), []);
  assert.equal(pool.close().length, 1);
  slot.release();
  assert.deepEqual(pool.leaks(), []);
});

test("a handle that is dropped is told on the console and goes back", () => {
  const script = `
    import { FramePool, TensorPool } from "millpond";
    const told = [];
    console.warn = (text) => told.push(text);
    const pools = [new FramePool("i420", 16, 16, { capacity: 1, leakReport: true }), new TensorPool([3], 1)];
    function careless(pool) { pool.acquire(); }
    function careful(pool) { pool.acquire().release(); }
    pools.forEach(careful);
    pools.forEach(careless);
    for (let round = 0; round < 50 && told.length < 2; round++) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    console.log(JSON.stringify({ told, free: pools.map((pool) => pool.stats().available) }));`;
  writeFileSync(join(project, "leak.mjs"), script);
  const said = execFileSync(process.execPath, ["--expose-gc", "leak.mjs"], { cwd: project, encoding: "utf8" });
  const { told, free } = JSON.parse(said);
  assert.equal(told.length, 2);
  const [tensor, frame] = told.sort((a, b) => b.localeCompare(a));
  assert.match(frame, /FramePool i420 16x16 was dropped without release\(\)/);
  assert.match(frame, /at careless .*leak\.mjs/);
  assert.match(tensor, /TensorPool 3 was dropped .*\n.*leakReport: true/);
  assert.deepEqual(free, [1, 1]);
});

test("the monitor counts, warns once, and exports", () => {
  const { FramePool, TensorPool, Monitor, stats } = millpond;
  const alerts = [];
  const monitor = new Monitor({ liveFrames: 1 }, { samples: 8, onAlert: (alert) => alerts.push(alert) });
  const frames = new FramePool("gray8", 64, 64, 3);
  const tensors = new TensorPool([16], 1);
  monitor.watch("frames", frames);
  monitor.watch("tensors", tensors);
  const before = stats().memory;
  const slots = [frames.acquire(), tensors.acquire()];
  const first = monitor.sample(1000);
  assert.deepEqual([first.timeMs, first.liveFrames], [1000, 1]);
  assert.equal(first.poolBytes, frames.stats().bytes + tensors.stats().bytes);
  assert.equal(first.wasmBytes, stats().memory.wasmBytes);
  assert.equal(first.heapBytes, stats().memory.heapBytes);
  assert.equal(first.growthPerMinute, undefined);
  assert.deepEqual(stats().memory, before, "sampling allocates nothing");
  slots.push(frames.acquire());
  monitor.sample(2000);
  monitor.sample(3000);
  assert.deepEqual(alerts, [{ measure: "live_frames", value: 2, limit: 1 }]);
  assert.equal(monitor.sample(63000).growthPerMinute, 0);
  const report = JSON.parse(monitor.json());
  assert.deepEqual(report.samples.map((sample) => sample.time_s), [1, 2, 3, 63]);
  assert.deepEqual(report.pools.map(({ name, in_use }) => [name, in_use]), [["frames", 2], ["tensors", 1]]);
  assert.match(monitor.prometheus(), /^millpond_pool_in_use\{pool="frames"\} 2$/m);
  slots.forEach((slot) => slot.release());
  frames.close();
  monitor.sample(64000);
  assert.equal(monitor.sample(65000).poolBytes, tensors.stats().bytes, "a closed pool is no longer watched");
  monitor.close();
  throwsCode("E_CLOSED", () => monitor.sample());
  throwsCode("E_BAD_PARAMETER", () => new Monitor({}, { samples: 1 }));
});
