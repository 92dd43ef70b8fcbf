/** Shows frames in time with a clock; those that come too late are left out. */

import type { Clock } from "./clock.js";

/** What is played. */
export interface Played {
  readonly frameCount: number;
  readonly frameRate: number;
  /** Shows a frame. */
  show(n: number): Promise<void>;
  /** Called whenever the clock was looked at. */
  tick(time: number): void;
  /** The clock has stopped for good: the one to go on with. */
  replace(time: number): Clock;
}

/** Milliseconds between two frames while no picture is drawn: a page that is hidden. Its sound goes on. */
const HIDDEN_MS = 250;

/**
 * Plays from the frame after `frame`.
 *
 * @returns at the end or when `signal` is aborted; throws what `show` throws.
 */
export async function playback(clock: Clock, frame: number, played: Played, signal: AbortSignal): Promise<void> {
  const { frameCount, frameRate } = played;
  while (!signal.aborted) {
    await nextPicture();
    if (signal.aborted) return;
    if (clock.lost) clock = played.replace(clock.time());
    const time = clock.time();
    const due = Math.min(Math.floor(time * frameRate), frameCount - 1);
    if (due > frame) {
      await played.show(due);
      frame = due;
    }
    played.tick(time);
    if (time >= frameCount / frameRate) return;
  }
}

/** Waits until the browser draws. */
function nextPicture(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancelAnimationFrame(picture);
      clearTimeout(timer);
      resolve();
    };
    const picture = requestAnimationFrame(done);
    const timer = setTimeout(done, HIDDEN_MS);
  });
}
