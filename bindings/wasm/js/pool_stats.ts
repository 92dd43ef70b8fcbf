/** What a pool has done so far. `inUse + available` is `capacity`, and `acquires - releases` is `inUse`. */
export interface PoolStats {
  /** Objects that exist: the pool's own, and what was allocated beyond it and is still out. */
  capacity: number;
  /** Objects that can be acquired now. */
  available: number;
  /** Objects that are lent now. */
  inUse: number;
  /** The most that were lent at once. */
  peak: number;
  /** Successful acquires. */
  acquires: number;
  /** Objects that came back. */
  releases: number;
  /** Objects that were made: at the start, by growing, beyond the pool. */
  allocations: number;
  /** Of these, objects made beyond the pool because it was exhausted. */
  overflow: number;
  /** Bytes that the objects hold. */
  bytes: number;
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
    allocations: figure(6),
    overflow: figure(7),
    bytes: figure(8),
  };
}

/** Statistics of one of several pools. */
export interface NamedPoolStats extends PoolStats {
  /** For instance `FramePool i420 1280x720`, or the asset's name for a scene's pool. */
  name: string;
}

/** Something with pools. */
interface PoolOwner {
  pools(): NamedPoolStats[];
}

const owners = new Set<WeakRef<PoolOwner>>();
const gone = new FinalizationRegistry<WeakRef<PoolOwner>>((owner) => owners.delete(owner));

/** @internal Lets an owner's pools be listed until it is dropped or what is returned is called. */
export function listPools(owner: PoolOwner): () => void {
  const reference = new WeakRef(owner);
  owners.add(reference);
  gone.register(owner, reference);
  return () => owners.delete(reference);
}

/** @internal All pools that are open. */
export function openPools(): NamedPoolStats[] {
  return [...owners].flatMap((owner) => owner.deref()?.pools() ?? []);
}
