import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AlarmState,
  type DataPoint,
  evaluateAlarm,
  type MissingData,
} from '../../../../proving/twin/cloudwatch/index.ts';

const TREATMENTS: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const KEEP = 'KEEP';
type Expected = AlarmState | typeof KEEP;

/** `0 - X - X` as the guide prints it, the newest on the right; given newest first. */
function points(notation: string): DataPoint[] {
  return notation
    .split(' ')
    .map((mark) => (mark === '-' ? undefined : mark === 'X' ? 9 : 0))
    .reverse();
}

function evaluate(
  notation: string,
  m: number,
  treatMissingData: MissingData,
  current: AlarmState,
): AlarmState {
  const rule = {
    comparison: 'GreaterThanThreshold' as const,
    threshold: 5,
    evaluationPeriods: 3,
    datapointsToAlarm: m,
    treatMissingData,
  };
  return evaluateAlarm(rule, points(notation), current);
}

const INSUFFICIENT = 'INSUFFICIENT_DATA';

// Columns: missing, ignore, breaching, notBreaching.
const TABLE_3_OF_3: readonly [string, readonly Expected[]][] = [
  ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
  ['0 - - - -', ['OK', 'OK', 'OK', 'OK']],
  ['- - - - -', [INSUFFICIENT, KEEP, 'ALARM', 'OK']],
  ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['- - X - -', ['ALARM', KEEP, 'ALARM', 'OK']],
];
const TABLE_2_OF_3: readonly [string, readonly Expected[]][] = [
  ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - X -', ['ALARM', KEEP, 'ALARM', 'OK']],
];

describe.each([
  [3, TABLE_3_OF_3],
  [2, TABLE_2_OF_3],
])("the user guide's table for %i of 3, evaluation range 5", (m, table) => {
  test.each(table)('%s', (notation, expected) => {
    for (const [column, treatment] of TREATMENTS.entries()) {
      for (const current of ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const) {
        const want = expected[column] === KEEP ? current : expected[column];
        expect(evaluate(notation, m, treatment, current), `${treatment}, was ${current}`).toBe(want);
      }
    }
  });
});

describe('premature transitions', () => {
  test.each(['- - - - X', '- - - X -'])('%s does not alarm at 3 of 3', (notation) => {
    expect(evaluate(notation, 3, 'missing', 'OK')).toBe('OK');
  });
  test.each(['- - - X 0', '- - X - 0'])('%s: the next healthy point keeps it quiet', (notation) => {
    expect(evaluate(notation, 3, 'missing', 'OK')).toBe('OK');
  });
});

describe('comparison', () => {
  test.each([
    ['GreaterThanThreshold', [false, false, true]],
    ['GreaterThanOrEqualToThreshold', [false, true, true]],
    ['LessThanThreshold', [true, false, false]],
    ['LessThanOrEqualToThreshold', [true, true, false]],
  ] as const)('%s', (comparison, expected) => {
    const seen = [4, 5, 6].map((value) => {
      const rule = {
        comparison,
        threshold: 5,
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        treatMissingData: 'missing' as const,
      };
      return evaluateAlarm(rule, [value], 'OK') === 'ALARM';
    });
    expect(seen).toEqual(expected);
  });
});

test('I-30: missing data treated as not breaching never raises an alarm that real points do not', () => {
  const point = fc.option(fc.constantFrom(0, 9), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(point, { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 1, max: 3 }),
      (range, m) => {
        const rule = {
          comparison: 'GreaterThanThreshold' as const,
          threshold: 5,
          evaluationPeriods: 3,
          datapointsToAlarm: m,
          treatMissingData: 'notBreaching' as const,
        };
        const breaching = range.filter((value) => value === 9).length;
        if (breaching < m) expect(evaluateAlarm(rule, range, 'OK')).toBe('OK');
      },
    ),
  );
});
