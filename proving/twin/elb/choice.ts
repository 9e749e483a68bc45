/**
 * How a node chooses one of the targets that it may use.
 *
 * Sources: guide "Routing algorithms" (round robin; least outstanding requests) and "Edit target group attributes"
 * (slow start works with round robin alone: the share of a new target grows from nothing to its full one). AWS does
 * not say how it spreads uneven shares: here evenly among the others, not in blocks.
 */

export interface WeightedTarget {
  readonly id: string;
  /** Its share of requests against the others' (`share` of its health). */
  readonly weight: number;
}

/** What each target is owed, by its id. */
export type Turns = ReadonlyMap<string, number>;

export const NO_TURNS: Turns = new Map();

/**
 * The next target by turns and the turns after it. Each target is owed its weight at every turn, and who is owed most
 * is next. Where no weight counts, all count alike.
 */
export function nextByTurns(
  targets: readonly WeightedTarget[],
  turns: Turns,
): { readonly id: string | null; readonly turns: Turns } {
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  const weightOf = (target: WeightedTarget) => (total > 0 ? target.weight : 1);
  const owed = new Map(targets.map((one) => [one.id, (turns.get(one.id) ?? 0) + weightOf(one)]));
  let next: string | null = null;
  for (const [id, amount] of owed) {
    const isUsed = total === 0 || targets.some((one) => one.id === id && one.weight > 0);
    if (isUsed && (next === null || amount > (owed.get(next) ?? 0))) next = id;
  }
  if (next !== null) owed.set(next, (owed.get(next) ?? 0) - (total > 0 ? total : targets.length));
  return { id: next, turns: owed };
}

export interface LoadedTarget {
  readonly id: string;
  /** Requests of this node that it has not answered yet. */
  readonly outstanding: number;
}

/** @param random 0 to 1, exclusive: decides among those with equally many */
export function leastOutstanding(targets: readonly LoadedTarget[], random: number): string | null {
  const fewest = Math.min(...targets.map(({ outstanding }) => outstanding));
  const best = targets.filter(({ outstanding }) => outstanding === fewest);
  return best[Math.floor(random * best.length)]?.id ?? null;
}

/**
 * The target group that a request goes to, by weight; null where every weight is 0.
 * @param random 0 to 1, exclusive
 */
export function chooseGroup<T extends { readonly weight: number }>(
  groups: readonly T[],
  random: number,
): T | null {
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random * total;
  for (const group of groups) {
    if (rest < group.weight) return group;
    rest -= group.weight;
  }
  return groups.findLast(({ weight }) => weight > 0) ?? null;
}
