import { describe, expect, test } from 'vitest';
import {
  type DataPoint,
  evaluateExpression,
  idsOf,
  parseExpression,
} from '../../../../proving/twin/cloudwatch/index.ts';

const X = undefined;
const SERIES: Record<string, DataPoint[]> = { m1: [1, 2, X], m2: [10, X, X], z: [0, 0, 1] };

function evaluate(text: string): DataPoint[] {
  return evaluateExpression(parseExpression(text), {
    series: new Map(Object.entries(SERIES)),
    metrics: ['m1', 'm2'],
    length: 3,
  });
}

describe('metric math', () => {
  test.each<[string, DataPoint[]]>([
    ['m1 + 1', [2, 3, X]],
    ['m1 + m2', [11, X, X]],
    ['2 + m1 * 2 ^ 2', [6, 10, X]],
    ['-m1', [-1, -2, X]],
    ['(m1 + 1) / z', [X, X, X]],
    ['FILL(m2, 0) + FILL(m1, REPEAT)', [11, 2, 2]],
    ['MAX([m1, m2])', [10, 2, X]],
    ['MAX(METRICS())', [10, 2, X]],
    ['SUM([FILL(m1, 0), FILL(m2, 0)])', [11, 2, 0]],
    ['MAX(m1)', [2, 2, 2]],
    ['AVG([m1, m2])', [5.5, 2, X]],
    ['IF(m1 > 1, m1, 0)', [0, 2, X]],
    ['IF(FILL(m1, 0) >= 1 AND z == 0, 1, 0)', [1, 1, 0]],
    ['ABS(m1 - 3)', [2, 1, X]],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  test.each([
    ['ANOMALY_DETECTION_BAND(m1, 2)', /ANOMALY_DETECTION_BAND is not supported/],
    ['SEARCH("x", "Sum")', /SEARCH|cannot read/],
    ['m1 +', /unexpected end/],
    ['m3', /no metric has the id m3/],
    ['[m1, m2]', /several time series/],
    ['FILL(m1)', /wrong arguments of FILL/],
  ])('refuses %s', (text, message) => {
    expect(() => evaluate(text)).toThrow(message);
  });

  test('knows the ids it uses', () => {
    expect(idsOf(parseExpression('IF(m1 > 1, m2, 0)'))).toEqual(['m1', 'm2']);
  });
});
