import { describe, expect, it } from 'vitest';
import { growing, ringIn } from './model/growth-defects.ts';
import { explore } from './model/search.ts';
import { spaceOf } from './model/space.ts';
import type { Size } from './model/world.ts';

const STATES_MAX = 250_000;
const READER = { reads: 1, writes: 0 };
const WRITER = { reads: 0, writes: 1 };
const BEHIND = { ...WRITER, isBehind: true };
/** Left alone while deletions go to both shards. */
const STOPPED = { parts: 1, operators: 0, ring: ringIn('leaving') };
const ONE = { parts: 1, operators: 1 };

/** One shard becomes two, and the key moves. What each world adds to one client that reads what it wrote. */
const WORLDS: readonly (readonly [name: string, size: Size])[] = [
  ['no fault', growing({})],
  ['a client that reads and one that writes', growing({}, { clients: [READER, WRITER] })],
  ['a growth that is given up', growing({ turns: 1 })],
  ['a growth that is given up and taken up again', growing({ turns: 2 })],
  ['an operator that dies', growing({ operatorCrashes: 1 })],
  ['two operators', growing({}, { growth: { parts: 1, operators: 2 } })],
  [
    'two parts, of which the key is in the second',
    growing({}, { slotOfKey: [3], growth: { parts: 2, operators: 1 } }),
  ],
  ['late renewals', growing({ slowRenewals: 1 })],
  ['a command without an answer', growing({ timeouts: 1 }, { growth: { ...ONE, ring: ringIn('clearing') } })],
  ['a restart on old data', growing({ restarts: 1 }, { growth: STOPPED })],
  ['invalidations that the writes record', growing({}, { records: true })],
  [
    'a writer that has not heard of it',
    growing({}, { clients: [READER, BEHIND], growth: { ...ONE, ring: ringIn('joining') } }),
  ],
  [
    'a reader that was not told where the new shard is',
    growing({}, { clients: [{ ...READER, knows: 1 }, WRITER], growth: { ...ONE, ring: ringIn('clearing') } }),
  ],
  [
    'a writer that was not told where the new shard is',
    growing({}, { clients: [{ reads: 1, writes: 1, isReadingLast: true, knows: 1 }] }),
  ],
];

describe('the growth of the ring, over all interleavings of a small world', () => {
  it.each(WORLDS)('I-22: returns nothing old, loses nothing and comes to its end: %s', (name, size) => {
    const { states, steps, depth, found } = explore(spaceOf(size), STATES_MAX);
    console.log(`${name}: ${states} states, ${steps} steps, depth ${depth}`);
    expect(found).toBeNull();
    expect(states).toBeGreaterThan(50);
  });
});
