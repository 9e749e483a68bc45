import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAttributes, toAttribute, toAttributes } from '../../../lambdas/shared/attribute-values.ts';

describe('attribute values', () => {
  it('leave out what is undefined and keep null', () => {
    expect(toAttributes({ a: undefined, b: null, c: 0, d: '' })).toEqual({
      b: { NULL: true },
      c: { N: '0' },
      d: { S: '' },
    });
  });

  it.each([Number.NaN, Infinity, 1n, Symbol('x'), () => 1])('refuse what no item may hold (%#)', (value) => {
    expect(() => toAttribute(value)).toThrow(TypeError);
  });

  it.each([null, 'x', { a: 1 }, { a: { SS: ['x'] } }, { a: { N: 'x' } }, { a: { BOOL: 'true' } }])(
    'refuse an image that is not ours (%#)',
    (image) => {
      expect(() => fromAttributes(image)).toThrow(TypeError);
    },
  );

  it('refuse an image that is nested without end', () => {
    let image: unknown = { S: 'x' };
    for (let i = 0; i < 100; i += 1) image = { M: { a: image } };
    expect(() => fromAttributes({ a: image })).toThrow(TypeError);
  });

  it('give every plain item back as it was (property)', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const key = fc.string().filter((name) => name !== '__proto__');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true }), (item) => {
        // Numbers travel as text, in which minus zero is zero.
        const plain = JSON.parse(JSON.stringify(item)) as object;
        expect(fromAttributes(toAttributes(plain))).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });
});
