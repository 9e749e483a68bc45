import { describe, expect, it } from 'vitest';
import type { LedgerItem, LedgerStep, ObservationItem } from '../../../core/state/items.ts';
import { evidence, failoverCalledAt, type Broken } from '../../../proving/drills/measure/evidence.ts';

const broken: Broken = { fault: 'hang', memberId: 'w', az: 'a', faultAt: 1000 };

function observed(at: number, az: string, failure: string | null, blind = false): ObservationItem {
  const verdicts = [{ memberId: 'w', failure, since: at, samples: 3 }];
  return { kind: 'observation', at, az, blind, verdicts } as unknown as ObservationItem;
}

function entry(changes: Partial<LedgerItem>, steps: readonly Partial<LedgerStep>[] = []): LedgerItem {
  return {
    kind: 'ledger',
    function: 'write-failover',
    startedAt: 2000,
    memberId: 'w',
    reason: '',
    mode: 'act',
    before: 'w',
    after: null,
    ...changes,
    steps: steps.map((step) => ({ name: 's', call: null, at: null, outcome: 'done', target: 't', ...step })),
  } as unknown as LedgerItem;
}

const called = (at: number, outcome: LedgerStep['outcome']): Partial<LedgerStep> => ({
  name: 'failover',
  call: 'rds:FailoverDBCluster',
  at,
  outcome,
  reason: 'frozen',
});

describe('evidence', () => {
  it('is null in every field where the functions were off', () => {
    expect(evidence(null, broken)).toEqual({
      detected_ms: null,
      decided_ms: null,
      promotions: null,
      removed: null,
      actions: [],
    });
    expect(failoverCalledAt(null, 1000)).toBeNull();
  });

  it('counts promotions that were accepted, or that nobody knows were not', () => {
    const ledger = [
      entry({}, [called(2500, 'refused')]),
      entry({}, [called(3000, 'unknown')]),
      entry({}, [called(3500, 'accepted')]),
      entry({ startedAt: 500 }, [called(600, 'accepted')]),
      entry({ mode: 'observe' }, [{ ...called(2000, 'skipped'), at: null }]),
    ];
    const records = { observations: [], ledger };
    expect(evidence(records, broken).promotions).toBe(2);
    expect(failoverCalledAt(records, 1000)).toBe(3000);
    expect(evidence(records, broken).actions.map(({ at_ms }) => at_ms)).toEqual([1500, 2000, 2500]);
  });

  it('detects a blind prober by its own word, and nothing else by it', () => {
    const observations = [observed(1500, 'b', null, true), observed(1800, 'a', null, true)];
    const records = { observations, ledger: [] };
    expect(evidence(records, { ...broken, fault: 'blind' }).detected_ms).toBe(800);
    expect(evidence(records, broken).detected_ms).toBeNull();
    const seen = [...observations, observed(3400, 'b', 'writer-unreachable')];
    expect(evidence({ observations: seen, ledger: [] }, broken).detected_ms).toBe(2400);
  });

  it.each([
    ['w in -> out: 2 probers', 1000],
    ['w absent -> returning: new reader', 1000],
    ['w out -> returning: healthy by a', null],
    ['w returning -> in: healthy by a, b for 10000 ms', null],
    ['x in -> out: 2 probers', null],
  ])('a decision is about the victim and its failure: %s', (reason, decided) => {
    const ledger = [entry({ function: 'replica-pool', memberId: null, reason })];
    expect(evidence({ observations: [], ledger }, broken).decided_ms).toBe(decided);
  });
});
