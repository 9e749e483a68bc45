/**
 * How many members a client may leave out on its own evidence. The rest stays in the pool whatever it does:
 * where most members look bad, it is more likely the client, the network or the load (fail open).
 */

/** Members that may be out at once: the share that stays is never below `panicRatio`, and never nobody. */
export function ejectedMax(members: number, panicRatio: number): number {
  const kept = Math.max(1, Math.ceil(members * panicRatio));
  return Math.max(0, members - kept);
}
