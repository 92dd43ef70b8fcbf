/** Following a pointer that holds something. */

/**
 * Holds the pointer that was pressed on the event's target, and follows it until it is let go.
 *
 * @param move - Told of each movement.
 * @param end - Told when it is let go.
 */
export function follow(event: PointerEvent, move: (event: PointerEvent) => void, end = () => {}): void {
  const held = event.currentTarget as HTMLElement;
  held.setPointerCapture(event.pointerId);
  const moves = new AbortController();
  const over = () => {
    moves.abort();
    end();
  };
  held.addEventListener("pointermove", move, { signal: moves.signal });
  held.addEventListener("pointerup", over, { signal: moves.signal });
  held.addEventListener("pointercancel", over, { signal: moves.signal });
}
