import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chooseGroup,
  leastOutstanding,
  nextByTurns,
  NO_TURNS,
  type WeightedTarget,
} from '../../../../proving/twin/elb/index.ts';

function turns(targets: readonly WeightedTarget[], count: number): (string | null)[] {
  let state = NO_TURNS;
  return Array.from({ length: count }, () => {
    const next = nextByTurns(targets, state);
    state = next.turns;
    return next.id;
  });
}

const even = (...ids: string[]) => ids.map((id) => ({ id, weight: 1 }));

test('targets of one weight take strict turns', () => {
  const told = turns(even('1', '2', '3'), 9);
  for (const at of [0, 3, 6]) expect(new Set(told.slice(at, at + 3)).size).toBe(3);
});

test('a smaller weight comes now and then, not in a block', () => {
  const told = turns(
    [
      { id: 'old', weight: 1 },
      { id: 'new', weight: 0.25 },
    ],
    10,
  );
  expect(told.filter((id) => id === 'new')).toHaveLength(2);
  expect(told.join(' ')).not.toContain('new new');
});

test('a weight of nothing takes no turn, unless nobody has one', () => {
  expect(
    turns(
      [
        { id: '1', weight: 1 },
        { id: '2', weight: 0 },
      ],
      4,
    ),
  ).toEqual(['1', '1', '1', '1']);
  expect(
    new Set(
      turns(
        [
          { id: '1', weight: 0 },
          { id: '2', weight: 0 },
        ],
        4,
      ),
    ),
  ).toEqual(new Set(['1', '2']));
  expect(turns([], 1)).toEqual([null]);
});

test('a target that was away is owed nothing when it comes back', () => {
  let { turns: state } = nextByTurns(even('1', '2'), NO_TURNS);
  for (let one = 0; one < 50; one++) ({ turns: state } = nextByTurns(even('1'), state));
  const told: (string | null)[] = [];
  for (let one = 0; one < 4; one++) {
    const next = nextByTurns(even('1', '2'), state);
    state = next.turns;
    told.push(next.id);
  }
  expect(told.filter((id) => id === '2')).toHaveLength(2);
});

test('over many turns everybody gets its share, one turn more or less', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(weights, (given) => {
      const targets = given.map((weight, at) => ({ id: String(at), weight }));
      const total = given.reduce((sum, weight) => sum + weight, 0) || given.length;
      const told = turns(targets, total * 5);
      targets.forEach(({ id, weight }) => {
        const fair = given.every((one) => one === 0) ? 5 : weight * 5;
        const got = told.filter((one) => one === id).length;
        expect(Math.abs(got - fair)).toBeLessThanOrEqual(1);
      });
    }),
  );
});

test('the least loaded target is chosen, one of them by chance where several are', () => {
  const targets = [
    { id: '1', outstanding: 2 },
    { id: '2', outstanding: 1 },
    { id: '3', outstanding: 1 },
  ];
  expect(leastOutstanding(targets, 0)).toBe('2');
  expect(leastOutstanding(targets, 0.99)).toBe('3');
  expect(leastOutstanding([], 0.5)).toBe(null);
});

test('groups share by weight; where none has one, nobody gets a request', () => {
  const groups = [
    { name: 'stable', weight: 9 },
    { name: 'none', weight: 0 },
    { name: 'canary', weight: 1 },
  ];
  expect(chooseGroup(groups, 0)?.name).toBe('stable');
  expect(chooseGroup(groups, 0.899)?.name).toBe('stable');
  expect(chooseGroup(groups, 0.9)?.name).toBe('canary');
  expect(chooseGroup(groups, 0.999999)?.name).toBe('canary');
  const three = [1, 2, 1].map((weight, at) => ({ weight, at }));
  expect([0.2, 0.3, 0.7, 0.8].map((random) => chooseGroup(three, random)?.at)).toEqual([0, 1, 1, 2]);
  expect(chooseGroup([{ name: 'none', weight: 0 }], 0.5)).toBe(null);
  fc.assert(
    fc.property(
      fc.array(fc.nat(999), { minLength: 1 }),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (weights, random) => {
        const chosen = chooseGroup(
          weights.map((weight) => ({ weight })),
          random,
        );
        expect(chosen === null).toBe(weights.every((weight) => weight === 0));
        expect(chosen?.weight ?? 1).toBeGreaterThan(0);
      },
    ),
  );
});
