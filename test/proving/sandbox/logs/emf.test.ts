import { describe, expect, test } from 'vitest';
import { extractMetrics } from '../../../../proving/sandbox/logs/index.ts';

const AT = 1_780_000_000_000;
function line(overrides: Record<string, unknown> = {}, directive: Record<string, unknown> = {}): string {
  return JSON.stringify({
    _aws: {
      Timestamp: AT,
      CloudWatchMetrics: [
        {
          Namespace: 'Understudy',
          Dimensions: [['Environment', 'Member'], ['Environment'], []],
          Metrics: [{ Name: 'reader-broken', Unit: 'Count', StorageResolution: 1 }],
          ...directive,
        },
      ],
    },
    Environment: 'demo',
    Member: 'reader-1',
    'reader-broken': 1,
    ...overrides,
  });
}

describe('embedded metrics', () => {
  test('give one datum for every set of dimensions', () => {
    const common = {
      namespace: 'Understudy',
      name: 'reader-broken',
      value: 1,
      unit: 'Count',
      at: AT,
      resolutionS: 1,
    };
    expect(extractMetrics(line())).toEqual([
      { ...common, dimensions: { Environment: 'demo', Member: 'reader-1' } },
      { ...common, dimensions: { Environment: 'demo' } },
      { ...common, dimensions: {} },
    ]);
  });

  test('give one datum for every value of a list', () => {
    const data = extractMetrics(line({ 'reader-broken': [1, 2, 3] }, { Dimensions: [[]] }));
    expect(data.map((datum) => datum.value)).toEqual([1, 2, 3]);
  });

  test('are of standard resolution and without unit unless they say otherwise', () => {
    const [datum] = extractMetrics(line({}, { Dimensions: [[]], Metrics: [{ Name: 'reader-broken' }] }));
    expect(datum).toMatchObject({ unit: 'None', resolutionS: 60 });
  });

  test("are found behind the console's prefix", () => {
    const prefix = '2026-01-01T00:00:00.000Z\t8f5c1b2e-0000-0000-0000-000000000000\tINFO\t';
    expect(extractMetrics(prefix + line())).toHaveLength(3);
  });

  test.each([
    'plain text',
    '{"a":1}',
    '{"_aws":',
    '[1]',
    line({ 'reader-broken': 'one' }),
    line({}, { Namespace: 7 }),
    line({ _aws: { CloudWatchMetrics: [] } }),
  ])('are not read into %s', (text) => {
    expect(extractMetrics(text)).toEqual([]);
  });

  test('leave out a set whose dimension has no value', () => {
    const data = extractMetrics(line({}, { Dimensions: [['Environment', 'Zone'], ['Environment']] }));
    expect(data.map((datum) => datum.dimensions)).toEqual([{ Environment: 'demo' }]);
  });
});
