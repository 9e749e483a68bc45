import { describe, expect, it } from 'vitest';
import { SimTable, type TableChange } from '../../../../proving/sim/control/table.ts';
import { randomOf } from '../../../../proving/sim/kernel/index.ts';

const key = (sk: string) => ({ pk: 'p', sk });

describe('the simulated table', () => {
  it('orders a partition by sort key, whatever the order of the writes', () => {
    const table = new SimTable(() => 0);
    const random = randomOf(7);
    const written = new Map<string, number>();
    for (let count = 0; count < 300; count += 1) {
      const sk = String(random.between(0, 60)).padStart(2, '0');
      table.put(key(sk), { count });
      written.set(sk, count);
    }
    const expected = [...written].toSorted(([a], [b]) => (a < b ? 1 : -1)).map(([, count]) => ({ count }));
    expect(table.newest('p', 1000)).toEqual(expected);
    expect(table.newest('p', 3)).toEqual(expected.slice(0, 3));
    expect(table.get(key('61'))).toBe(null);
  });

  it('tells every change with what stood before', () => {
    const table = new SimTable(() => 5);
    const seen: TableChange[] = [];
    table.onChange((change) => seen.push(change));
    table.put(key('a'), { n: 1 });
    table.put(key('a'), { n: 2 });
    expect(seen).toEqual([
      { at: 5, key: key('a'), before: null, after: { n: 1 } },
      { at: 5, key: key('a'), before: { n: 1 }, after: { n: 2 } },
    ]);
  });

  it('removes what has expired, and not a second sooner', () => {
    let now = 0;
    const table = new SimTable(() => now);
    const removed: string[] = [];
    table.onChange(({ after, key: { sk } }) => {
      if (after === null) removed.push(sk);
    });
    table.put(key('a'), { n: 1 }, 10);
    table.put(key('b'), { n: 2 }, 12);
    table.put(key('c'), { n: 3 });
    now = 10_999;
    table.expire();
    expect(removed).toEqual([]);
    now = 11_000;
    table.expire();
    expect(removed).toEqual(['a']);
    expect(table.newest('p', 9)).toEqual([{ n: 3 }, { n: 2 }]);
  });
});
