import { describe, expect, it } from 'vitest';
import {
  judgeShardSweep,
  NO_SHARD_MEMORY,
  recallShards,
  type ShardProberMemory,
} from '../../../../core/cache/controller/index.ts';
import type { Reach } from '../../../../core/state/items.ts';
import { groupId, NOW, observation, THRESHOLDS } from './facts.ts';

const MEMBERS_OK: readonly Reach[] = ['ok', 'ok', 'ok'];

/** Sweeps one second apart, the reach of each shard in each; answers what the last one says. */
function sweeps(
  given: readonly (readonly Reach[])[],
  {
    others = MEMBERS_OK,
    from = NO_SHARD_MEMORY,
  }: { readonly others?: readonly Reach[]; readonly from?: ShardProberMemory } = {},
) {
  let memory = from;
  let last = judgeShardSweep(memory, { samples: [], others, thresholds: THRESHOLDS, now: NOW });
  const changed: boolean[] = [];
  for (const [index, reaches] of given.entries()) {
    const at = NOW + index * 1000;
    const samples = reaches.map((reach, shard) => {
      return { memberId: groupId(shard), at, reach, runId: null, latencyMs: null };
    });
    last = judgeShardSweep(memory, { samples, others, thresholds: THRESHOLDS, now: at });
    ({ memory } = last);
    changed.push(last.changed);
  }
  const failures = last.verdicts.map(({ failure }) => failure);
  return { ...last, changes: changed, failures };
}

const FINE: readonly Reach[] = ['ok', 'ok', 'ok', 'ok'];
const away = (reach: Reach): readonly Reach[] => ['ok', reach, 'ok', 'ok'];

describe('a sweep over the shards', () => {
  it.each(['refused', 'timeout', 'reset', 'tls', 'login'] as const)(
    'three probes in a row that end in %s make a shard unreachable',
    (reach) => {
      expect(sweeps([FINE, away(reach), away(reach)]).failures).toEqual([null, null, null, null]);
      const turned = sweeps([FINE, away(reach), away(reach), away(reach)]);
      expect(turned.failures).toEqual([null, 'shard-unreachable', null, null]);
      expect(turned.verdicts[1]!.since).toBe(NOW + 3000);
      expect(turned.changes).toEqual([false, false, false, true]);
    },
  );

  it('five answered probes in a row clear it, and four do not', () => {
    const failed = Array.from({ length: 3 }, () => away('timeout'));
    expect(sweeps([...failed, FINE, FINE, FINE, FINE]).failures[1]).toBe('shard-unreachable');
    const cleared = sweeps([...failed, FINE, FINE, FINE, FINE, FINE]);
    expect(cleared.failures[1]).toBeNull();
    expect(cleared.changes.at(-1)).toBe(true);
  });

  it.each(['error', 'load'] as const)(
    'an answer of the kind %s is life: neither failure nor recovery',
    (reach) => {
      expect(sweeps([away('timeout'), away('timeout'), away(reach), away('timeout')]).failures[1]).toBeNull();
      const failed = Array.from({ length: 3 }, () => away('timeout'));
      const alive = Array.from({ length: 9 }, () => away(reach));
      expect(sweeps([...failed, ...alive]).failures[1]).toBe('shard-unreachable');
    },
  );

  it('I-06: a prober that fails on more than half of all its targets is blind, and accuses nobody', () => {
    const blind = sweeps(
      Array.from({ length: 9 }, () => ['timeout', 'timeout', 'timeout', 'timeout'] as const),
    );
    expect(blind.blind).toBe(true);
    expect(blind.failures).toEqual([null, null, null, null]);
  });

  it('the members of the database count as targets: a cache of one shard can fail', () => {
    const one = Array.from({ length: 3 }, () => ['timeout'] as const);
    expect(sweeps(one)).toMatchObject({ blind: false, failures: ['shard-unreachable'] });
    expect(sweeps(one, { others: ['timeout', 'ok'] })).toMatchObject({ blind: true, failures: [null] });
    expect(sweeps(one, { others: [] })).toMatchObject({ blind: true, failures: [null] });
  });

  it('sees again only after as many good sweeps as make a failure', () => {
    const dark: readonly Reach[] = ['timeout', 'timeout', 'timeout', 'timeout'];
    expect(sweeps([dark, FINE, FINE]).blind).toBe(true);
    expect(sweeps([dark, FINE, FINE, FINE]).blind).toBe(false);
  });

  it('a prober that takes over goes on from the verdicts of the one before', () => {
    const item = observation({ failing: { 1: { since: NOW - 5000 } } });
    const next = sweeps([away('timeout')], { from: recallShards(item) });
    expect(next.changes).toEqual([false]);
    expect(next.verdicts[1]).toMatchObject({ failure: 'shard-unreachable', since: NOW - 5000 });
  });
});
