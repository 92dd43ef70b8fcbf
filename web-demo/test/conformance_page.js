// Runs in the page, before the page's own code: composes the frames with the page's player and reports their hashes.
(() => {
  const { frames: wanted, flip, shuffled } = JSON.parse(document.currentScript.dataset.job);
  /** Frames a report; as in the native reports, the first 25 are warm-up. */
  const BATCH = 25;

  /** Tells the harness, which answers with where to go next. */
  const report = async (said) => (await fetch("/harness/report", { method: "POST", body: JSON.stringify(said) })).text();

  let ended = false;
  async function fail(error) {
    if (ended) return;
    ended = true;
    const next = await report({ failed: String(error?.message ?? error) });
    if (next !== "") location.replace(next);
  }
  addEventListener("error", (event) => void fail(event.error ?? event.message));
  addEventListener("unhandledrejection", (event) => void fail(event.reason));
  addEventListener("securitypolicyviolation", (event) => void fail(`the page asked for ${event.blockedURI}`));

  // Counts the decoder's pictures, and spoils one copy if told to. Seeks meet a decoder that still gives a picture after
  // it was reset, as Firefox's do.
  let pictures = 0;
  const Decoder = globalThis.VideoDecoder;
  if (Decoder !== undefined) {
    globalThis.VideoDecoder = class extends Decoder {
      #late;
      #output;

      constructor(init) {
        const output = (frame) => {
          pictures += 1;
          if (shuffled) {
            this.#late?.close();
            this.#late = frame.clone();
          }
          init.output(frame);
        };
        super({ ...init, output });
        this.#output = init.output;
      }

      reset() {
        super.reset();
        const late = this.#late;
        this.#late = undefined;
        if (late !== undefined) setTimeout(() => this.#output(late), 0);
      }

      close() {
        this.#late?.close();
        this.#late = undefined;
        super.close();
      }
    };
    let copies = 0;
    const { copyTo } = VideoFrame.prototype;
    VideoFrame.prototype.copyTo = async function (destination, options) {
      const copy = copies++;
      const layout = await copyTo.call(this, destination, options);
      if (copy === flip) destination[layout[0].offset] ^= 1;
      return layout;
    };
  }

  /** The order in which `count` frames are composed: one after the other, or far to and fro so that each is a seek. */
  function order(count) {
    const list = Array.from({ length: count }, (_, n) => n);
    if (!shuffled) return list;
    // Steps of about 0.618 of the whole; one without a common divisor comes by every frame.
    const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b));
    let step = Math.max(1, Math.round(count * 0.618));
    while (divisor(step, count) !== 1) step += 1;
    return list.map((n) => (n * step) % count);
  }

  async function run(started) {
    const { player } = await started;
    const { scene } = player;
    const count = Math.min(player.frameCount, wanted ?? Infinity);
    const allocations = () => scene.stats().memory.steadyAllocations;
    let steady = 0;
    const frames = order(count);
    for (let from = 0; from < count; from += BATCH) {
      const before = allocations();
      const hashes = [];
      for (const frame of frames.slice(from, from + BATCH)) {
        if (shuffled) player.seek();
        await player.render(frame);
        hashes.push({ frame, hash: scene.canvasHash() });
      }
      if (from >= BATCH) steady += allocations() - before;
      await report({ hashes });
    }
    ended = true;
    const next = await report({ done: true, frames: count, pictures, shown: scene.stats().pictures, steady_allocations: steady });
    if (next !== "") location.replace(next);
  }

  // The page says so when it has its player.
  Object.defineProperty(globalThis, "millpondDemo", { set: (started) => void run(started).catch(fail) });
})();
