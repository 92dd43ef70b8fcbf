/** What a pool has done so far. */
export interface PoolStats {
  /** Pictures that belong to the pool. */
  capacity: number;
  /** Pictures that can be acquired now. */
  available: number;
  /** Pictures that are lent now. */
  inUse: number;
  /** The most that were lent at once. */
  peak: number;
  /** Successful acquires. */
  acquires: number;
  /** Pictures that came back. */
  releases: number;
}

/** @internal Reads statistics out of the module, figure by figure. */
export function readPoolStats(figure: (figure: number) => number): PoolStats {
  return {
    capacity: figure(0),
    available: figure(1),
    inUse: figure(2),
    peak: figure(3),
    acquires: figure(4),
    releases: figure(5),
  };
}
