import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideSwitchover,
  type DescribedCluster,
  type SwitchoverFacts,
} from '../../../../core/database/index.ts';
import type { Failure } from '../../../../core/failures.ts';
import type { LedgerItem } from '../../../../core/state/items.ts';
import { ledgerItem, NOW, observation, sample, T, writerSample, ZONES } from '../fixtures.ts';

const MEMBERS = ['a', 'b', 'c'];

function cluster(
  change: Partial<DescribedCluster> = {},
  statuses: Record<string, string> = {},
): DescribedCluster {
  return {
    clusterId: 'demo',
    status: 'available',
    at: NOW - 100,
    members: MEMBERS.map((id, i) => ({
      id,
      isWriter: id === 'a',
      promotionTier: 1,
      az: ZONES[i]!,
      status: statuses[id] ?? 'available',
    })),
    ...change,
  };
}

function facts(change: Partial<SwitchoverFacts> = {}): SwitchoverFacts {
  return {
    now: NOW,
    clusterId: 'demo',
    thresholds: T,
    memberIds: MEMBERS,
    observations: ZONES.map((az) => observation({ az, members: MEMBERS })),
    cluster: cluster(),
    ledger: [],
    ...change,
  };
}

/** One prober of the three holds this of one member. */
function seenBy(az: string, failures: Record<string, Failure>): SwitchoverFacts['observations'] {
  return ZONES.map((zone) =>
    observation({ az: zone, members: MEMBERS, ...(zone === az ? { failures } : {}) }),
  );
}

function lagging(lagMs: number | null): SwitchoverFacts['observations'] {
  const at = NOW - 300;
  const samples = [writerSample('a', { at }), sample('b', { at, lagMs }), sample('c', { at, lagMs: 10 })];
  return ZONES.map((az) => observation({ az, members: MEMBERS, change: { samples } }));
}

function open(change: Partial<LedgerItem>): readonly LedgerItem[] {
  return [ledgerItem({ state: 'waiting', ...change })];
}

