/** Targets that have no task behind them any more: ECS deregisters a task once, and what we register afterwards stays. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFrontRecovery, planTargets, type FrontFacts } from '../../../core/front/index.ts';
import type { LedgerItem } from '../../../core/state/items.ts';
import { factsOf, GROUP, NOW, ZONES, type Seen } from './support.ts';

const FINE: readonly Seen[] = ZONES.map((az) => ({ az, failing: [] }));
const DEAD: Seen = { az: ZONES[0]!, failing: ZONES, says: 'unhealthy' };
/** The one in question is the first. */
const GHOST = factsOf([DEAD, ...FINE]).targets[0]!;

interface Known {
  readonly seen?: readonly Seen[];
  /** For how long its probers have got no good answer. */
  readonly failingMs?: number;
  readonly stoppedAt?: number;
  readonly ledger?: readonly LedgerItem[];
}

function plan({ seen = [DEAD, ...FINE], failingMs = 5000, stoppedAt, ledger = [] }: Known) {
  const facts = factsOf(seen, { sinceMs: failingMs }, { ledger });
  const [first, ...rest] = facts.targets;
  const targets = stoppedAt === undefined ? facts.targets : [{ ...first!, stoppedAt }, ...rest];
  return planTargets({ ...facts, targets });
}

/** We registered it a while ago. */
function putBack(agoMs: number, outcome: 'accepted' | 'refused' = 'accepted'): LedgerItem {
  const at = NOW - agoMs;
  const call = { api: 'register', targetGroup: GROUP, target: GHOST } as const;
  const { memberId, az: zone } = GHOST;
  const action = {
    kind: 'register',
    memberId,
    zone,
    calls: [call],
    reason: 'it was well',
    evidence: [],
  } as const;
  const made = { env: 'demo', function: 'dns-failover', epoch: 1, now: at, mode: 'act' } as const;
  const item = openFrontRecovery({ action, ...made });
  return { ...item, state: 'done', steps: item.steps.map((step) => ({ ...step, at, outcome })) };
}

const leaving = (known: Known): readonly string[] =>
  plan(known)
    .actions.filter(({ kind }) => kind === 'deregister')
    .map(({ memberId }) => memberId);
const STOPPED = { stoppedAt: NOW - 2000 };

describe('a target whose task ECS has stopped', () => {
  it('I-14: is taken out of the groups although no balancer sends it requests, and the ledger says why', () => {
    expect(leaving(STOPPED)).toEqual([GHOST.memberId]);
    expect(plan(STOPPED).actions[0]!.reason).toContain('ECS that its task has stopped');
  });

  it('I-06, SEC-07: stays while it answers, or only one zone says that it does not: an event alone takes nobody out', () => {
    for (const failing of [[], ZONES.slice(0, 1)]) {
      for (const says of ['healthy', 'unhealthy'] as const) {
        expect(leaving({ ...STOPPED, seen: [{ ...DEAD, failing, says }, ...FINE] })).toEqual([]);
      }
    }
  });

  it('I-04: is no part of any share, so the dead do not make the living fail open', () => {
    const seen: readonly Seen[] = [DEAD, { ...DEAD, az: ZONES[1]! }, FINE[2]!];
    expect(plan({ seen })).toMatchObject({ counted: 3, fit: 1, failOpen: true });
    expect(plan({ ...STOPPED, seen })).toMatchObject({ counted: 2, fit: 1, failOpen: false });
  });

  it('I-04: counts as any other while its balancer sends it requests', () => {
    const seen: readonly Seen[] = [{ ...DEAD, says: 'healthy' }, ...FINE];
    expect(plan({ ...STOPPED, seen }).counted).toBe(4);
  });

  it('is not brought back into the group where it is missing, however well it answers for the moment', () => {
    const second = 'arn:group-2';
    const groups = [GROUP, second].map((targetGroup) => ({
      targetGroup,
      balancer: `${targetGroup}-balancer`,
    }));
    const facts = factsOf(FINE, { sinceMs: 60_000 });
    const [first, ...rest] = facts.targets;
    const missing = facts.described[GROUP]!.slice(1);
    const described = { ...facts.described, [second]: missing };
    const register = (stop: Pick<Known, 'stoppedAt'>): readonly string[] => {
      const half = { ...first!, registered: false, since: NOW - 60_000, ...stop };
      const half2: FrontFacts = { ...facts, groups, described, targets: [half, ...rest] };
      return planTargets(half2).actions.map(({ kind }) => kind);
    };
    expect(register({})).toEqual(['register']);
    expect(register(STOPPED)).toEqual([]);
  });
});

describe('a target that we registered, and that nobody gets a good answer from', () => {
  const ours = { ledger: [putBack(60_000)] };

  it('I-14: is taken back after half a minute, for what ECS says of its task may be lost', () => {
    expect(leaving({ ...ours, failingMs: 29_999 })).toEqual([]);
    expect(leaving({ ...ours, failingMs: 30_000 })).toEqual([GHOST.memberId]);
  });

  it('is looked at again just then', () => {
    const [hold] = plan({ ...ours, failingMs: 10_000 }).holds;
    expect(hold).toMatchObject({ cause: 'not-in-service', reviewAt: NOW + 20_000 });
  });

  it('is left to ECS where it was ECS that registered it, or our call was refused', () => {
    for (const ledger of [[], [putBack(60_000, 'refused')]]) {
      expect(leaving({ ledger, failingMs: 3_600_000 })).toEqual([]);
    }
  });

  it('I-04: stays while too few look fit: the balancers may send requests to all', () => {
    const seen = [DEAD, ...ZONES.map((az): Seen => ({ ...DEAD, az }))];
    expect(leaving({ ...ours, seen, failingMs: 3_600_000 })).toEqual([]);
  });
});

describe('whatever ECS has told', () => {
  it('I-03, I-06: whoever leaves is seen failing by two zones, and one fit target stays', () => {
    const anySeen: fc.Arbitrary<Seen> = fc.record({
      az: fc.constantFrom(...ZONES),
      failing: fc.subarray(ZONES),
      says: fc.constantFrom('healthy', 'unhealthy', 'initial', 'unused' as const),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(anySeen, fc.boolean()), { maxLength: 10 }), (all) => {
        const facts = factsOf(all.map(([seen]) => seen));
        const targets = facts.targets.map((one, index) => (all[index]![1] ? { ...one, ...STOPPED } : one));
        const { actions, views, fit } = planTargets({ ...facts, targets });
        const left = new Set(
          actions.filter(({ kind }) => kind === 'deregister').map(({ memberId }) => memberId),
        );
        for (const { target, failing } of views) {
          if (left.has(target.memberId)) expect(failing.length).toBeGreaterThanOrEqual(2);
        }
        if (left.size > 0) expect(fit).toBeGreaterThan(0);
      }),
    );
  });
});
