/** What the instances say that they asked of their database: a trace in their own load, which no cache has written. */

export interface Fills {
  readonly inFlightMaxOfOneKey: number;
  /** Loads that began in each second; epoch seconds. */
  readonly perSecond: ReadonlyMap<number, number>;
  /** Loads a second that it may make; null: no bound. */
  readonly loadsPerS: number | null;
  /** How long it waits for a shard; null without a cache. */
  readonly commandMs: number | null;
}

const ANSWER_MS_MAX = 3000;

/** Null when it does not answer, or not with that. */
export async function readFills(url: string): Promise<Fills | null> {
  try {
    const response = await fetch(`${url}/fills`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return toFills(await response.json());
  } catch {
    return null;
  }
}

export function toFills(body: unknown): Fills | null {
  const { inFlightMaxOfOneKey, perSecond, limits } = (body ?? {}) as Record<string, unknown>;
  const { loadsPerS, commandMs } = (limits ?? {}) as Record<string, unknown>;
  if (typeof inFlightMaxOfOneKey !== 'number' || typeof perSecond !== 'object' || perSecond === null)
    return null;
  const seconds = Object.entries(perSecond).filter((entry): entry is [string, number] => {
    return typeof entry[1] === 'number';
  });
  return {
    inFlightMaxOfOneKey,
    perSecond: new Map(seconds.map(([second, count]) => [Number(second), count])),
    loadsPerS: typeof loadsPerS === 'number' ? loadsPerS : null,
    commandMs: typeof commandMs === 'number' ? commandMs : null,
  };
}

/** Of all instances together: the busiest second that overlaps the span. Null where one did not say. */
export function loadsPerSMax(
  all: readonly (Fills | null)[],
  { from, to }: { readonly from: number; readonly to: number },
): number | null {
  if (all.length === 0 || all.some((fills) => fills === null)) return null;
  let most = 0;
  for (let second = Math.floor(from / 1000); second * 1000 < to; second += 1) {
    const loads = all.reduce((sum, fills) => sum + (fills!.perSecond.get(second) ?? 0), 0);
    most = Math.max(most, loads);
  }
  return most;
}

/** The worst of the instances; null where one did not say. */
export function fillsInFlightMax(all: readonly (Fills | null)[]): number | null {
  if (all.length === 0 || all.some((fills) => fills === null)) return null;
  return Math.max(...all.map((fills) => fills!.inFlightMaxOfOneKey));
}

/** What all instances may ask together; null where one has no bound. */
export function budgetPerS(all: readonly (Fills | null)[]): number | null {
  if (all.length === 0 || all.some((fills) => (fills?.loadsPerS ?? null) === null)) return null;
  return all.reduce((sum, fills) => sum + fills!.loadsPerS!, 0);
}