describe('a switchover', () => {
  it('goes to the reader that was named, and says on what evidence', () => {
    const decision = decideSwitchover(facts(), 'c');
    expect(decision).toMatchObject({ state: 'switchover', writer: 'a', target: 'c' });
    expect(decision.state === 'switchover' && decision.evidence).toHaveLength(3);
  });

  it('goes to the reader that a failover would choose where none is named', () => {
    expect(decideSwitchover(facts({ observations: lagging(500) }), null)).toMatchObject({ target: 'c' });
    const tiers = cluster();
    const members = tiers.members.map((m) => ({ ...m, promotionTier: m.id === 'c' ? 0 : 1 }));
    expect(decideSwitchover(facts({ cluster: { ...tiers, members } }), null)).toMatchObject({ target: 'c' });
  });

  it('is no business of a writer that fails: the operator may help', () => {
    const observations = seenBy(ZONES[0], { a: 'writer-stalled' });
    expect(decideSwitchover(facts({ observations }), 'b').state).toBe('switchover');
  });

  it.each([
    ['unknown-target', {}, 'x'],
    ['unknown-target', { memberIds: ['a', 'c'] }, 'b'],
    ['target-is-writer', {}, 'a'],
    ['target-unavailable', { cluster: cluster({}, { b: 'rebooting' }) }, 'b'],
    ['target-unhealthy', { observations: seenBy(ZONES[2], { b: 'reader-unreachable' }) }, 'b'],
    ['target-lagging', { observations: lagging(T['promotion-lag-ms-max'] + 1) }, 'b'],
    ['target-lagging', { observations: lagging(null) }, 'b'],
    ['aws-unknown', { cluster: null }, 'b'],
    ['aws-unknown', { cluster: cluster({ at: NOW - T['observation-age-ms-max'] - 1 }) }, 'b'],
    ['aws-acting', { cluster: cluster({ status: 'failing-over' }) }, 'b'],
    ['aws-acting', { cluster: cluster({}, { a: 'modifying' }) }, 'b'],
    ['recovery-unfinished', { ledger: open({}) }, 'b'],
    ['recovery-unfinished', { ledger: open({ function: 'switchover', state: 'acting' }) }, 'b'],
    ['no-votes', { observations: [] }, 'b'],
    [
      'aws-disagrees',
      { observations: ZONES.map((az) => observation({ az, members: MEMBERS, writer: 'c' })) },
      'b',
    ],
    ['no-target', { cluster: cluster({}, { b: 'rebooting', c: 'rebooting' }) }, null],
  ] as const)('is refused: %s (%#)', (cause, change, to) => {
    const decision = decideSwitchover(facts(change), to);
    expect(decision).toMatchObject({ state: 'refused', cause });
    if (decision.state === 'refused')
      for (const text of [decision.reason, decision.fix]) expect(text).not.toBe('');
  });

  it('I-30: old and blind observations are no word at all', () => {
    const old = NOW - T['observation-age-ms-max'] - 1;
    const observations = [
      observation({ az: ZONES[0], members: MEMBERS, change: { at: old } }),
      observation({ az: ZONES[1], members: MEMBERS, change: { blind: true } }),
    ];
    expect(decideSwitchover(facts({ observations }), 'b')).toMatchObject({ cause: 'no-votes' });
  });

  it('waits for no pool change, and for no recovery that is over', () => {
    const pool = { call: 'rds:ModifyDBClusterEndpoint', target: 'e' };
    const [step] = ledgerItem().steps;
    const ledger = [
      ledgerItem({ function: 'replica-pool', state: 'planned', steps: [{ ...step!, ...pool }] }),
      ...(['done', 'aborted', 'observed'] as const).map((state) => ledgerItem({ id: state, state })),
    ];
    expect(decideSwitchover(facts({ ledger }), 'b').state).toBe('switchover');
  });

  it('I-17: never goes to a member that lags, is unhealthy to a prober, unavailable, unknown or the writer', () => {
    const failure = fc.constantFrom<Failure | null>(null, null, 'reader-unreachable', 'reader-lagging');
    const one = fc.record({
      failure,
      lagMs: fc.constantFrom(null, 0, 999, 5000),
      up: fc.boolean(),
      known: fc.boolean(),
    });
    const to = fc.constantFrom('a', 'b', 'c', 'x', null);
    fc.assert(
      fc.property(fc.record({ b: one, c: one }), to, (members, wanted) => {
        const down = Object.fromEntries(
          Object.entries(members)
            .filter(([, m]) => !m.up)
            .map(([id]) => [id, 'rebooting']),
        );
        const at = NOW - 300;
        const samples = [
          writerSample('a', { at }),
          ...Object.entries(members).map(([id, m]) => sample(id, { at, lagMs: m.lagMs })),
        ];
        const failures = Object.fromEntries(
          Object.entries(members).flatMap(([id, m]) => (m.failure === null ? [] : [[id, m.failure]])),
        );
        const observations = ZONES.map((az, i) =>
          observation({ az, members: MEMBERS, change: { samples }, ...(i === 1 ? { failures } : {}) }),
        );
        const memberIds = [
          'a',
          ...Object.entries(members)
            .filter(([, m]) => m.known)
            .map(([id]) => id),
        ];
        const decision = decideSwitchover(
          facts({ cluster: cluster({}, down), observations, memberIds }),
          wanted,
        );
        if (decision.state === 'refused') return;
        const chosen = members[decision.target as 'b' | 'c'];
        expect(decision.target).not.toBe('a');
        if (wanted !== null) expect(decision.target).toBe(wanted);
        expect(chosen).toMatchObject({ failure: null, up: true, known: true });
        expect(chosen.lagMs).toBeLessThanOrEqual(T['promotion-lag-ms-max']);
        expect(chosen.lagMs).not.toBeNull();
      }),
    );
  });
});
