import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shardOf } from '../../../../core/cache/index.ts';
import { murmur3, shardOfKey } from '../../../../proving/drills/cache/slots.ts';

describe('the slots that the judge computes for itself', () => {
  // Verified against the reference implementation (smhasher) by many libraries.
  it.each([
    ['', 0x00000000n],
    ['a', 0x3c2569b2n],
    ['abc', 0xb3dd93fan],
    ['hello', 0x248bfa47n],
    ['hello, world', 0x149bbb7fn],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723n],
  ])('hashes %j as MurmurHash3 does', (text, hash) => {
    expect(murmur3(Buffer.from(text))).toBe(hash);
  });

  it('I-20: agree with those of the cache for every key and number of shards', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 64 }), (key, shards) => {
        expect(shardOfKey(key, shards)).toBe(shardOf(key, shards));
      }),
    );
  });
});
