/**
 * @internal A stream that turns what a browser decoded into objects of a pool. It takes one only when there is room for the last,
 * and one that is thrown away on the way out goes back to its pool.
 */
export function copying<From extends { close(): void }, To extends { release(): void }>(
  copy: (from: From, signal: AbortSignal) => Promise<To>,
): TransformStream<From, To> {
  const abort = new AbortController();
  const transformer: Transformer<From, To> & { cancel(reason: unknown): void } = {
    async transform(from, controller) {
      const to = await copy(from, abort.signal);
      try {
        controller.enqueue(to);
      } catch (error) {
        // Nobody reads any more.
        to.release();
        throw error;
      }
    },
    cancel: (reason) => abort.abort(reason),
  };
  return new TransformStream(transformer, { highWaterMark: 1 }, { highWaterMark: 0 });
}
