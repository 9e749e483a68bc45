import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  composeKey,
  KEY_BYTES_MAX,
  keyFaults,
  keyName,
  keyOfName,
  shardOf,
  tenantFaults,
} from '../../../core/cache/index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const tenants = fc.string({
  unit: fc.constantFrom('a', 'z', 'A', 'Z', '0', '9', '-', '_'),
  minLength: 0,
  maxLength: 8,
});
const keys = fc.oneof(fc.string({ minLength: 1 }), fc.uint8Array({ minLength: 1 }));

describe('a key', () => {
  it.each([
    ['nothing', ''],
    ['no bytes', new Uint8Array(0)],
    ['more bytes than the limit', 'x'.repeat(KEY_BYTES_MAX + 1)],
    ['more bytes than the limit in few characters', 'ж'.repeat(KEY_BYTES_MAX / 2 + 1)],
    ['a line break', 'a\r\nDEL b'],
    ['a zero', 'a\u0000b'],
    ['a line separator of Unicode', 'a\u2028b'],
    ['half a surrogate pair', 'a\ud800'],
    ['a number', 7],
    ['undefined', undefined],
  ])('SEC-19: is refused with %s', (_, key) => {
    const [fault] = keyFaults('key', key);
    expect(fault).toMatchObject({ field: 'key', rule: expect.any(String), fix: expect.any(String) });
  });

  it.each(['a', 'product:1', '*', 'a?b[c]', 'ключ', 'x'.repeat(KEY_BYTES_MAX)])('is taken: %s', (key) => {
    expect(keyFaults('key', key)).toEqual([]);
  });

  it('may be any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), (key) => keyFaults('key', key).length === 0));
  });

  it('is the same key, of the same name and shard, as text and as bytes', () => {
    fc.assert(
      fc.property(tenants, fc.string({ unit: 'grapheme', minLength: 1 }), (tenant, text) => {
        const asText = composeKey(tenant, text);
        const asBytes = composeKey(tenant, bytesOf(text));
        expect(keyName(asText)).toBe(keyName(asBytes));
        expect(shardOf(asText, 64)).toBe(shardOf(asBytes, 64));
        expect(keyOfName(keyName(asText))).toEqual(asBytes);
      }),
    );
  });
});

describe('a tenant', () => {
  it.each(['a:b', 'a b', 'a\n', 'ä', 'x'.repeat(65), 7, null])('is refused: %j', (tenant) => {
    expect(tenantFaults('tenant', tenant)).toHaveLength(1);
  });

  it('SEC-19: no key of one tenant is a key of another, or of nobody', () => {
    fc.assert(
      fc.property(tenants, keys, tenants, keys, (tenant, key, other, otherKey) => {
        fc.pre(tenant !== other);
        expect(tenantFaults('tenant', tenant)).toEqual([]);
        expect(keyName(composeKey(tenant, key))).not.toBe(keyName(composeKey(other, otherKey)));
      }),
      { numRuns: 500 },
    );
    expect(composeKey('', 'a:b')).not.toBe(composeKey('a', 'b'));
  });
});
