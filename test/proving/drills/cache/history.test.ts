import { describe, expect, it } from 'vitest';
import { History } from '../../../../proving/drills/cache/history.ts';
import { lostWrite, read, write } from './seen.ts';

describe('what the checker remembers', () => {
  it('takes a write for known from its acknowledgement on', () => {
    const history = new History([write(1, 100, 5, { completedAt: 130 })]);
    expect(history.leastAt(1, 129)).toBe(0);
    expect(history.leastAt(1, 130)).toBe(0);
    expect(history.leastAt(1, 131)).toBe(5);
    expect(history.leastAt(2, 131)).toBe(0);
  });

  it('keeps the newest version where acknowledgements overtake each other', () => {
    const history = new History([
      write(1, 100, 6, { completedAt: 120 }),
      write(1, 90, 5, { completedAt: 150 }),
    ]);
    expect(history.leastAt(1, 200)).toBe(6);
  });

  it('knows nothing of writes that were not acknowledged, and that they may take effect at any time', () => {
    const history = new History([lostWrite(1, 100)]);
    expect(history.leastAt(1, 10_000)).toBe(0);
    expect(history.wasWritten(1, 0, 99)).toBe(false);
    expect(history.wasWritten(1, 9000, 9001)).toBe(true);
  });

  it('knows when a write may have taken effect', () => {
    const history = new History([write(1, 100, 5, { completedAt: 130 })]);
    expect(history.wasWritten(1, 131, 200)).toBe(false);
    expect(history.wasWritten(1, 130, 200)).toBe(true);
    expect(history.wasWritten(1, 50, 100)).toBe(true);
    expect(history.wasWritten(1, 50, 99)).toBe(false);
    expect(history.wasWritten(2, 0, 1000)).toBe(false);
  });

  it('counts each product once that was changed within a time, and only whole writes', () => {
    const history = new History([
      write(1, 100, 5),
      write(1, 110, 6),
      write(2, 99, 5),
      write(3, 190, 2, { completedAt: 201 }),
      lostWrite(4, 150),
      read(5, 150),
    ]);
    expect(history.changedWithin(100, 200)).toEqual([1]);
    expect(history.written).toEqual([1, 2, 3, 4]);
  });

  it('counts every attempt of a write: each may have taken effect', () => {
    const history = new History([write(1, 100, 5, { attempts: 2 }), lostWrite(1, 120)]);
    expect(history.attempts(1)).toBe(3);
    expect(history.attempts(2)).toBe(0);
  });
});
