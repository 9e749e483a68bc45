import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DynamoDbError,
  type Item,
  expiredChanges,
  getItem,
  query,
  scan,
} from '../../../../proving/twin/dynamodb/index.ts';
import { key, stateTable, store } from './harness.ts';

function filled(): ReturnType<typeof stateTable> {
  const table = stateTable();
  for (const pk of ['a', 'b', 'c']) {
    for (const sk of ['3', '1', '2', '10']) store(table).put({ Item: { ...key(pk, sk), n: { N: sk } } });
  }
  return table;
}

const sortKeys = (items: readonly Item[] | null): unknown[] => (items ?? []).map((item) => item['sk']);
const S = (text: string): { S: string } => ({ S: text });

function queryA(extra: Parameters<typeof query>[1] = {}, condition = 'pk = :pk', values = {}) {
  return query(filled(), {
    KeyConditionExpression: condition,
    ExpressionAttributeValues: { ':pk': S('a'), ...values },
    ...extra,
  });
}

describe('a query', () => {
  it('reads one partition in the order of the sort key, or against it', () => {
    expect(sortKeys(queryA().items)).toEqual(['1', '10', '2', '3'].map(S));
    expect(sortKeys(queryA({ ScanIndexForward: false }).items)).toEqual(['3', '2', '10', '1'].map(S));
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['sk = :v', { ':v': S('2') }, ['2']],
    ['sk < :v', { ':v': S('2') }, ['1', '10']],
    ['sk >= :v', { ':v': S('2') }, ['2', '3']],
    ['begins_with(sk, :v)', { ':v': S('1') }, ['1', '10']],
    ['sk BETWEEN :v AND :w', { ':v': S('10'), ':w': S('2') }, ['10', '2']],
  ])('takes the range %s', (range, values, found) => {
    expect(sortKeys(queryA({}, `pk = :pk AND ${range}`, values).items)).toEqual(found.map(S));
  });

  it('pages with Limit and continues after the last key, in both directions', () => {
    for (const ScanIndexForward of [true, false]) {
      const all = sortKeys(queryA({ ScanIndexForward }).items);
      const first = queryA({ Limit: 3, ScanIndexForward });
      expect(sortKeys(first.items)).toEqual(all.slice(0, 3));
      const second = queryA({ Limit: 3, ScanIndexForward, ExclusiveStartKey: first.lastEvaluatedKey });
      expect(sortKeys(second.items)).toEqual(all.slice(3));
      expect(second.lastEvaluatedKey).toBeUndefined();
    }
  });

  it('filters after the limit and counts both', () => {
    const page = queryA({ Limit: 2, FilterExpression: 'n = :ten' }, 'pk = :pk', { ':ten': { N: '10' } });
    expect(page).toMatchObject({ count: 1, scannedCount: 2 });
    expect(queryA({ Select: 'COUNT' })).toMatchObject({ items: null, count: 4 });
  });

  it('ends a page at one megabyte', () => {
    const table = stateTable();
    for (let i = 0; i < 6; i++)
      store(table).put({ Item: { ...key('p', String(i)), big: S('x'.repeat(300_000)) } });
    const page = query(table, {
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': S('p') },
    });
    expect(page).toMatchObject({ count: 4, lastEvaluatedKey: key('p', '3') });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['sk = :v', { ':v': S('2') }, /missed key schema element: pk/],
    ['pk = :pk AND n = :v', { ':v': S('2') }, /missed key schema element: sk/],
    ['pk = :pk OR sk = :v', { ':v': S('2') }, /Invalid operator used in KeyConditionExpression: OR/],
    ['pk > :pk', {}, /Query key condition not supported/],
    ['pk = :pk AND sk <> :v', { ':v': S('2') }, /Query key condition not supported/],
    ['pk = :pk AND sk = :v', { ':v': { N: '2' } }, /does not match schema type/],
    ['pk = :pk AND sk > :v AND sk < :w', { ':v': S('1'), ':w': S('3') }, /one condition per key/],
  ])('refuses %s', (condition, values, message) => {
    const given = condition.includes(':pk') ? { ':pk': S('a'), ...values } : values;
    expect(() =>
      query(filled(), { KeyConditionExpression: condition, ExpressionAttributeValues: given }),
    ).toThrow(message);
  });

  it('refuses a filter on the key and a start outside the partition', () => {
    expect(() => queryA({ FilterExpression: 'sk = :pk' })).toThrow(/non-primary key attributes.*sk/);
    expect(() => queryA({ ExclusiveStartKey: key('b', '1') })).toThrow(/outside query boundaries/);
    expect(() => queryA({ ExclusiveStartKey: { pk: S('a') } })).toThrow(/starting key is invalid/);
    expect(() => queryA({ Limit: 0 })).toThrow(/greater than or equal to 1/);
  });
});

