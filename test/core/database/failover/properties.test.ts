import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideFailover } from '../../../../core/database/index.ts';
import type { Failure } from '../../../../core/failures.ts';
import { ledgerItem, NOW, observation, outcome, T, ZONES } from '../fixtures.ts';
import { MEMBERS, cluster, facts } from './facts.ts';

describe('properties of the failover decision', () => {
  const failure = fc.constantFrom<Failure | null>(
    null,
    'writer-unreachable',
    'writer-read-only',
    'writer-stalled',
  );
  const prober = fc.record({
    failure,
    blind: fc.boolean(),
    age: fc.integer({ min: -5000, max: 20_000 }),
    since: fc.integer({ min: 0, max: 90_000 }),
    writer: fc.constantFrom('a', 'a', 'a', 'b', null),
  });
  const input = fc.record({
    probers: fc.array(prober, { minLength: 0, maxLength: 3 }),
    writes: fc.option(fc.record({ ok: fc.nat(100), errors: fc.nat(100) }), { nil: null }),
    status: fc.constantFrom('available', 'available', 'failing-over', 'backing-up'),
    cooling: fc.boolean(),
    down: fc.boolean(),
  });
  it('I-06, I-08, I-10, I-16, I-17: a failover is decided only where every rule allows it', () => {
    let decided = 0;
    fc.assert(
      fc.property(input, ({ probers, writes, status, cooling, down }) => {
        const observations = probers.map((p, i) => {
          const failures: Record<string, Failure> = p.failure === null ? {} : { a: p.failure };
          const change = { at: NOW - p.age, blind: p.blind };
          return observation({
            az: ZONES[i]!,
            members: MEMBERS,
            writer: p.writer,
            failures,
            since: NOW - p.since,
            change,
          });
        });
        const outcomes = writes === null ? [] : [outcome({ writes })];
        const given = facts({
          observations,
          outcomes,
          cluster: down ? null : cluster({ status }),
          ledger: cooling ? [ledgerItem()] : [],
        });
        const decision = decideFailover(given);
        if (decision.state !== 'failover') return;
        decided += 1;
        const votes = probers.filter(
          (p) => !p.blind && p.age <= 10_000 && p.age >= -2000 && p.failure !== null,
        );
        const errors = writes === null ? 0 : writes.errors;
        const clientAccuses = writes !== null && errors >= 3 && errors >= writes.ok;
        expect(votes.length >= 2 || (votes.length === 1 && clientAccuses)).toBe(true);
        expect(votes.every((p) => p.since >= T['gray-hold-ms'])).toBe(true);
        if (writes !== null && writes.ok + errors > 0)
          expect(writes.ok / (writes.ok + errors)).toBeLessThan(0.95);
        expect([status, cooling, down]).toEqual(['available', false, false]);
        expect(['b', 'c']).toContain(decision.target);
      }),
      { numRuns: 12_000, seed: 20_261_122 },
    );
    expect(decided).toBeGreaterThan(50);
  });
});
