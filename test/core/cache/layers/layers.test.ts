import { describe, expect, it } from 'vitest';
import { explore } from '../model/search.ts';
import { layersSpace, SHIPPED } from './space.ts';
import type { newWorld, Rules } from './world.ts';

const STATES_MAX = 400_000;
type Size = Parameters<typeof newWorld>[0];

const TWO: Size = { reads: [1, 1], writes: [1], absences: 0, crashes: 0 };
const WORLDS: readonly (readonly [name: string, size: Size, records: boolean])[] = [
  ['two readers and a writer', TWO, false],
  ['two readers and two writers', { ...TWO, writes: [1, 1] }, false],
  ['a reader that reads twice, and two writes', { ...TWO, reads: [2, 1], writes: [2] }, false],
  ['a cache that is away and comes back', { ...TWO, absences: 1 }, false],
  ['both away, one after the other or together', { ...TWO, writes: [1], absences: 2 }, false],
  ['recorded invalidations', TWO, true],
  ['a writer that dies with recorded invalidations', { ...TWO, reads: [2, 1], crashes: 1 }, true],
  ['a writer that dies while a cache is away', { ...TWO, reads: [1, 1], crashes: 1, absences: 1 }, true],
];

describe('two caches as one, over all interleavings of a small world', () => {
  it.each(WORLDS)('return nothing old, and find back: %s', (name, size, records) => {
    const { states, steps, found } = explore(layersSpace(size, { ...SHIPPED, records }), STATES_MAX);
    console.log(`${name}: ${states} states, ${steps} steps`);
    expect(found).toBeNull();
    expect(states).toBeGreaterThan(100);
  });

  it('meet every step that anybody can take', () => {
    const size = { reads: [1, 1], writes: [1], absences: 1, crashes: 1 };
    const { kinds } = explore(layersSpace(size, { ...SHIPPED, records: true }), STATES_MAX);
    expect([...kinds.keys()].toSorted()).toEqual(
      [
        'away',
        'commit',
        'crash',
        'fill-inner',
        'fill-outer',
        'gave-up',
        'invalidate-inner',
        'invalidate-outer',
        'list',
        'load',
        'past',
        'read',
        'relist',
        'sweep-inner',
        'sweep-outer',
        'through',
      ].toSorted(),
    );
  });
});

const DEFECTS: readonly (readonly [name: string, rules: Partial<Rules>, size: Size])[] = [
  ['invalidates the outer one first', { order: ['outer', 'inner'] }, { ...TWO, reads: [1, 1] }],
  ['invalidates the outer one alone', { order: ['outer'] }, TWO],
  ['invalidates the inner one alone', { order: ['inner'] }, TWO],
  [
    'sweeps the outer one without the inner one',
    { records: true, sweeps: { inner: ['inner'], outer: ['outer'] } },
    { reads: [2, 1], writes: [1], absences: 0, crashes: 1 },
  ],
];

describe('the search finds layers of which somebody', () => {
  it.each(DEFECTS)('%s', (_, rules, size) => {
    const { found } = explore(layersSpace(size, { ...SHIPPED, ...rules }), STATES_MAX);
    expect(found?.violation).toMatch(/^stale/);
  });
});
