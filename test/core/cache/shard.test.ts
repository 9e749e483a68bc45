import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { murmur3 } from '../../../core/cache/hash.ts';
import { shardCountFaults, SHARDS_MAX, shardOf, SLOTS, slotOf } from '../../../core/cache/index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const RUNS = { numRuns: 300 };

describe('the hash of a key', () => {
  // Values of the reference implementation (smhasher, MurmurHash3_x86_32, seed 0).
  it.each([
    ['', 0],
    ['hello', 0x248bfa47],
    ['hello, world', 0x149bbb7f],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
  ])('is MurmurHash3 of %j', (text, hash) => {
    expect(murmur3(text)).toBe(hash);
  });

  it('is the same for a text and for its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(murmur3(text)).toBe(murmur3(bytesOf(text)));
      }),
      RUNS,
    );
  });

  it('is the same for a long text beyond ASCII and for its bytes', () => {
    const text = 'ключ'.repeat(2000);
    expect(murmur3(text)).toBe(murmur3(bytesOf(text)));
  });
});

describe('the shard of a key', () => {
  it('I-20: depends on the key and the deployed count alone: known keys have known slots', () => {
    // A change of these numbers would move keys of every deployed cache.
    const keys = ['product:1', 'product:2', 'a', 'ключ'];
    expect(keys.map((key) => slotOf(key))).toEqual([1336, 91, 27_058, 8258]);
    expect(keys.map((key) => slotOf(bytesOf(key)))).toEqual([1336, 91, 27_058, 8258]);
  });

  it('is one of the shards', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.integer({ min: 1, max: SHARDS_MAX }), (key, shards) => {
        const shard = shardOf(key, shards);
        expect(shard >= 0 && shard < shards && Number.isInteger(shard)).toBe(true);
      }),
      RUNS,
    );
  });

  it('stays or moves by N when N shards become 2N', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 512 }), (key, shards) => {
        const before = shardOf(key, shards);
        expect([before, before + shards]).toContain(shardOf(key, 2 * shards));
      }),
      RUNS,
    );
  });

  it('gives no shard more than 1.05 times the mean number of slots, up to 1,024 shards', () => {
    for (let shards = 1; shards <= SHARDS_MAX; shards += 1) {
      const most = Math.ceil(SLOTS / shards);
      expect(most / (SLOTS / shards)).toBeLessThanOrEqual(1.05);
    }
    const slots = new Uint32Array(1000);
    for (let slot = 0; slot < SLOTS; slot += 1) slots[slot % 1000]! += 1;
    expect(Math.max(...slots)).toBe(Math.ceil(SLOTS / 1000));
  });

  it.each([
    ['numbers', (n: number) => `product:${n}`],
    ['multiples of 1,024', (n: number) => `product:${n * 1024}`],
    ['a fixed end', (n: number) => `${n}:price:eur`],
  ])('spreads keys with %s evenly over 16 shards', (_, key) => {
    const counts = new Uint32Array(16);
    for (let n = 0; n < 160_000; n += 1) counts[shardOf(key(n), 16)]! += 1;
    expect(Math.max(...counts) / 10_000).toBeLessThanOrEqual(1.05);
  });

  it.each([0, -1, 1.5, 1025, Number.NaN])('refuses %s shards', (shards) => {
    expect(shardCountFaults('shards', shards)).toHaveLength(1);
    expect(shardCountFaults('shards', 4)).toEqual([]);
  });
});
