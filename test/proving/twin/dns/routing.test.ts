import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseRecords,
  type HostedRecordSet,
  MULTIVALUE_MAX,
  type Routing,
} from '../../../../proving/twin/dns/index.ts';

const set = (setIdentifier: string, routing: Routing): HostedRecordSet => ({
  name: 'www.example.com',
  type: 'A',
  routing,
  setIdentifier,
  ttlS: 60,
  values: [setIdentifier],
  alias: null,
  healthCheckId: setIdentifier,
});
const weighted = (weights: Readonly<Record<string, number>>) =>
  Object.entries(weights).map(([id, weight]) => set(id, { kind: 'weighted', weight }));
const PAIR = [
  set('p', { kind: 'failover', role: 'PRIMARY' }),
  set('s', { kind: 'failover', role: 'SECONDARY' }),
];
const chosen = (sets: readonly HostedRecordSet[], sick: readonly string[], draw = 0) =>
  chooseRecords(
    sets,
    ({ setIdentifier }) => !sick.includes(setIdentifier!),
    () => draw,
  ).map(({ setIdentifier }) => setIdentifier);

describe('failover', () => {
  it.each([
    [[], 'p'],
    [['s'], 'p'],
    [['p'], 's'],
    [['p', 's'], 'p'],
  ])('with %s unhealthy answers with %s', (sick, answered) => {
    expect(chosen(PAIR, sick)).toEqual([answered]);
  });

  it('answers with the one that is there', () => {
    expect(chosen(PAIR.slice(1), ['s'])).toEqual(['s']);
  });
});

describe('weights', () => {
  const sets = weighted({ a: 70, b: 30, zero: 0 });

  it('share the answers', () => {
    expect([0, 0.69, 0.71, 0.99].map((draw) => chosen(sets, [], draw)[0])).toEqual(['a', 'a', 'b', 'b']);
  });

  it('count for the healthy alone', () => {
    expect([0, 0.99].map((draw) => chosen(sets, ['a'], draw)[0])).toEqual(['b', 'b']);
  });

  it('of 0 take part when all others are unhealthy', () => {
    expect(chosen(sets, ['a', 'b'], 0.5)).toEqual(['zero']);
  });

  it('count for all when all are unhealthy, and one of 0 still has no share', () => {
    expect([0, 0.69, 0.71, 0.99].map((draw) => chosen(sets, ['a', 'b', 'zero'], draw)[0])).toEqual([
      'a',
      'a',
      'b',
      'b',
    ]);
  });

  it('are equal shares when all are 0', () => {
    expect([0, 0.49, 0.51, 0.99].map((draw) => chosen(weighted({ a: 0, b: 0 }), [], draw)[0])).toEqual([
      'a',
      'a',
      'b',
      'b',
    ]);
  });
});

describe('a multivalue answer', () => {
  const sets = Array.from({ length: 12 }, (_, at) => set(`m${at}`, { kind: 'multivalue' }));

  it('has at most eight, all healthy', () => {
    const sick = sets.slice(0, 3).map(({ setIdentifier }) => setIdentifier!);
    const answered = chosen(sets, sick);
    expect(answered).toHaveLength(MULTIVALUE_MAX);
    for (const id of sick) expect(answered).not.toContain(id);
  });

  it('is of all when none is healthy', () => {
    const sick = sets.map(({ setIdentifier }) => setIdentifier!);
    expect(chosen(sets, sick)).toHaveLength(MULTIVALUE_MAX);
  });
});

const ROUTINGS: fc.Arbitrary<readonly HostedRecordSet[]> = fc.oneof(
  fc.constant([set('only', { kind: 'simple' })]),
  fc.constantFrom(PAIR, PAIR.slice(0, 1), PAIR.slice(1)),
  fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 6 })
    .map((weights) => weights.map((weight, at) => set(`w${at}`, { kind: 'weighted', weight }))),
  fc
    .integer({ min: 1, max: 12 })
    .map((count) => Array.from({ length: count }, (_, at) => set(`m${at}`, { kind: 'multivalue' }))),
);
const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('whatever is unhealthy', () => {
  it('an answer is never empty while there is a record', () => {
    fc.assert(
      fc.property(ROUTINGS, fc.func(fc.boolean()), draws, (sets, isHealthy, draw) => {
        const answered = chooseRecords(
          sets,
          ({ setIdentifier }) => isHealthy(setIdentifier),
          () => draw,
        );
        expect(answered.length).toBeGreaterThan(0);
        for (const record of answered) expect(sets).toContain(record);
      }),
    );
  });

  it('nothing unhealthy is answered while something healthy could be', () => {
    fc.assert(
      fc.property(ROUTINGS, fc.func(fc.boolean()), draws, (sets, healthOf, draw) => {
        const isHealthy = ({ setIdentifier, routing }: HostedRecordSet) =>
          routing.kind === 'simple' || healthOf(setIdentifier);
        const answered = chooseRecords(sets, isHealthy, () => draw);
        if (sets.some(isHealthy)) expect(answered.filter((record) => !isHealthy(record))).toEqual([]);
      }),
    );
  });
});
