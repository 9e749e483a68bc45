/**
 * From when the controllers may act: they take out one reader a minute at most (I-05), and leave a failover its time.
 * A drill that expects them to act waits for that, so that a legal refusal is not taken for a failure.
 */

import { DATABASE_THRESHOLDS, type DatabaseThreshold } from '../../core/thresholds/database.ts';
import type { LedgerItem } from '../../core/state/items.ts';
import { removedMembers } from './measure/removals.ts';
import type { Records } from './model.ts';
import { pause } from './pause.ts';
import type { DrillPlace } from './ports.ts';

const VELOCITY_MS = defaultOf('velocity-window-ms');
const MANAGED_HOLD_MS = defaultOf('managed-hold-ms');
/** Clocks and sweeps are not exact. */
const AIR_MS = 1500;

/** What the controllers are to do: take a reader out, or have one promoted. */
export type Expected = 'removal' | 'failover';

/** Epoch ms; in the past when nothing holds them back. */
export function freeAt({ ledger, observations }: Records, expected: Expected): number {
  const removals = ledger.filter(removes).map(({ updatedAt }) => updatedAt + VELOCITY_MS);
  const moves = observations.flatMap(({ writer }) =>
    writer?.since == null ? [] : [writer.since + MANAGED_HOLD_MS],
  );
  return Math.max(0, ...(expected === 'removal' ? removals : moves)) + AIR_MS;
}

export async function settle(
  place: DrillPlace,
  expected: Expected,
  { now, signal }: { readonly now: () => number; readonly signal: AbortSignal },
): Promise<void> {
  const acknowledged = await place.acknowledge('a drill expects another failover');
  if (acknowledged > 0)
    place.say(`acknowledged ${acknowledged} earlier failovers, which ends their cooldown`);
  const records = await place.records(now() - Math.max(VELOCITY_MS, MANAGED_HOLD_MS));
  const waitMs = records ? freeAt(records, expected) - now() : 0;
  if (waitMs <= 0) return;
  place.say(`waiting ${Math.ceil(waitMs / 1000)} s, until the controllers' own limits let them act again`);
  await pause(waitMs, signal);
}

function removes(entry: LedgerItem): boolean {
  return removedMembers(entry).length > 0;
}

function defaultOf(name: DatabaseThreshold): number {
  return DATABASE_THRESHOLDS.find((threshold) => threshold.name === name)!.default;
}
