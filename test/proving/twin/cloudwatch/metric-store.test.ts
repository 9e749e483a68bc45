import { describe, expect, test } from 'vitest';
import { MetricStore } from '../../../../proving/twin/cloudwatch/index.ts';

const METRIC = { namespace: 'Understudy', name: 'reader-lag-ms', dimensions: { Environment: 'demo' } };

function filled(values: readonly [number, number][]): MetricStore {
  const store = new MetricStore();
  for (const [at, value] of values) store.put({ ...METRIC, at, value, unit: 'Count' }, at);
  return store;
}

describe('statistics', () => {
  const store = filled([
    [10_000, 1],
    [12_500, 5],
    [19_999, 3],
  ]);
  test.each([
    ['Sum', 9],
    ['Average', 3],
    ['Minimum', 1],
    ['Maximum', 5],
    ['SampleCount', 3],
    ['p50', 3],
    ['p99', 5],
    ['p0', 1],
  ])('%s of one period', (statistic, expected) => {
    expect(store.latest({ ...METRIC, statistic, periodMs: 10_000 }, 1, 20_000)).toEqual([
      { at: 10_000, value: expected },
    ]);
  });
  test('an unknown statistic is refused by name', () => {
    expect(() => store.latest({ ...METRIC, statistic: 'tm99', periodMs: 10_000 }, 1, 20_000)).toThrow(/tm99/);
  });
});

test('periods are aligned to the epoch, and only whole periods are given', () => {
  const store = filled([[20_500, 7]]);
  const query = { ...METRIC, statistic: 'Sum', periodMs: 10_000 };
  expect(store.latest(query, 2, 29_999)).toEqual([
    { at: 10_000, value: undefined },
    { at: 0, value: undefined },
  ]);
  expect(store.latest(query, 2, 30_000)[0]).toEqual({ at: 20_000, value: 7 });
});

test('late data lands in the period of its own time', () => {
  const store = filled([
    [25_000, 1],
    [11_000, 4],
    [25_000, 2],
  ]);
  const sums = store.range({ ...METRIC, statistic: 'Sum', periodMs: 10_000 }, 10_000, 30_000);
  expect(sums.map((point) => point.value)).toEqual([4, 3]);
});

test('a metric is its namespace, name and whole set of dimensions, in any order', () => {
  const store = new MetricStore();
  const put = (dimensions: Record<string, string>): void =>
    store.put({ ...METRIC, dimensions, at: 1000, value: 1, unit: 'None' }, 1000);
  put({ a: '1', b: '2' });
  put({ b: '2', a: '1' });
  put({ a: '1' });
  expect(store.metrics()).toHaveLength(2);
});

test('the unit of a query leaves other units out', () => {
  const store = new MetricStore();
  store.put({ ...METRIC, at: 1000, value: 1, unit: 'Count' }, 1000);
  store.put({ ...METRIC, at: 1000, value: 10, unit: 'Seconds' }, 1000);
  const query = { ...METRIC, statistic: 'Sum', periodMs: 1000 };
  expect(store.range({ ...query, unit: 'Seconds' }, 1000, 2000)[0]?.value).toBe(10);
  expect(store.range(query, 1000, 2000)[0]?.value).toBe(11);
});

test('data older than the retention is gone', () => {
  const store = new MetricStore(10_000);
  store.put({ ...METRIC, at: 0, value: 1, unit: 'None' }, 0);
  store.put({ ...METRIC, at: 60_000, value: 1, unit: 'None' }, 60_000);
  expect(store.range({ ...METRIC, statistic: 'Sum', periodMs: 1000 }, 0, 1000)[0]?.value).toBeUndefined();
});
