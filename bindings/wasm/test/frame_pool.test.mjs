import assert from "node:assert/strict";
import { before, test } from "node:test";
import { importFrom, install } from "./installed.mjs";

let millpond;
before(async () => (millpond = await importFrom(install())));

const throwsCode = (code, work) => assert.throws(work, (error) => error.name === "MillpondError" && error.code === code);

test("lending and giving back allocate nothing", () => {
  const { FramePool, stats } = millpond;
  using_(new FramePool("i420", 640, 360, 3), (pool) => {
    const before = stats().memory;
    for (let i = 0; i < 100; i++) {
      const slots = [pool.acquire(), pool.acquire(), pool.acquire()];
      slots.forEach((slot, index) => slot.plane(1).fill(index));
      slots.forEach((slot) => slot.release());
    }
    assert.deepEqual(stats().memory, before);
    const { capacity, available, inUse, peak, acquires, releases } = pool.stats();
    assert.deepEqual([capacity, available, inUse, peak, acquires, releases], [3, 3, 0, 3, 300, 300]);
  });
});

test("the counters do count: making a pool allocates, as opening", () => {
  const { FramePool, stats } = millpond;
  const before = stats().memory;
  using_(new FramePool("rgba", 64, 64, 2), () => {
    const after = stats().memory;
    assert.ok(after.openingAllocations >= before.openingAllocations + 2);
    assert.equal(after.steadyAllocations, before.steadyAllocations);
  });
});

test("views survive a growth of memory when they are asked for again", () => {
  const { FramePool } = millpond;
  using_(new FramePool("rgba", 8, 8, 1), (pool) => {
    const slot = pool.acquire();
    slot.bytes[5] = 99;
    const old = slot.bytes;
    using_(new FramePool("rgba", 2048, 2048, 4), () => {
      assert.equal(old.length, 0);
      assert.equal(slot.bytes[5], 99);
      slot.release();
    });
  });
});

test("errors have stable codes", () => {
  const { FramePool } = millpond;
  throwsCode("E_UNSUPPORTED_FORMAT", () => new FramePool("yuv", 4, 4, 1));
  throwsCode("E_BAD_SIZE", () => new FramePool("i420", 0, 4, 1));
  throwsCode("E_BAD_PARAMETER", () => new FramePool("i420", 4, 4, 0));
  throwsCode("E_BAD_SIZE", () => new FramePool("rgba", 32768, 32768, 1));
  throwsCode("E_OUT_OF_MEMORY", () => new FramePool("rgba", 8192, 8192, 1000));
  const pool = new FramePool("i420", 4, 4, 1);
  const slot = pool.acquire();
  throwsCode("E_POOL_EXHAUSTED", () => pool.acquire());
  throwsCode("E_BAD_PARAMETER", () => slot.plane(3));
  slot.release();
  slot.release();
  throwsCode("E_CLOSED", () => slot.bytes);
  // What is lent when a pool is closed stays good until it comes back.
  const lent = pool.acquire();
  lent.bytes[3] = 77;
  assert.equal(pool.close().length, 1);
  pool.close();
  throwsCode("E_CLOSED", () => pool.acquire());
  assert.equal(lent.bytes[3], 77);
  assert.deepEqual([pool.stats().capacity, pool.stats().inUse], [1, 1]);
  lent.release();
  throwsCode("E_CLOSED", () => lent.bytes);
  assert.deepEqual([pool.stats().capacity, pool.stats().releases, pool.stats().bytes], [0, 2, 0]);
});

/** `using`, which node 20 cannot parse. */
function using_(resource, work) {
  try {
    work(resource);
  } finally {
    resource[Symbol.dispose]();
  }
}
