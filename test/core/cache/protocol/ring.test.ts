import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SLOTS } from '../../../../core/cache/index.ts';
import {
  addShards,
  advanceGrowth,
  advanceRing,
  deletesAlsoFrom,
  isPurged,
  type Ledger,
  newLedger,
  newRing,
  partOf,
  purgesOf,
  readsFrom,
  register,
  renew,
  type RingRow,
  startGrowth,
  startRing,
  turnGrowth,
  turnRing,
} from '../../../../core/cache/protocol/index.ts';

const slots = Array.from({ length: SLOTS }, (_, slot) => slot);

function started(shards: number, parts: number): RingRow {
  const row = newRing(shards);
  return startRing(row, { epoch: row.epoch, target: 2 * shards, parts, hitRatio: 0.9 })!;
}

function next(row: RingRow): RingRow {
  return advanceRing(row, row.epoch)!;
}

/** Every row from the start to the end, turning before the steps with these numbers. */
function walk(shards: number, parts: number, turns: readonly number[] = []): RingRow[] {
  const rows = [started(shards, parts)];
  for (let step = 0; rows.at(-1)!.target !== null && step < 1000; step += 1) {
    const row = rows.at(-1)!;
    rows.push(turns.includes(step) ? turnRing(row, row.epoch)! : next(row));
  }
  return rows;
}

const walks = fc
  .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 8 }), fc.uniqueArray(fc.nat(40)))
  .map(([shards, parts, turns]) => walk(shards, parts, turns));

describe('the ring', () => {
  it('goes through every phase of every part, one epoch a step, to twice the number', () => {
    expect(
      walk(4, 2).map(({ epoch, phase, moved, target }) => `${epoch} ${phase} ${moved} of ${target}`),
    ).toEqual([
      '2 steady 0 of 8',
      '3 joining 0 of 8',
      '4 clearing 0 of 8',
      '5 leaving 0 of 8',
      '6 steady 1 of 8',
      '7 joining 1 of 8',
      '8 clearing 1 of 8',
      '9 leaving 1 of 8',
      '10 steady 2 of 8',
      '11 steady 0 of null',
    ]);
    expect(walk(4, 2).at(-1)).toEqual({ ...newRing(8), epoch: 11 });
  });

  it('given up at any step, returns to the number of before', () => {
    const forward = walk(4, 3).length;
    for (let step = 0; step < forward - 1; step += 1) {
      expect(walk(4, 3, [step]).at(-1)).toMatchObject({ shards: 4, target: null, isReturning: false });
    }
  });

  it('taken up again at any step, arrives at twice the number', () => {
    fc.assert(
      fc.property(walks, (rows) => {
        const turns = rows.filter(
          (row, at) => at > 0 && row.target !== null && row.isReturning !== rows[at - 1]!.isReturning,
        );
        const [first] = rows;
        expect(rows.at(-1)!.shards).toBe(first!.shards * (turns.length % 2 === 0 ? 2 : 1));
        for (const { moved, parts } of rows) expect(moved >= 0 && moved <= parts).toBe(true);
      }),
    );
  });

  it('is moved by nobody who has not seen its epoch, and begins only with twice the number', () => {
    const row = started(4, 8);
    expect(advanceRing(row, row.epoch - 1)).toBeNull();
    expect(turnRing(row, row.epoch - 1)).toBeNull();
    expect(startRing(row, { epoch: row.epoch, target: 8, parts: 8, hitRatio: null })).toBeNull();
    expect(advanceRing(newRing(4), 1)).toBeNull();
    expect(turnRing(newRing(4), 1)).toBeNull();
    expect(startRing(newRing(4), { epoch: 1, target: 7, parts: 8, hitRatio: null })).toBeNull();
    expect(startRing(newRing(4), { epoch: 2, target: 8, parts: 8, hitRatio: null })).toBeNull();
  });
});

