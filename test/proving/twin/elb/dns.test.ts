import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  born,
  died,
  type GroupView,
  heard,
  isAnswering,
  isDueForReplacement,
  isHealthy,
  type NameView,
  NODE_TIMINGS,
  publishedZones,
  replacementFailed,
  type RoutedTarget,
  registered,
} from '../../../../proving/twin/elb/index.ts';

const ZONES = ['a', 'b', 'c'] as const;
type State = RoutedTarget['health']['state'];

const target = (az: string, state: State = 'healthy', id = `${az}-${state}`): RoutedTarget => ({
  id,
  az,
  health: { ...registered(0), state },
});
const group = (targets: readonly RoutedTarget[], given: Partial<GroupView> = {}): GroupView => ({
  targets,
  crossZone: true,
  minimumHealthy: { count: 1, percent: null },
  ...given,
});
const view = (groups: readonly GroupView[], given: Partial<NameView> = {}): NameView => ({
  nodes: ZONES.map((zone) => ({ zone, answers: true })),
  groups,
  shiftedAway: null,
  ...given,
});

test('with cross-zone routing one healthy target is enough for every zone', () => {
  expect(publishedZones(view([group([target('a')])]))).toEqual(['a', 'b', 'c']);
});

test('without it a zone whose targets are not healthy leaves the name', () => {
  const targets = [target('a'), target('b', 'unhealthy'), target('c')];
  expect(publishedZones(view([group(targets, { crossZone: false })]))).toEqual(['a', 'c']);
});

test('a zone leaves the name below the minimum of any of its target groups', () => {
  const two = [target('a', 'healthy', '1'), target('a', 'healthy', '2'), target('b'), target('c')];
  const strict = group(two, { crossZone: false, minimumHealthy: { count: 2, percent: null } });
  expect(publishedZones(view([group([target('b')]), strict]))).toEqual(['a']);
});

test('a node that does not answer leaves the name', () => {
  const nodes = ZONES.map((zone) => ({ zone, answers: zone !== 'b' }));
  expect(publishedZones(view([group([target('a')])], { nodes }))).toEqual(['a', 'c']);
});

test('a shift takes its zone out of the name, but not where no other is left', () => {
  expect(publishedZones(view([group([target('a')])], { shiftedAway: 'a' }))).toEqual(['b', 'c']);
  const alone = [target('a'), target('b', 'unhealthy'), target('c', 'unhealthy')];
  expect(publishedZones(view([group(alone, { crossZone: false })], { shiftedAway: 'a' }))).toEqual(['a']);
});

test('where no target is healthy all nodes that answer are in the name, and a shift has no effect', () => {
  const nodes = ZONES.map((zone) => ({ zone, answers: zone !== 'b' }));
  const sick = group([target('a', 'unhealthy')]);
  expect(publishedZones(view([sick], { nodes, shiftedAway: 'a' }))).toEqual(['a', 'c']);
});

test('I-03: the name is never empty while there is a node', () => {
  const nodes = fc.uniqueArray(fc.record({ zone: fc.constantFrom(...ZONES), answers: fc.boolean() }), {
    selector: ({ zone }) => zone,
    minLength: 1,
  });
  const targets = fc.array(
    fc.tuple(
      fc.constantFrom(...ZONES),
      fc.constantFrom<State>('initial', 'healthy', 'unhealthy', 'draining'),
    ),
  );
  fc.assert(
    fc.property(
      nodes,
      targets,
      fc.boolean(),
      fc.option(fc.constantFrom(...ZONES)),
      (made, given, crossZone, shiftedAway) => {
        const groups = [
          group(
            given.map(([az, state], at) => target(az, state, String(at))),
            { crossZone },
          ),
        ];
        const published = publishedZones({ nodes: made, groups, shiftedAway });
        expect(published.length).toBeGreaterThan(0);
        expect(made.map(({ zone }) => zone)).toEqual(expect.arrayContaining([...published]));
        const some = made.some(({ answers }) => answers);
        if (some)
          expect(published.every((zone) => made.find((one) => one.zone === zone)?.answers)).toBe(true);
      },
    ),
  );
});

describe('what Route 53 makes of an alias', () => {
  test('every target group needs a healthy target; without any group there is nothing to miss', () => {
    expect(isHealthy(view([group([target('a')])]))).toBe(true);
    expect(isHealthy(view([group([target('a')]), group([target('b', 'unhealthy')])]))).toBe(false);
    expect(isHealthy(view([group([])]))).toBe(false);
    expect(isHealthy(view([]))).toBe(true);
  });

  test('a balancer none of whose nodes answers is not healthy, whatever its targets are', () => {
    const nodes = ZONES.map((zone) => ({ zone, answers: false }));
    expect(isHealthy(view([group([target('a')])], { nodes }))).toBe(false);
  });
});

describe('the life of a node', () => {
  test('it answers until nothing was heard of it for a minute', () => {
    const life = heard(born(0), 10_000);
    expect(isAnswering(life, 69_999, NODE_TIMINGS)).toBe(true);
    expect(isAnswering(life, 70_000, NODE_TIMINGS)).toBe(false);
    expect(isAnswering(heard(life, 70_000), 70_001, NODE_TIMINGS)).toBe(true);
  });

  test('a dead one is replaced after two minutes, and one that hangs is not', () => {
    const dead = died(born(0), 5_000);
    expect(isDueForReplacement(dead, 124_999, NODE_TIMINGS)).toBe(false);
    expect(isDueForReplacement(died(dead, 60_000), 125_000, NODE_TIMINGS)).toBe(true);
    expect(isDueForReplacement(born(0), 900_000, NODE_TIMINGS)).toBe(false);
  });

  test('one whose replacement fails is tried again later, and answers no sooner', () => {
    const tried = replacementFailed(died(born(0), 5_000), 125_000);
    expect(isAnswering(tried, 125_001, NODE_TIMINGS)).toBe(false);
    expect(isDueForReplacement(tried, 244_999, NODE_TIMINGS)).toBe(false);
    expect(isDueForReplacement(tried, 245_000, NODE_TIMINGS)).toBe(true);
  });

  test('what arrives late of a dead node is of before', () => {
    expect(isAnswering(heard(died(born(0), 5_000), 59_000), 60_000, NODE_TIMINGS)).toBe(false);
  });
});
