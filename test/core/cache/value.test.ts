import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deserialize, serialize, TTL_MS_MAX, ttlFaults, VALUE_BYTES_MAX } from '../../../core/cache/index.ts';
import { InvalidInput } from '../../../core/errors.ts';

describe('a value', () => {
  it('comes back as it was', () => {
    const values = fc.oneof(fc.jsonValue(), fc.uint8Array());
    fc.assert(
      fc.property(values, (value) => {
        const isNegativeZero = JSON.stringify(value) !== JSON.stringify(JSON.parse(JSON.stringify(value)));
        fc.pre(!isNegativeZero);
        const back = deserialize(serialize('value', value))?.value;
        expect(back instanceof Uint8Array ? back : JSON.stringify(back)).toEqual(
          value instanceof Uint8Array ? value : JSON.stringify(value),
        );
      }),
    );
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each([
    ['undefined', undefined, 'value'],
    ['a function', () => 1, 'value'],
    ['a big integer', { id: 1n }, 'value.id'],
    ['NaN', [1, Number.NaN], 'value[1]'],
    ['undefined in an array', { list: [undefined] }, 'value.list[0]'],
    ['a date', { at: new Date(0) }, 'value.at'],
    ['a map', new Map(), 'value'],
    ['a cycle', cycle, 'value.self'],
    ['half a surrogate pair', 'a\ud800', 'value'],
  ])('is refused: %s', (_, value, field) => {
    try {
      serialize('value', value);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
      expect((error as InvalidInput).faults[0]?.field).toBe(field);
    }
  });

  it('may have the same object in two places, and properties that are undefined', () => {
    const part = { a: 1 };
    expect(deserialize(serialize('value', { x: part, y: part, z: undefined }))).toEqual({
      value: { x: part, y: part },
    });
  });

  it('is refused above the limit', () => {
    expect(() => serialize('value', new Uint8Array(VALUE_BYTES_MAX + 1))).toThrow(InvalidInput);
    expect(serialize('value', new Uint8Array(VALUE_BYTES_MAX))).toHaveLength(VALUE_BYTES_MAX + 1);
  });

  it.each([[[]], [[0x4a]], [[0x4a, 0xff]], [[0x58, 1]]])('is nobody’s when it reads %j', (bytes) => {
    expect(deserialize(Uint8Array.from(bytes))).toBeNull();
  });
});

describe('a time to live', () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, TTL_MS_MAX + 1, '5'])(
    'is refused: %s',
    (ttl) => {
      expect(ttlFaults('ttlMs', ttl)).toHaveLength(1);
    },
  );

  it.each([1, TTL_MS_MAX])('is taken: %s', (ttl) => {
    expect(ttlFaults('ttlMs', ttl)).toEqual([]);
  });
});
