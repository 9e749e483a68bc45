import { describe, expect, it } from 'vitest';
import {
  openSwitchover,
  reviewSwitchover,
  writesAwayMs,
  type SwitchoverFacts,
} from '../../../../core/database/index.ts';
import type { ObservationItem } from '../../../../core/state/items.ts';
import { NOW, observation, sample, T, writerSample, ZONES } from '../fixtures.ts';

const MEMBERS = ['a', 'b', 'c'];
const CALLED = NOW - 5000;
const ITEM = openSwitchover({
  decision: { state: 'switchover', writer: 'a', target: 'b', reason: 'b is fit', evidence: ['o|1'] },
  clusterId: 'demo',
  epoch: 7,
  now: CALLED,
  actor: 'arn:aws:iam::1:user/ana',
  why: 'patch the old writer',
});

/** What the prober of each zone takes for the writer, after the call. */
function seen(writers: readonly string[], at = NOW - 300): ObservationItem[] {
  return writers.map((writer, i) => {
    const samples = MEMBERS.map((id) => (id === writer ? writerSample(id, { at }) : sample(id, { at })));
    return observation({ az: ZONES[i]!, members: MEMBERS, writer, change: { at, samples } });
  });
}

function facts(
  change: Partial<SwitchoverFacts> & { writer?: string; status?: string } = {},
): SwitchoverFacts {
  const { writer = 'b', status = 'available', ...rest } = change;
  const members = MEMBERS.map((id, i) => ({
    id,
    isWriter: id === writer,
    promotionTier: 1,
    az: ZONES[i]!,
    status: 'available',
  }));
  return {
    now: NOW,
    clusterId: 'demo',
    thresholds: T,
    memberIds: MEMBERS,
    observations: seen(['b', 'b', 'b']),
    cluster: { clusterId: 'demo', status, at: NOW - 100, members },
    ledger: [],
    ...rest,
  };
}

describe('the record of a switchover', () => {
  it('I-36: has the actor, why, before, epoch, evidence, and the intent of the call', () => {
    expect(ITEM).toMatchObject({
      function: 'switchover',
      actor: 'arn:aws:iam::1:user/ana',
      reason: expect.stringContaining('patch the old writer'),
      before: 'a',
      after: null,
      epoch: 7,
      evidence: ['o|1'],
      state: 'acting',
    });
    expect(ITEM.steps.map(({ call, target, at, outcome }) => [call, target, at, outcome])).toEqual([
      ['rds:FailoverDBCluster', 'b', CALLED, 'pending'],
      [null, 'b', null, 'pending'],
    ]);
  });
});

describe('what has become of it', () => {
  it('is done when AWS, the members and every prober name the target, which takes writes', () => {
    expect(reviewSwitchover(ITEM, facts()).state).toBe('done');
  });

  it.each([
    ['AWS is not done', facts({ status: 'failing-over' })],
    ['AWS cannot be asked', facts({ cluster: null })],
    ['AWS was asked before the call', facts({ cluster: { ...facts().cluster!, at: CALLED } })],
    ['F-15: AWS names another', facts({ writer: 'a' })],
    ['one prober has not seen it yet', facts({ observations: seen(['b', 'b', 'a']) })],
    ['the observations are from before the call', facts({ observations: seen(['b', 'b', 'b'], CALLED - 1) })],
    ['nobody has seen it take a write', facts({ observations: readOnly() })],
    [
      'the old writer still answers, a moment after the call',
      facts({ writer: 'a', observations: seen(['a', 'a', 'a']) }),
    ],
  ])('is waited for while %s', (_name, now) => {
    expect(reviewSwitchover(ITEM, now).state).toBe('waiting');
  });

  it('is over when another member has become the writer', () => {
    const review = reviewSwitchover(ITEM, facts({ writer: 'c', observations: seen(['c', 'c', 'c']) }));
    expect(review).toMatchObject({ state: 'aborted', writer: 'c' });
  });

  it('is over when the old writer still takes writes long after the call', () => {
    const later = NOW + 30_000;
    const { cluster } = facts({ writer: 'a' });
    const review = reviewSwitchover(
      ITEM,
      facts({
        now: later,
        observations: seen(['a', 'a', 'a'], later - 300),
        cluster: { ...cluster!, at: later - 100 },
      }),
    );
    expect(review).toMatchObject({ state: 'aborted', writer: 'a' });
  });
});

describe('how long writes were away', () => {
  const beat = (memberId: string, at: number, write: 'ok' | 'timeout' = 'ok'): ObservationItem =>
    observation({
      az: ZONES[0],
      members: MEMBERS,
      change: { samples: [writerSample(memberId, { at, write })] },
    });
  const sides = { from: 'a', to: 'b', calledAt: CALLED };

  it('counts from the last heartbeat on the old writer to the first on the new one', () => {
    const all = [
      beat('a', CALLED - 900),
      beat('a', CALLED + 100),
      beat('a', CALLED + 1100, 'timeout'),
      beat('b', CALLED + 2600),
      beat('b', CALLED + 3600),
    ];
    expect(writesAwayMs(all.toReversed(), sides)).toBe(2500);
  });

  it('is unknown, not zero, where either was not seen', () => {
    expect(writesAwayMs([], sides)).toBeNull();
    expect(writesAwayMs([beat('a', CALLED)], sides)).toBeNull();
    expect(writesAwayMs([beat('b', CALLED + 10)], sides)).toBeNull();
  });
});

function readOnly(): ObservationItem[] {
  return seen(['b', 'b', 'b']).map((item) => ({
    ...item,
    samples: item.samples.map((one) => ({
      ...one,
      write: one.memberId === 'b' ? ('timeout' as const) : one.write,
    })),
  }));
}
