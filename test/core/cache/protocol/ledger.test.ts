import { describe, expect, it } from 'vitest';
import {
  close,
  forget,
  type Ledger,
  list,
  newHolder,
  newLedger,
  open,
  record,
  register,
  remove,
  renew,
  report,
  serve,
  settle,
  type ShardRow,
} from '../../../../core/cache/protocol/index.ts';

const SHARD = 0;

/** Two shards that serve under epoch 3, from the processes p0 and p1. */
function serving(): Ledger {
  let ledger = newLedger(2);
  for (const shard of [0, 1]) {
    [ledger] = open(ledger, shard, 1, `p${shard}`);
    [ledger] = serve(ledger, { shard, epoch: 2, applied: [] });
  }
  return ledger;
}

function rowOf(ledger: Ledger): ShardRow {
  return ledger.rows[SHARD]!;
}

describe('the row of a shard', () => {
  it('goes from serving through closing, closed and opening back to serving, one epoch a step', () => {
    let ledger = serving();
    const seen = [rowOf(ledger)];
    for (const transaction of [
      (from: Ledger) => close(from, SHARD, 3),
      (from: Ledger) => settle(from, { shard: SHARD, epoch: 4, waitedOut: true }),
      (from: Ledger) => open(from, SHARD, 5, 'p0'),
      (from: Ledger) => serve(from, { shard: SHARD, epoch: 6, applied: [] }),
    ]) {
      [ledger] = transaction(ledger);
      seen.push(rowOf(ledger));
    }
    expect(seen.map(({ epoch, state }) => `${epoch} ${state}`)).toEqual([
      '3 serving',
      '4 closing',
      '5 closed',
      '6 opening',
      '7 serving',
    ]);
    expect(ledger.rows[1]).toEqual(serving().rows[1]);
  });

  it('is moved by nobody who has not seen its epoch', () => {
    const ledger = serving();
    expect(close(ledger, SHARD, 2)[0]).toBe(ledger);
    expect(settle(ledger, { shard: SHARD, epoch: 3, waitedOut: true })[0]).toBe(ledger);
    expect(open(ledger, SHARD, 3, 'p0')).toEqual([ledger, null]);
    expect(serve(ledger, { shard: SHARD, epoch: 3, applied: [] })[0]).toBe(ledger);
  });

  it('closed while it was opened needs no lease to end', () => {
    const [closed] = close(serving(), SHARD, 3);
    const [settled] = settle(closed, { shard: SHARD, epoch: 4, waitedOut: true });
    const [opening] = open(settled, SHARD, 5, 'p0');
    expect(rowOf(close(opening, SHARD, 6)[0])).toMatchObject({ state: 'closed', epoch: 7, candidate: null });
  });

  it('trusts no process any more once another one has taken deletions', () => {
    const [closed] = close(serving(), SHARD, 3);
    const [settled] = settle(closed, { shard: SHARD, epoch: 4, waitedOut: true });
    const [opening] = open(settled, SHARD, 5, 'other');
    expect(rowOf(opening)).toMatchObject({ incarnation: null, candidate: 'other' });
  });

  it('is settled early only when every holder has adopted its epoch', () => {
    let [ledger] = register(serving(), 'a');
    [ledger] = register(ledger, 'b');
    [ledger] = close(ledger, SHARD, 3);
    const attempt = (from: Ledger): string =>
      settle(from, { shard: SHARD, epoch: 4, waitedOut: false })[1].state;
    expect(attempt(ledger)).toBe('closing');
    [ledger] = renew(ledger, { ...newHolder('', 2), id: 'a', sequence: 1, adopted: [4, 3] });
    expect(attempt(ledger)).toBe('closing');
    [ledger] = renew(ledger, { ...newHolder('', 2), id: 'b', sequence: 1, adopted: [4, 3] });
    expect(attempt(ledger)).toBe('closed');
  });
});

describe('the holders', () => {
  it('must be registered before they are given a lease', () => {
    const ledger = serving();
    expect(renew(ledger, { ...newHolder('', 2), id: 'a', sequence: 1, adopted: [3, 3] })).toEqual([
      ledger,
      { kind: 'unknown-holder' },
    ]);
  });

  it('take back nothing by a renewal that was overtaken', () => {
    let [ledger] = register(serving(), 'a');
    [ledger] = renew(ledger, { ...newHolder('', 2), id: 'a', sequence: 2, adopted: [4, 3] });
    const [late, answer] = renew(ledger, { ...newHolder('', 2), id: 'a', sequence: 1, adopted: [3, 3] });
    expect(late.holders).toEqual([{ ...newHolder('', 2), id: 'a', sequence: 2, adopted: [4, 3] }]);
    expect(answer.kind).toBe('renewed');
  });

  it('are forgotten only at the sequence that was seen', () => {
    let [ledger] = register(serving(), 'a');
    [ledger] = renew(ledger, { ...newHolder('', 2), id: 'a', sequence: 5, adopted: [3, 3] });
    expect(forget(ledger, 'a', 4)[0].holders).toHaveLength(1);
    expect(forget(ledger, 'a', 5)[0].holders).toHaveLength(0);
  });
});

describe('the journal', () => {
  it('takes what could not be delivered, and closes the shard with it', () => {
    const [ledger, { row, recorded }] = report(serving(), { shard: SHARD, keys: ['x', 'y'], epoch: 3 });
    expect([recorded, row.state, row.epoch]).toEqual([true, 'closing', 4]);
    expect(list(ledger, SHARD).map(({ key }) => key)).toEqual(['x', 'y']);
    expect(list(ledger, 1)).toEqual([]);
  });

  it('takes nothing from a reporter that does not know that the shard serves again', () => {
    const ledger = serving();
    expect(report(ledger, { shard: SHARD, keys: ['x'], epoch: 2 })).toEqual([
      ledger,
      { row: rowOf(ledger), recorded: false },
    ]);
  });

  it('takes all while the shard is closed, whatever epoch the reporter knows', () => {
    const [closed] = close(serving(), SHARD, 3);
    const [ledger, { recorded }] = report(closed, { shard: SHARD, keys: ['x'], epoch: 1 });
    expect([recorded, rowOf(ledger).epoch, ledger.journal.length]).toEqual([true, 4, 1]);
  });

  it('gives entries away with the return to service, and only these', () => {
    const [reported] = report(serving(), { shard: SHARD, keys: ['x'], epoch: 3 });
    const [settled] = settle(reported, { shard: SHARD, epoch: 4, waitedOut: true });
    const [opening] = open(settled, SHARD, 5, 'p0');
    const [recorded] = record(opening, SHARD, ['y']);
    expect(serve(recorded, { shard: SHARD, epoch: 5, applied: [1] })[0].journal).toHaveLength(2);
    const [served] = serve(recorded, { shard: SHARD, epoch: 6, applied: [1] });
    expect(served.journal.map(({ key }) => key)).toEqual(['y']);
  });

  it('keeps what was delivered under another epoch than the one in force', () => {
    const [recorded] = record(serving(), SHARD, ['x']);
    expect(remove(recorded, SHARD, 2, [1])[0].journal).toHaveLength(1);
    expect(remove(recorded, SHARD, 3, [1])[0].journal).toHaveLength(0);
  });
});
