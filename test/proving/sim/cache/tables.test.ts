import { describe, expect, it } from 'vitest';
import { Tables, type Plan, type TableState } from '../../../../proving/sim/cache/tables.ts';

const written =
  (name: string): Plan<number> =>
  (state) => {
    const version = (state.rows.get(name) ?? 0) + 1;
    return [{ ...state, rows: new Map([...state.rows, [name, version]]) }, version];
  };

describe('the tables in the simulated storage', () => {
  it('change at the instant in which storage takes the write, and answer from then on', () => {
    const seen: TableState[] = [];
    const tables = new Tables([2], (_, after) => seen.push(after));
    tables.plan('t1', written('k'));
    expect(tables.newest.rows.get('k')).toBeUndefined();
    expect(() => tables.answerOf('t1')).toThrow('transaction t1: has not committed');
    tables.stored('t1', 5);
    expect([tables.newest.rows.get('k'), tables.answerOf('t1')]).toEqual([1, 1]);
    expect(seen).toEqual([tables.newest]);
  });

  it('I-11: carry a plan out once, though its write is stored twice', () => {
    const tables = new Tables([2], () => undefined);
    tables.plan('t1', written('k'));
    tables.stored('t1', 5);
    tables.stored('t1', 6);
    expect(tables.newest.rows.get('k')).toBe(1);
  });

  it('are shown by an engine as of the position that it has replayed', () => {
    const tables = new Tables([2], () => undefined);
    for (const [id, position] of [
      ['t1', 5],
      ['t2', 9],
    ] as const) {
      tables.plan(id, written('k'));
      tables.stored(id, position);
    }
    expect([4, 5, 8, 9, 50].map((position) => tables.at(position).rows.get('k'))).toEqual([
      undefined,
      1,
      1,
      2,
      2,
    ]);
  });

  it('know nothing of the writes of others', () => {
    const tables = new Tables([2], () => undefined);
    const before = tables.newest;
    tables.stored('order 1', 3);
    expect(tables.newest).toBe(before);
  });
});
