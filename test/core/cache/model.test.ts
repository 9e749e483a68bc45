import { describe, expect, it } from 'vitest';
import { DEFECTS, NO_FAULTS, sizeOf } from './model/defects.ts';
import { explore } from './model/search.ts';
import { spaceOf } from './model/space.ts';
import type { Size } from './model/world.ts';

const STATES_MAX = 250_000;
const READER = { reads: 1, writes: 0 };
const WRITER = { reads: 0, writes: 1 };
const BOTH = { reads: 1, writes: 1 };

/** What each world adds to one shard, one key, one client that reads and one that writes. */
const WORLDS: readonly (readonly [name: string, size: Size])[] = [
  [
    'two writes and no fault',
    sizeOf(
      {},
      {
        clients: [
          { reads: 2, writes: 0 },
          { reads: 0, writes: 2 },
        ],
      },
    ),
  ],
  ['a command without an answer', sizeOf({ timeouts: 1 })],
  ['a command without an answer, clients that do both', sizeOf({ timeouts: 1 }, { clients: [BOTH, WRITER] })],
  ['late renewals', sizeOf({ timeouts: 1, slowRenewals: 1 })],
  ['a restart on old data', sizeOf({ restarts: 1 })],
  ['two processes under one name', sizeOf({ takeovers: 1 })],
  ['a name that leads back', sizeOf({ takeovers: 1, flips: 1 }, { clients: [BOTH] })],
  ['a keeper that dies', sizeOf({ timeouts: 1, keeperCrashes: 1 })],
  ['a database that fails', sizeOf({ timeouts: 1, databaseFailures: 1 })],
  ['invalidations that the writes record', sizeOf({ timeouts: 1 }, { records: true })],
  ['recorded invalidations of a client that dies', sizeOf({ clientCrashes: 1 }, { records: true })],
  [
    'two shards',
    sizeOf(
      { timeouts: 1 },
      {
        shardOfKey: [0, 1],
        clients: [
          { ...BOTH, keys: [0] },
          { ...READER, keys: [1] },
        ],
      },
    ),
  ],
  [
    'two keys of a shard',
    sizeOf(
      { timeouts: 1 },
      {
        shardOfKey: [0, 0],
        clients: [
          { ...READER, keys: [1] },
          { ...BOTH, keys: [0] },
        ],
      },
    ),
  ],
];

describe('the protocol, over all interleavings of a small world', () => {
  it.each(WORLDS)('I-22: returns nothing old, loses nothing and finds back: %s', (name, size) => {
    const { states, steps, depth, found } = explore(spaceOf(size), STATES_MAX);
    console.log(`${name}: ${states} states, ${steps} steps, depth ${depth}`);
    expect(found).toBeNull();
    expect(states).toBeGreaterThan(50);
  });

  it('meets every step that a client or a keeper can take', () => {
    const size = sizeOf({ timeouts: 1, keeperCrashes: 1 }, { records: true });
    const { kinds } = explore(spaceOf(size), STATES_MAX);
    for (const kind of [
      'tick',
      'renew',
      'connect',
      'read',
      'asked',
      'load',
      'write',
      'deleted',
      'reported',
      'settle',
      'keeper',
      'crash',
    ]) {
      expect([kind, kinds.get(kind) ?? 0]).not.toEqual([kind, 0]);
    }
  });
});

describe('the search finds a protocol that', () => {
  it.each(DEFECTS.map((defect) => [defect.name, defect] as const))('%s', (_, defect) => {
    const { protocol, size, isExact = false, found } = defect;
    const explored = explore(spaceOf(size, protocol, { isExact }), STATES_MAX);
    expect(explored.found?.violation).toMatch(found);
  });

  it('and is not misled: the same worlds are sound under the shipped protocol', () => {
    expect(explore(spaceOf(sizeOf(NO_FAULTS)), STATES_MAX).found).toBeNull();
  });
});
