import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BatchResult,
  emptyMapping,
  type MappingPolicy,
  type MappingState,
  nextBatch,
  offerRecord,
  settleBatch,
} from '../../../../proving/twin/lambda/index.ts';

const POLICY: MappingPolicy = {
  batchSize: 10,
  batchingWindowMs: 0,
  recordAgeMsMax: null,
  retriesMax: null,
  bisect: false,
  reportItemFailures: false,
};

function offered(count: number, at = 0): MappingState<number> {
  let state = emptyMapping<number>();
  for (let n = 1; n <= count; n += 1) {
    state = offerRecord(state, { sequence: String(n), createdAt: at, seenAt: at, record: n });
  }
  return state;
}

/** Runs the mapping until it is idle; `answer` plays the function. */
function run(policy: MappingPolicy, state: MappingState<number>, answer: (records: number[]) => BatchResult) {
  const delivered: number[][] = [];
  const discarded: number[][] = [];
  let now = 0;
  for (let step = 0; step < 1000; step += 1) {
    const turn = nextBatch(policy, state, now);
    state = turn.state;
    discarded.push(...turn.discards.map((discard) => discard.records.map((r) => r.record)));
    if (turn.next.kind === 'wait') {
      if (turn.next.until === null) return { delivered, discarded, now };
      now = turn.next.until;
      continue;
    }
    const records = turn.next.records.map((r) => r.record);
    delivered.push(records);
    const settled = settleBatch(policy, state, answer(records), now);
    state = settled.state;
    discarded.push(...settled.discards.map((discard) => discard.records.map((r) => r.record)));
  }
  throw new Error('the mapping never came to rest');
}

const ok = (): BatchResult => ({ kind: 'ok' });
const poisoned =
  (poison: number) =>
  (records: number[]): BatchResult => ({ kind: records.includes(poison) ? 'error' : 'ok' });

describe('batches', () => {
  test('hold at most the batch size, in order', () => {
    expect(run({ ...POLICY, batchSize: 2 }, offered(5), ok).delivered).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('wait for the batching window unless they are full', () => {
    const policy = { ...POLICY, batchSize: 3, batchingWindowMs: 1000 };
    expect(nextBatch(policy, offered(2), 0).next).toEqual({ kind: 'wait', until: 1000 });
    expect(nextBatch(policy, offered(3), 0).next.kind).toBe('deliver');
    expect(nextBatch(policy, offered(2), 1000).next.kind).toBe('deliver');
  });
});

describe('a failing batch', () => {
  test('is retried with a growing pause, then discarded', () => {
    const result = run({ ...POLICY, retriesMax: 2 }, offered(2), () => ({ kind: 'error' }));
    expect(result.delivered).toHaveLength(3);
    expect(result.discarded).toEqual([[1, 2]]);
    expect(result.now).toBe(500 + 1000);
  });

  test('F-30: is bisected until the poison record stands alone; the others get through', () => {
    const result = run({ ...POLICY, bisect: true, retriesMax: 0 }, offered(4), poisoned(3));
    expect(result.discarded).toEqual([[3]]);
    expect(result.delivered).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]);
  });

  test('goes on from the reported record', () => {
    let first = true;
    const result = run({ ...POLICY, reportItemFailures: true, retriesMax: 1 }, offered(4), () => {
      const answer: BatchResult = first ? { kind: 'partial', failedFrom: '3' } : { kind: 'ok' };
      first = false;
      return answer;
    });
    expect(result.delivered).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
  });

  test('is discarded when its records are too old', () => {
    const policy = { ...POLICY, recordAgeMsMax: 60_000 };
    const result = run(policy, offered(1), () => ({ kind: 'error' }));
    expect(result.discarded).toEqual([[1]]);
    expect(result.now).toBeGreaterThan(60_000);
  });

  test('blocks what comes after it', () => {
    const state = offerRecord(
      settleBatch(POLICY, nextBatch(POLICY, offered(1), 0).state, { kind: 'error' }, 0).state,
      { sequence: '2', createdAt: 0, seenAt: 0, record: 2 },
    );
    expect(nextBatch(POLICY, state, 1).next).toEqual({ kind: 'wait', until: 500 });
  });
});

test('a throttled batch is tried again and spends no retry', () => {
  let turns = 0;
  const result = run({ ...POLICY, retriesMax: 0 }, offered(1), () => ({
    kind: (turns += 1) < 4 ? 'throttled' : 'ok',
  }));
  expect(result.discarded).toEqual([]);
  expect(result.delivered).toHaveLength(4);
});

test('every record is delivered in order or discarded, whatever fails', () => {
  const policy = fc.record({
    batchSize: fc.integer({ min: 1, max: 5 }),
    batchingWindowMs: fc.constant(0),
    recordAgeMsMax: fc.constant(null),
    retriesMax: fc.integer({ min: 0, max: 3 }),
    bisect: fc.boolean(),
    reportItemFailures: fc.constant(false),
  });
  fc.assert(
    fc.property(policy, fc.integer({ min: 0, max: 12 }), fc.array(fc.boolean()), (rule, count, failures) => {
      let turn = 0;
      const done: number[] = [];
      const result = run(rule, offered(count), (records) => {
        const fails = failures[turn] ?? false;
        turn += 1;
        if (!fails) done.push(...records);
        return { kind: fails ? 'error' : 'ok' };
      });
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect([...done, ...result.discarded.flat()].sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, n) => n + 1),
      );
    }),
  );
});
