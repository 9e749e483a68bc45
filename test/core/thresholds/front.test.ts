import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  brokenRelations,
  defaultsOf,
  EDGE_RELATIONS,
  EDGE_THRESHOLDS,
  layerThresholds,
  relationsOf,
  specsOf,
  thresholdFaults,
  WEB_RELATIONS,
  WEB_THRESHOLDS,
} from '../../../core/thresholds/index.ts';

const TIERS = [
  ['web', WEB_THRESHOLDS, WEB_RELATIONS],
  ['edge', EDGE_THRESHOLDS, EDGE_RELATIONS],
] as const;

const rulesOf = (tier: string, values: Readonly<Record<string, number>>) =>
  thresholdFaults(tier, values, tier).map(({ rule }) => rule);

describe.each(TIERS)('the thresholds of the tier %s', (tier, specs, relations) => {
  it('have legal defaults that fit together, each once', () => {
    expect(thresholdFaults(tier, defaultsOf(tier), tier)).toEqual([]);
    expect(Object.keys(defaultsOf(tier))).toEqual(specs.map(({ name }) => name));
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
    expect(specsOf(tier)).toEqual(specs);
  });

  it('say what happens when they are raised or lowered, and a duration is in whole milliseconds', () => {
    for (const { name, description, unit, integer } of specs) {
      expect(description, name).toMatch(/Raising it|Must not be below/);
      expect(integer, name).toBe(unit === 'ms' || unit === 'count');
      expect(name.includes('-ms'), name).toBe(unit === 'ms');
    }
  });

  it('are refused below and above their range', () => {
    for (const { name, min, max, unit } of specs) {
      const rule = `must lie between ${min} and ${max} ${unit}`;
      expect(rulesOf(tier, { [name]: min - 1 }), name).toContain(rule);
      expect(rulesOf(tier, { [name]: max + 1 }), name).toContain(rule);
    }
  });

  it('have relations that can be broken, of thresholds that exist', () => {
    expect(relationsOf(tier)).toBe(relations);
    for (const { names, holds } of relations) {
      expect(names.every((name) => specs.some((spec) => spec.name === name))).toBe(true);
      expect(holds(0, 1_000_000)).not.toBe(holds(1_000_000, 0));
    }
  });

  it('I-31: whatever is put into the parameters, the set in force is legal (property)', () => {
    const name = fc.oneof(fc.constantFrom(...specs.map((spec) => spec.name)), fc.string());
    const text = fc.oneof(
      fc.string(),
      fc.integer({ min: -10, max: 4_000_000 }).map(String),
      fc.double({ min: 0, max: 2, noNaN: true }).map(String),
    );
    const texts = fc.dictionary(name, text, { maxKeys: 24 });
    fc.assert(
      fc.property(texts, texts, texts, (defaults, overrides, earlier) => {
        const { values: lastGood } = layerThresholds({
          tier,
          defaults: earlier,
          overrides: {},
          lastGood: null,
        });
        const { values } = layerThresholds({ tier, defaults, overrides, lastGood });
        expect(Object.keys(values).toSorted()).toEqual(Object.keys(defaultsOf(tier)).toSorted());
        expect(thresholdFaults(tier, values, tier)).toEqual([]);
        expect(brokenRelations(tier, values)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('values that do not fit together', () => {
  it.each([
    ['web', { 'panic-ratio': 0.7 }, 'panic-exit-ratio must not be below panic-ratio'],
    ['web', { 'unreachable-samples': 6 }, 'healthy-samples must not be below unreachable-samples'],
    [
      'web',
      { 'observation-age-ms-max': 9999, 'probe-interval-ms': 5000 },
      'observation-age-ms-max must be at least twice probe-interval-ms',
    ],
    [
      'web',
      { 'observation-age-ms-max': 4000, 'probe-timeout-ms': 2001 },
      'observation-age-ms-max must be at least twice probe-timeout-ms',
    ],
    ['web', { 'forget-ms': 60_000, 'return-hold-ms': 60_001 }, 'forget-ms must not be below return-hold-ms'],
    ['edge', { 'zone-healthy-ratio': 0.5 }, 'zone-gray-ratio must be above zone-healthy-ratio'],
    ['edge', { 'zone-gray-ms': 120_001 }, 'zone-return-ms must not be below zone-gray-ms'],
    [
      'edge',
      { 'edge-unreachable-samples': 4 },
      'edge-healthy-samples must not be below edge-unreachable-samples',
    ],
  ])('%s: %o is refused', (tier, values, rule) => {
    expect(rulesOf(tier, values)).toEqual([rule]);
  });

  it.each([
    ['web', { 'panic-ratio': 0.6 }],
    ['web', { 'unreachable-samples': 5 }],
    ['web', { 'probe-interval-ms': 5000 }],
    ['web', { 'probe-timeout-ms': 5000 }],
    ['web', { 'forget-ms': 60_000, 'return-hold-ms': 60_000 }],
    ['edge', { 'zone-healthy-ratio': 0.49 }],
    ['edge', { 'zone-gray-ms': 120_000 }],
    ['edge', { 'edge-unreachable-samples': 3 }],
  ])('%s: %o is legal', (tier, values) => {
    expect(rulesOf(tier, values)).toEqual([]);
  });
});