describe('a scan', () => {
  it('pages over every item exactly once, also in segments', () => {
    const table = filled();
    const seen: string[] = [];
    for (const Segment of [0, 1, 2]) {
      let start: Item | undefined;
      for (let pages = 0; pages < 12; pages++) {
        const page = scan(table, { Limit: 2, Segment, TotalSegments: 3, ExclusiveStartKey: start });
        seen.push(...(page.items ?? []).map((item) => JSON.stringify([item['pk'], item['sk']])));
        start = page.lastEvaluatedKey;
        if (start === undefined) break;
      }
    }
    expect(seen).toHaveLength(12);
    expect(new Set(seen).size).toBe(12);
  });
});

describe('an item', () => {
  it('is projected to the asked paths', () => {
    const table = stateTable();
    const lst = { L: [{ S: 'x' }, { S: 'y' }, { M: { d: { S: 'z' }, e: { S: 'no' } } }] };
    store(table).put({ Item: { ...key('p'), lst, other: { S: 'no' } } });
    expect(getItem(table, { Key: key('p'), ProjectionExpression: 'lst[2].d, lst[0], absent' })).toEqual({
      lst: { L: [{ S: 'x' }, { M: { d: { S: 'z' } } }] },
    });
    expect(getItem(table, { Key: key('nobody') })).toBeUndefined();
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ pk: S('p') }, /Missing the key sk in the item/],
    [{ pk: { N: '1' }, sk: S('s') }, /Type mismatch for key pk expected: S actual: N/],
    [{ pk: S(''), sk: S('s') }, /empty string value. Key: pk/],
    [{ ...key('p'), a: {} }, /must contain exactly one of the supported datatypes/],
    [{ ...key('p'), a: { S: 'x', N: '1' } }, /more than one datatypes/],
    [{ ...key('p'), a: { SS: [] } }, /set may not be empty/],
    [{ ...key('p'), a: { NS: ['1', '1.0'] } }, /contains duplicates/],
    [{ ...key('p'), a: S('x'.repeat(400 * 1024)) }, /Item size has exceeded/],
  ])('%j is refused', (Item, message) => {
    expect(() => store(stateTable()).put({ Item })).toThrow(message);
  });

  it('is written only where the condition holds, and shown where that is asked', () => {
    const table = stateTable();
    const lease = {
      Item: { ...key('lease'), holder: S('a') },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    store(table).put(lease);
    const refused = (): unknown => store(table).put({ ...lease, Item: { ...key('lease'), holder: S('b') } });
    expect(refused).toThrow(DynamoDbError);
    try {
      refused();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'ConditionalCheckFailedException',
        fields: { Item: { ...key('lease'), holder: S('a') } },
      });
    }
    expect(table.get(key('lease'))).toMatchObject({ holder: S('a') });
  });
});

describe('the order of keys', () => {
  it('is by UTF-8 bytes, whatever the characters', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 4 })), (names) => {
        const table = stateTable();
        for (const sk of names) store(table).put({ Item: key('p', sk) });
        const expected = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(table.partition(S('p')).map((item) => item['sk'])).toEqual(expected.map(S));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the time to live', () => {
  it('removes what has passed, by a number of seconds only', () => {
    const now = Date.UTC(2026, 10, 22);
    const table = stateTable();
    const at = (offsetS: number): Item => ({ expiresAt: { N: String(now / 1000 + offsetS) } });
    store(table).put({ Item: { ...key('past'), ...at(-1) } });
    store(table).put({ Item: { ...key('now'), ...at(0) } });
    store(table).put({ Item: { ...key('future'), ...at(60) } });
    store(table).put({ Item: { ...key('ancient'), ...at(-6 * 365 * 24 * 3600) } });
    store(table).put({ Item: { ...key('text'), expiresAt: S('1') } });
    expect(expiredChanges(table, 'expiresAt', now).map(({ key: gone }) => gone)).toEqual([key('past')]);
  });
});
