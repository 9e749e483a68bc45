/** Growths with one defect each. The search must find what each of them does to somebody. */

import { type Defect, sizeOf } from './defects.ts';
import { newRing, type RingPhase, type RingRow } from '../../../../core/cache/protocol/index.ts';
import { SHIPPED } from './protocol.ts';
import type { Faults, Size } from './world.ts';

const READING_LAST = { reads: 1, writes: 1, isReadingLast: true };
const STALE = /^stale/;

/** One shard becomes two, and the key moves to the other one, which holds what an earlier attempt has left. */
export function growing(faults: Partial<Faults>, rest: Partial<Size> = {}): Size {
  return sizeOf(faults, {
    shards: 1,
    slotOfKey: [1],
    growth: { parts: 1, operators: 1 },
    clients: [READING_LAST],
    ...rest,
  });
}

export function ringIn(phase: RingPhase): RingRow {
  return { ...newRing(1), epoch: 5, target: 2, parts: 1, phase };
}

/** As `nextGrowthStep`, without waiting in these phases. */
function impatient(
  phase: 'joining' | 'leaving',
): Pick<Defect['protocol'], 'advanceGrowth' | 'nextGrowthStep'> {
  return {
    advanceGrowth: (ledger, from) =>
      SHIPPED.advanceGrowth(ledger, { ...from, waitedOut: from.waitedOut || ledger.ring.phase === phase }),
    nextGrowthStep: (goal, sight, memory, limits) => {
      const holders = sight.ring.phase === phase ? [] : sight.holders;
      return SHIPPED.nextGrowthStep(goal, { ...sight, holders }, memory, limits);
    },
  };
}

export const GROWTH_DEFECTS: readonly Defect[] = [
  {
    name: 'does not purge what an earlier attempt has left',
    size: growing({}),
    found: STALE,
    protocol: {
      ...SHIPPED,
      nextGrowthStep: (goal, sight, memory, limits) =>
        SHIPPED.nextGrowthStep(goal, sight, { ...memory, isPurged: true }, limits),
    },
  },
  {
    name: 'deletes only where it reads',
    size: growing({}, { clients: [READING_LAST, { reads: 1, writes: 0 }] }),
    found: STALE,
    protocol: { ...SHIPPED, deletesAlsoFrom: () => null },
  },
  {
    name: 'purges before everybody deletes from both shards',
    size: growing(
      {},
      {
        clients: [
          { reads: 2, writes: 0 },
          { reads: 0, writes: 1 },
        ],
      },
    ),
    found: STALE,
    protocol: { ...SHIPPED, ...impatient('joining') },
  },
  {
    name: 'ends the deletions on the shard that is left before everybody reads from the other',
    size: growing(
      {},
      {
        clients: [
          { reads: 1, writes: 0 },
          { reads: 0, writes: 1 },
        ],
      },
    ),
    found: STALE,
    protocol: { ...SHIPPED, ...impatient('leaving') },
  },
  {
    name: 'lends what it stored under a ring that is not in force any more',
    size: growing(
      {},
      {
        clients: [
          { reads: 1, writes: 0 },
          { reads: 0, writes: 1 },
        ],
      },
    ),
    found: STALE,
    protocol: { ...SHIPPED, isStillPlaced: (view, _ring, now) => SHIPPED.isLeased(view, now) },
  },
  {
    name: 'deletes under a ring that it has no lease of',
    size: growing(
      {},
      {
        clients: [
          { reads: 2, writes: 0 },
          { reads: 0, writes: 1 },
        ],
      },
    ),
    found: STALE,
    isExact: true,
    protocol: { ...SHIPPED, isLeased: () => true },
  },
  {
    name: 'records under the ring that it believes in',
    size: growing(
      {},
      {
        clients: [
          { reads: 2, writes: 0 },
          { reads: 0, writes: 1, isBehind: true },
        ],
        growth: { parts: 1, operators: 1, ring: ringIn('clearing') },
        records: true,
      },
    ),
    found: STALE,
    isExact: true,
    protocol: { ...SHIPPED, ringAtCommit: (_ledger, { row }) => row },
  },
  {
    name: 'turns back at once where only one of the shards was deleted from',
    size: growing(
      { turns: 1 },
      {
        clients: [
          { reads: 1, writes: 0 },
          { reads: 0, writes: 1 },
        ],
        growth: { parts: 1, operators: 1, ring: ringIn('clearing') },
      },
    ),
    found: STALE,
    protocol: {
      ...SHIPPED,
      turnGrowth: (ledger, epoch) => {
        const [after, ring] = SHIPPED.turnGrowth(ledger, epoch);
        const turned = { ...ring, phase: 'steady' as const };
        return ring === ledger.ring ? [after, ring] : [{ ...after, ring: turned }, turned];
      },
    },
  },
];