describe('the place of a slot', () => {
  it('is the slot modulo the number, before and after', () => {
    for (const slot of slots) {
      if (readsFrom(newRing(6), slot) !== slot % 6 || deletesAlsoFrom(newRing(6), slot) !== null)
        expect.fail(`${slot}`);
    }
    const rows = walk(6, 8);
    for (const slot of slots) {
      if (readsFrom(rows[0]!, slot) !== slot % 6) expect.fail(`${slot} has moved`);
      if (readsFrom(rows.at(-2)!, slot) !== slot % 12) expect.fail(`${slot} has not moved`);
    }
  });

  it('stays, or goes to the shard that has as many more: half of the slots, in parts of equal size', () => {
    for (const shards of [1, 3, 4, 64]) {
      const row = started(shards, 8);
      const counts = Array.from({ length: 8 }, () => 0);
      for (const slot of slots) {
        const part = partOf(slot, row);
        if ((part === null) !== (slot % shards === slot % (2 * shards))) expect.fail(`${slot}`);
        if (part !== null) counts[part]! += 1;
      }
      const mean = counts.reduce((sum, count) => sum + count) / 8;
      expect(Math.abs(mean - SLOTS / 16)).toBeLessThan(shards);
      for (const count of counts) expect(Math.abs(count - mean)).toBeLessThanOrEqual(shards);
    }
  });

  it('I-20: changes by one step of the ring at most, and for one part at a time', () => {
    fc.assert(
      fc.property(walks, fc.nat(SLOTS - 1), (rows, slot) => {
        for (const [at, row] of rows.entries()) {
          const before = rows[at - 1] ?? row;
          if (readsFrom(before, slot) === readsFrom(row, slot)) continue;
          const turnsOver = row.phase === 'leaving' && ['clearing', 'leaving'].includes(before.phase);
          expect([turnsOver, deletesAlsoFrom(row, slot)]).toEqual([true, readsFrom(before, slot)]);
        }
      }),
    );
  });

  it('I-22: is deleted from wherever it is read under this phase, the one before, and the one after', () => {
    fc.assert(
      fc.property(walks, fc.nat(SLOTS - 1), (rows, slot) => {
        const places = (row: RingRow): (number | null)[] => [
          readsFrom(row, slot),
          deletesAlsoFrom(row, slot),
        ];
        for (const [at, row] of rows.entries()) {
          for (const other of [rows[at - 1], rows[at + 1]]) {
            if (other) expect(places(row)).toContain(readsFrom(other, slot));
          }
        }
      }),
    );
  });

  it('I-22: is emptied where its part goes to, while it is read where it was', () => {
    fc.assert(
      fc.property(walks, fc.nat(SLOTS - 1), (rows, slot) => {
        for (const row of rows) {
          const purged = purgesOf(row)
            .filter((purge) => isPurged(row, purge, slot))
            .map(({ shard }) => shard);
          const isDue = row.phase === 'clearing' || row.phase === 'leaving';
          const other = deletesAlsoFrom(row, slot);
          expect(purged).toEqual(isDue && other !== null ? [other] : []);
        }
      }),
    );
  });
});

describe('the transactions on the ring', () => {
  const EPOCH = 1;
  const START = { epoch: EPOCH, target: 4, parts: 8, hitRatio: 0.8 };

  function joining(): Ledger {
    let [ledger] = addShards(newLedger(2), 4);
    [ledger] = register(ledger, 'a');
    [ledger] = startGrowth(ledger, START);
    [ledger] = advanceGrowth(ledger, { epoch: 2, waitedOut: false });
    return ledger;
  }

  it('begin when the rows of all shards are there', () => {
    expect(startGrowth(newLedger(2), START)[1]).toEqual(newRing(2));
    const [ledger] = addShards(newLedger(2), 4);
    expect(ledger.rows.map(({ shard, state }) => `${shard} ${state}`)).toEqual([
      '0 closed',
      '1 closed',
      '2 closed',
      '3 closed',
    ]);
    expect(startGrowth(ledger, START)[1]).toMatchObject({ epoch: 2, shards: 2, target: 4, hitRatio: 0.8 });
    expect(addShards(ledger, 4)[0]).toEqual(ledger);
  });

  it('end a phase that everybody must know of when each holder has adopted it', () => {
    const ledger = joining();
    const phase = (from: Ledger): string => advanceGrowth(from, { epoch: 3, waitedOut: false })[1].phase;
    expect(phase(ledger)).toBe('joining');
    const holder = { ...ledger.holders[0]!, sequence: 1 };
    const [early] = renew(ledger, { ...holder, ring: 2 });
    expect(phase(early)).toBe('joining');
    const [adopted, answer] = renew(ledger, { ...holder, ring: 3 });
    expect(answer).toMatchObject({ kind: 'renewed', ring: ledger.ring });
    expect(phase(adopted)).toBe('clearing');
  });

  it('end it too for a caller that has waited a full lease', () => {
    expect(advanceGrowth(joining(), { epoch: 3, waitedOut: true })[1].phase).toBe('clearing');
    expect(advanceGrowth(joining(), { epoch: 2, waitedOut: true })[1].phase).toBe('joining');
  });

  it('turn at once', () => {
    const [ledger, ring] = turnGrowth(joining(), 3);
    expect(ring).toMatchObject({ epoch: 4, phase: 'steady', isReturning: true });
    expect(turnGrowth(ledger, 3)[1]).toBe(ring);
  });
});
