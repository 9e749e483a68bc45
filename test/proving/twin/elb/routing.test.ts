import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  eligible,
  type RoutedTarget,
  type RoutingRules,
  registered,
} from '../../../../proving/twin/elb/index.ts';

const ZONES = ['a', 'b', 'c'] as const;
type State = RoutedTarget['health']['state'];

const target = (id: string, az: string | null, state: State = 'healthy'): RoutedTarget => ({
  id,
  az,
  health: { ...registered(0), state },
});
const ANY: RoutingRules = { crossZone: true, minimumHealthy: { count: 1, percent: null } };
const HERE = { zone: 'a', shiftedAway: null };

const ids = (
  targets: readonly RoutedTarget[],
  rules = ANY,
  place: { zone: string; shiftedAway: string | null } = HERE,
) => eligible(targets, place, rules).targets.map(({ id }) => id);

const targets = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 3 }),
    az: fc.constantFrom(...ZONES, null),
    state: fc.constantFrom<State>('initial', 'healthy', 'unhealthy', 'draining'),
  }),
  { selector: ({ id }) => id, maxLength: 12 },
);
const rules = fc.record({
  crossZone: fc.boolean(),
  minimumHealthy: fc.record({
    count: fc.option(fc.integer({ min: 1, max: 4 })),
    percent: fc.option(fc.integer({ min: 1, max: 100 })),
  }),
});

test('healthy targets alone take requests', () => {
  const all = [
    target('1', 'a'),
    target('2', 'b', 'initial'),
    target('3', 'b', 'unhealthy'),
    target('4', 'c', 'draining'),
  ];
  expect(ids(all)).toEqual(['1']);
});

describe('failing open', () => {
  test('all that are registered take requests where none is healthy', () => {
    const all = [target('1', 'a', 'initial'), target('2', 'b', 'unhealthy'), target('3', 'b', 'draining')];
    expect(eligible(all, HERE, ANY)).toMatchObject({ failsOpen: true });
    expect(ids(all)).toEqual(['1', '2']);
  });

  test('a count or a percentage that is breached is enough', () => {
    const all = [
      target('1', 'a'),
      target('2', 'b'),
      target('3', 'c', 'unhealthy'),
      target('4', 'c', 'unhealthy'),
    ];
    expect(ids(all, { ...ANY, minimumHealthy: { count: 2, percent: 50 } })).toEqual(['1', '2']);
    expect(ids(all, { ...ANY, minimumHealthy: { count: 3, percent: null } })).toHaveLength(4);
    expect(ids(all, { ...ANY, minimumHealthy: { count: 1, percent: 51 } })).toHaveLength(4);
  });

  test('nothing is open where nothing is registered', () => {
    expect(eligible([target('1', 'a', 'draining')], HERE, ANY)).toEqual({ targets: [], failsOpen: false });
  });
});

test('without cross-zone routing a node knows its zone alone, and those without one', () => {
  const all = [target('1', 'a', 'unhealthy'), target('2', 'b'), target('3', null, 'unhealthy')];
  expect(ids(all, { ...ANY, crossZone: false })).toEqual(['1', '3']);
  expect(ids(all, { ...ANY, crossZone: false }, { zone: 'b', shiftedAway: null })).toEqual(['2']);
});

describe('a zonal shift', () => {
  const away = { zone: 'b', shiftedAway: 'a' };

  test('spares the targets of the zone with cross-zone routing, and is the matter of DNS without', () => {
    const all = [target('1', 'a'), target('2', 'b')];
    expect(ids(all, ANY, away)).toEqual(['2']);
    expect(ids(all, { ...ANY, crossZone: false }, { zone: 'a', shiftedAway: 'a' })).toEqual(['1']);
  });

  test('leaves a node without cross-zone routing everything that it has', () => {
    const all = [target('1', 'a'), target('2', null)];
    expect(ids(all, { ...ANY, crossZone: false }, { zone: 'a', shiftedAway: 'a' })).toEqual(['1', '2']);
  });

  test('has no effect where too few would be left, or where the group fails open', () => {
    expect(ids([target('1', 'a'), target('2', 'b', 'unhealthy')], ANY, away)).toEqual(['1']);
    expect(ids([target('1', 'a', 'unhealthy'), target('2', 'b', 'unhealthy')], ANY, away)).toEqual([
      '1',
      '2',
    ]);
  });
});

test('some target takes requests while one is in reach, none that drains ever, and each is registered', () => {
  fc.assert(
    fc.property(
      targets,
      rules,
      fc.constantFrom(...ZONES),
      fc.option(fc.constantFrom(...ZONES)),
      (made, rule, zone, shiftedAway) => {
        const all = made.map(({ id, az, state }) => target(id, az, state));
        const { targets: used, failsOpen } = eligible(all, { zone, shiftedAway }, rule);
        const inReach = all.filter(
          ({ az, health }) => health.state !== 'draining' && (rule.crossZone || az === null || az === zone),
        );
        expect(used.length > 0).toBe(inReach.length > 0);
        expect(inReach).toEqual(expect.arrayContaining([...used]));
        expect(used.some(({ health }) => health.state !== 'healthy') && !failsOpen).toBe(false);
      },
    ),
  );
});
