import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDecimals,
  canonicalNumber,
  compareDecimals,
  formatDecimal,
  parseDecimal,
  subtractDecimals,
} from '../../../../proving/twin/dynamodb/index.ts';

describe('numbers', () => {
  it.each([
    ['0', '0'],
    ['-0.00', '0'],
    ['007', '7'],
    ['1.50', '1.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1e2', '100'],
    ['-1.2E-3', '-0.0012'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['0e9999', '0'],
  ])('%s becomes %s', (given, canonical) => {
    expect(canonicalNumber(given)).toBe(canonical);
  });

  it.each([
    ['123456789012345678901234567890123456789', /38 significant digits/],
    ['1e126', /overflow/],
    ['1e99999999', /overflow/],
    ['1e-131', /underflow/],
    ['', /numeric value/],
    ['1_000', /numeric value/],
    ['NaN', /numeric value/],
    ['Infinity', /numeric value/],
    ['0x10', /numeric value/],
  ])('%s is refused', (given, message) => {
    expect(() => parseDecimal(given)).toThrow(message);
  });

  it('keeps apart what a double cannot', () => {
    const one = parseDecimal('0.1');
    const two = parseDecimal('0.2');
    expect(formatDecimal(addDecimals(one, two))).toBe('0.3');
    const big = parseDecimal('9007199254740993');
    expect(compareDecimals(big, parseDecimal('9007199254740992'))).toBe(1);
    expect(formatDecimal(subtractDecimals(big, parseDecimal('0.5')))).toBe('9007199254740992.5');
  });

  it('refuses a sum that would need more than 38 digits instead of rounding it', () => {
    expect(() => addDecimals(parseDecimal('1e38'), parseDecimal('0.1'))).toThrow(/38 significant digits/);
  });

  it('orders and adds as whole numbers do, at any scale', () => {
    const number = fc.record({
      units: fc.bigInt(-(10n ** 18n), 10n ** 18n),
      scale: fc.integer({ min: 0, max: 12 }),
    });
    const text = ({ units, scale }: { units: bigint; scale: number }): string => `${units}e-${scale}`;
    const at12 = ({ units, scale }: { units: bigint; scale: number }): bigint =>
      units * 10n ** BigInt(12 - scale);
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [x, y] = [parseDecimal(text(a)), parseDecimal(text(b))];
        const expected = at12(a) < at12(b) ? -1 : Number(at12(a) > at12(b));
        expect(compareDecimals(x, y)).toBe(expected);
        const sum = addDecimals(x, y);
        expect(compareDecimals(sum, parseDecimal(`${at12(a) + at12(b)}e-12`))).toBe(0);
        expect(canonicalNumber(formatDecimal(sum))).toBe(formatDecimal(sum));
      }),
    );
  });
});
