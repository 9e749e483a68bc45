/**
 * How many members a client may leave out on its own evidence. The rest stays in the pool whatever it does:
 * where most members look bad, it is more likely the client, the network or the load (fail open).
 */

/** Members that may be out at once: the share that stays is never below `panicRatio`, and never nobody. */
export function ejectedMax(members: number, panicRatio: number): number {
  const kept = Math.max(1, Math.ceil(members * panicRatio));
  return Math.max(0, members - kept);
}

/** Share of a pool that may be out at once, where one member does not make it more. */
export const EJECTED_RATIO_MAX = 0.25;

/**
 * Members of a pool of equals that may be out at once: a quarter, but always one where another one is left to serve.
 * So of 2 to 7 at most 1, of 8 at most 2; the only one never.
 */
export function ejectionCap(members: number): number {
  if (members <= 1) return 0;
  return Math.max(1, Math.floor(EJECTED_RATIO_MAX * members));
}

/** Share of the members that must look fit; below it it is more likely the client, the network or the load (I-04). */
export const FIT_RATIO_MIN = 0.5;

/** True where so few look fit that every member is used, whatever is thought of it. */
export function isPanic(fit: number, members: number): boolean {
  return fit < FIT_RATIO_MIN * members;
}
