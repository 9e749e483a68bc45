import { describe, expect, it } from 'vitest';
import { sizeOf } from './model/defects.ts';
import { explore } from './model/search.ts';
import { spaceOf } from './model/space.ts';
import type { Size } from './model/world.ts';

const STATES_MAX = 250_000;
const READER = { reads: 1, writes: 0 };
const WRITER = { reads: 0, writes: 1 };
const BOTH = { reads: 1, writes: 1 };
const READING_LAST = { ...BOTH, isReadingLast: true };

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
  ['two commands without an answer', sizeOf({ timeouts: 2 })],
  [
    'a name that leads back, and a command without an answer',
    sizeOf({ timeouts: 1, takeovers: 1, flips: 1 }, { clients: [READING_LAST] }),
  ],
  ['a client that reads what it wrote', sizeOf({ timeouts: 1 }, { clients: [BOTH] })],
  ['late renewals', sizeOf({ timeouts: 1, slowRenewals: 1 })],
  ['a restart on old data', sizeOf({ restarts: 1 })],
  ['two processes under one name', sizeOf({ takeovers: 1 })],
  ['a name that leads back', sizeOf({ takeovers: 1, flips: 1 }, { clients: [READING_LAST] })],
  ['a keeper that dies', sizeOf({ timeouts: 1, keeperCrashes: 1 })],
  ['a database that fails', sizeOf({ timeouts: 1, databaseFailures: 1 })],
  ['invalidations that the writes record', sizeOf({ timeouts: 1 }, { records: true })],
  ['recorded invalidations of a client that dies', sizeOf({ clientCrashes: 1 }, { records: true })],
  [
    'two shards',
    sizeOf(
      { timeouts: 1 },
      {
        slotOfKey: [0, 1],
        clients: [
          { ...WRITER, keys: [0] },
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
        slotOfKey: [0, 0],
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
      'undelivered',
      'reported',
      'told',
      'settle',
      'keeper',
      'crash',
    ]) {
      expect([kind, kinds.get(kind) ?? 0]).not.toEqual([kind, 0]);
    }
  });
});
