/** Which readers are fresh enough for a read: by lag for every read, by position for a read after a write. */

import { hasReached, type Position } from './position.ts';

export interface Replica {
  readonly id: string;
  /** Replica lag in ms; null when unknown. */
  readonly lagMs: number | null;
  /** The newest position this reader is known to show; null when unknown. */
  readonly position: Position | null;
}

/**
 * Readers whose lag is within the limit. Unknown lag is no evidence (I-30). Where every reader lags, the ones
 * that lag least stay: lag alone never empties the pool (I-37).
 */
export function withinLag(replicas: readonly Replica[], lagMsMax: number): readonly Replica[] {
  const within = replicas.filter((replica) => replica.lagMs === null || replica.lagMs <= lagMsMax);
  if (within.length > 0) return within;
  const least = Math.min(...replicas.map((replica) => replica.lagMs ?? Infinity));
  return replicas.filter((replica) => replica.lagMs === least);
}

/** Readers known to show a position. May be empty: the writer then serves (I-38). */
export function havingReached(replicas: readonly Replica[], wanted: Position): readonly Replica[] {
  return replicas.filter((replica) => hasReached(replica.position, wanted));
}
