import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../core/errors.ts';
import {
  brokenRelations,
  DATABASE_RELATIONS,
  DATABASE_THRESHOLDS,
  defaultsOf,
  layerThresholds,
  parseThreshold,
  relationsOf,
  specsOf,
  thresholdFaults,
  THROTTLE_RELATIONS,
  wholeOf,
  wholeSet,
} from '../../../core/thresholds/index.ts';

const layer = (
  defaults: Record<string, string>,
  overrides: Record<string, string> = {},
  lastGood: Record<string, number> | null = null,
) => layerThresholds({ tier: 'database', defaults, overrides, lastGood });

const LAG = DATABASE_THRESHOLDS.find(({ name }) => name === 'lag-ms-max')!;

describe('thresholds', () => {
  it('have defaults that are a legal whole set', () => {
    expect(thresholdFaults('database', defaultsOf('database'), 'x')).toEqual([]);
    expect(thresholdFaults('database', {}, 'x')).toEqual([]);
    expect(thresholdFaults('throttle', defaultsOf('throttle'), 'x')).toEqual([]);
  });

  it.each([
    ['', 'must not be empty'],
    ['   ', 'must not be empty'],
    ['fast', 'must be a plain decimal number'],
    ['1e3', 'must be a plain decimal number'],
    ['0x10', 'must be a plain decimal number'],
    ['-5', 'must be a plain decimal number'],
    ['NaN', 'must be a plain decimal number'],
    ['2000.5', 'must be a whole number'],
    ['99', 'must lie between 100 and 60000 ms'],
    ['60001', 'must lie between 100 and 60000 ms'],
    ['9'.repeat(1_000_000), 'must have at most 32 characters'],
  ])('I-31: refuse the text %.20s', (text, rule) => {
    expect(parseThreshold(LAG, text)).toEqual({ ok: false, rule });
  });

  it('take a legal text at both ends of the range', () => {
    expect(parseThreshold(LAG, '100')).toEqual({ ok: true, value: 100 });
    expect(parseThreshold(LAG, ' 60000\n')).toEqual({ ok: true, value: 60_000 });
  });

  it('take effect as override, else default, else the built-in default', () => {
    const { values, refused } = layer(
      { 'lag-ms-max': '3000', 'fail-samples': '4' },
      { 'lag-ms-max': '4000' },
    );
    expect(values).toMatchObject({ 'lag-ms-max': 4000, 'fail-samples': 4, 'recover-samples': 5 });
    expect(refused).toEqual({});
  });

  it('I-31: a refused override keeps the last good value and says why', () => {
    const before = layer({ 'lag-ms-max': '3000' }, { 'lag-ms-max': '4000' }).values;
    const { values, refused } = layer({ 'lag-ms-max': '3000' }, { 'lag-ms-max': 'garbage' }, before);
    expect(values['lag-ms-max']).toBe(4000);
    expect(refused).toEqual({ 'overrides/lag-ms-max': 'must be a plain decimal number' });
  });

  it('I-31: values that do not fit together leave the last good ones', () => {
    const before = layer({}).values;
    const { values, refused } = layer({}, { 'panic-ratio': '0.9' }, before);
    expect(values['panic-ratio']).toBe(0.5);
    expect(refused).toEqual({ 'overrides/panic-ratio': 'panic-exit-ratio must not be below panic-ratio' });
  });

  it('take two overrides that fit together only as a pair', () => {
    const { values, refused } = layer({}, { 'panic-ratio': '0.9', 'panic-exit-ratio': '0.95' });
    expect(values).toMatchObject({ 'panic-ratio': 0.9, 'panic-exit-ratio': 0.95 });
    expect(refused).toEqual({});
  });

  it('name unknown parameters, a bounded number of them', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, '1']));
    expect(layer({}, { 'lag-max': '1' }).refused).toEqual({
      'overrides/lag-max': 'is no threshold of this tier',
    });
    expect(Object.keys(layer({}, many).refused).length).toBeLessThanOrEqual(20);
  });

  it('are not confused by names of the prototype', () => {
    expect(layer({}, { constructor: '1', ['__proto__']: '1' }).values).toEqual(defaultsOf('database'));
    expect(wholeOf('database', { toString: 1 })).toEqual(defaultsOf('database'));
  });

  it('replace a stored set that is illegal by the defaults', () => {
    expect(wholeOf('database', { 'lag-ms-max': -1 })).toEqual(defaultsOf('database'));
    expect(wholeOf('database', { 'lag-ms-max': 500, gone: 1 })['lag-ms-max']).toBe(500);
  });

  it('name every fault of a profile', () => {
    const values = { 'lag-ms-max': 5, typo: 1, 'probe-timeout-ms': 1000 };
    expect(() => wholeSet('database', values, 'thresholds.database')).toThrow(InvalidInput);
    const fields = thresholdFaults('database', values, 'thresholds.database').map(({ field }) => field);
    expect(fields).toEqual([
      'thresholds.database.lag-ms-max',
      'thresholds.database.typo',
      'thresholds.database.probe-timeout-ms',
    ]);
  });

  it.each([
    ['database', DATABASE_RELATIONS],
    ['throttle', THROTTLE_RELATIONS],
  ])('each relation of the tier %s can be broken, and names thresholds that exist', (tier, relations) => {
    const names = new Set(specsOf(tier).map(({ name }) => name));
    expect(relationsOf(tier)).toBe(relations);
    for (const { names: pair, holds } of relations) {
      expect(pair.every((name) => names.has(name))).toBe(true);
      expect(holds(0, 1_000_000)).not.toBe(holds(1_000_000, 0));
    }
  });

  it('I-31: whatever is put into the parameters, the set in force is legal (property)', () => {
    const name = fc.oneof(fc.constantFrom(...specsOf('database').map((spec) => spec.name)), fc.string());
    const text = fc.oneof(
      fc.string(),
      fc.integer({ min: -10, max: 4_000_000 }).map(String),
      fc.double({ min: 0, max: 2, noNaN: true }).map(String),
    );
    const texts = fc.dictionary(name, text, { maxKeys: 24 });
    fc.assert(
      fc.property(texts, texts, texts, (defaults, overrides, earlier) => {
        const before = layer(earlier).values;
        const { values } = layer(defaults, overrides, before);
        expect(Object.keys(values).toSorted()).toEqual(Object.keys(defaultsOf('database')).toSorted());
        expect(thresholdFaults('database', values, 'x')).toEqual([]);
        expect(brokenRelations('database', values)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
