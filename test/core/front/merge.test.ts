/** Which targets are known, after what AWS and ECS have told. */

import { describe, expect, it } from 'vitest';
import { mergeTargets, NO_FRONT_MEMORY, type MergeInput } from '../../../core/front/index.ts';
import type { TargetEntry, TargetsItem } from '../../../core/state/front-items.ts';
import { NOW } from './support.ts';

const ADDRESS = '10.0.0.1';
const PLACE = { address: ADDRESS, port: 80, az: 'az-a' };
const ENTRY: TargetEntry = {
  ...PLACE,
  memberId: `${ADDRESS}:80`,
  registered: true,
  balancer: 'healthy',
  since: NOW - 60_000,
};
const OUT: TargetEntry = { ...ENTRY, registered: false, balancer: null };
const STANDING = [{ ...PLACE, state: 'unhealthy' as const }];

function listOf(targets: readonly TargetEntry[]): TargetsItem {
  const known = { kind: 'targets', env: 'demo', epoch: 1, at: NOW, healthPath: '/' } as const;
  return { ...known, targets, removals: [], shifted: [], memory: NO_FRONT_MEMORY };
}

function merge(entry: TargetEntry, change: Partial<MergeInput>): TargetEntry | undefined {
  const silent = { ledger: [], stopped: [], answering: new Map(), forgetMs: 600_000 };
  const described = [STANDING, STANDING];
  return mergeTargets({ now: NOW, known: listOf([entry]), described, ...silent, ...change })[0];
}

const stopped = [ADDRESS];
const MARKED: TargetEntry = { ...ENTRY, stoppedAt: NOW - 5000 };

describe('mergeTargets: a task that ECS has stopped', () => {
  it('is marked while its target stands, and stays so: ECS tells it once', () => {
    expect(merge(ENTRY, {})).not.toHaveProperty('stoppedAt');
    expect(merge(ENTRY, { stopped })).toMatchObject({ registered: true, stoppedAt: NOW });
    expect(merge(MARKED, {})).toMatchObject({ stoppedAt: NOW - 5000 });
    expect(merge(MARKED, { stopped })).toMatchObject({ stoppedAt: NOW - 5000 });
  });

  it('is marked also where it was just put back into one of two groups', () => {
    const half = merge(OUT, { stopped, described: [STANDING, []] });
    expect(half).toMatchObject({ registered: false, balancer: 'unhealthy', stoppedAt: NOW });
  });

  it('is another once it answers after that', () => {
    const answered = (at: number) => merge(MARKED, { answering: new Map([[ENTRY.memberId, at]]) });
    expect(answered(NOW - 5001)).toMatchObject({ stoppedAt: NOW - 5000 });
    expect(answered(NOW - 4999)).not.toHaveProperty('stoppedAt');
  });

  it('is forgotten when it stands nowhere, also one that we took out', () => {
    for (const entry of [ENTRY, OUT]) expect(merge(entry, { stopped, described: [[], []] })).toBeUndefined();
    expect(merge({ ...OUT, stoppedAt: NOW - 5000 }, { described: [[], []] })).toBeUndefined();
    expect(merge(OUT, { described: [[], []] })).toEqual(OUT);
  });

  it('I-30: is kept, and what ECS has told with it, while a group does not answer', () => {
    expect(merge(OUT, { stopped, described: [[], null] })).toEqual({ ...OUT, stoppedAt: NOW });
  });
});
