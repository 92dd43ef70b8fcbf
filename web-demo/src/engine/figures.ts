/** The figures of the panel: what memory, decoders and pools do while a scene plays. */

import { stats } from "millpond";
import { live } from "../decoding.js";
import type { Player } from "../player.js";
import type { Stats } from "../protocol.js";

/** Collects figures; notes what they were when it began to play. */
export class Figures {
  #steadyBefore = 0;
  #fps: number | undefined;
  #shown = 0;
  #since = 0;

  /** It begins to play. */
  begin(): void {
    this.#steadyBefore = stats().memory.steadyAllocations;
    [this.#fps, this.#shown, this.#since] = [undefined, 0, performance.now()];
  }

  /** A frame was shown while playing. */
  count(): void {
    this.#shown += 1;
  }

  /** Whether half a second has passed since it was last true; then there is a new number of frames a second. */
  get areDue(): boolean {
    const passed = performance.now() - this.#since;
    if (passed < 500) return false;
    [this.#fps, this.#shown, this.#since] = [(1000 * this.#shown) / passed, 0, performance.now()];
    return true;
  }

  /** It stopped playing. */
  end(): void {
    this.#fps = undefined;
  }

  /** All figures. */
  read(player: Player | undefined): Stats {
    const { memory, handles } = stats();
    const pools = player?.scene.stats().pools ?? [];
    return {
      hash: player?.scene.canvasHash(),
      composeMs: player?.composeMs ?? 0,
      fps: this.#fps,
      steadyAllocations: memory.steadyAllocations - this.#steadyBefore,
      openingAllocations: memory.openingAllocations,
      wasmBytes: memory.wasmBytes,
      handles: Object.values(handles).reduce((sum, open) => sum + open, 0),
      frames: live.outputs,
      decoders: live.decoders,
      pools: pools.map(({ name, format, width, height, capacity, inUse, peak, acquires }) => {
        return { name, kind: `${format} ${width}×${height}`, capacity, inUse, peak, acquires };
      }),
    };
  }
}
