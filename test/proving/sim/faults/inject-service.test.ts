import { describe, expect, it } from 'vitest';
import { FaultBoard } from '../../../../proving/sim/faults/board.ts';
import {
  applyToService,
  undoOnService,
  type ServiceTarget,
} from '../../../../proving/sim/faults/inject-service.ts';
import { isOnService, type ServiceFaultSpec } from '../../../../proving/sim/faults/service-spec.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';

const SPAN = { from: START_MS, until: START_MS + 1000 };

/** Begins and ends faults by hand, and writes down what is done to the service. */
function made(...specs: ServiceFaultSpec[]) {
  const done: string[] = [];
  const note = (what: string, ...args: readonly unknown[]): true => {
    done.push([what, ...args].join(' '));
    return true;
  };
  const service: ServiceTarget = {
    crash: (place) => note('crash', place),
    freeze: (place) => note('freeze', place),
    thaw: (place) => void note('thaw', place),
    setOff: (place, ms) => void note('off', place, ms),
    keepSlots: (share) => void note('slots', share),
    loseTable: () => void note('lose'),
    setLoad: ({ times, flood, onStorm }) => void note('load', times, flood, onStorm !== null),
  };
  const board = new FaultBoard({ clock: new SimClock(), random: randomOf(1), specs });
  const step = (index: number, act: 'begin' | 'end'): void => {
    const fault = board.faults[index]!;
    board[act](fault);
    (act === 'begin' ? applyToService : undoOnService)(service, board, fault);
  };
  return { board, done, begin: (index = 0) => step(index, 'begin'), end: (index = 0) => step(index, 'end') };
}

describe('what befalls the throttled service', () => {
  it('F-38: of two surges that overlap the larger counts, and the flood is another matter', () => {
    const { done, begin, end } = made(
      { id: 'F-38', load: 'surge', times: 3, ...SPAN },
      { id: 'F-38', load: 'surge', times: 7, ...SPAN },
      { id: 'F-38', load: 'flood', times: 100, ...SPAN },
    );
    begin(0);
    begin(1);
    begin(2);
    end(1);
    end(0);
    end(2);
    expect(done).toEqual([
      'load 3 1 false',
      'load 7 1 false',
      'load 7 100 false',
      'load 3 100 false',
      'load 1 100 false',
      'load 1 1 false',
    ]);
  });

  it('F-29: clients storm while it lasts; effective once one has tried again', () => {
    const { board, done, begin, end } = made({ id: 'F-29', ...SPAN });
    begin();
    expect(board.faults[0]!.effective).toBe(false);
    end();
    expect(done).toEqual(['load 1 1 true', 'load 1 1 false']);
  });

  it('F-02: an instance thaws when the last of its freezes ends, F-01: it dies once', () => {
    const { board, done, begin, end } = made(
      { id: 'F-02', place: 1, ...SPAN },
      { id: 'F-02', place: 1, ...SPAN },
      { id: 'F-01', place: 0, from: START_MS },
    );
    begin(0);
    begin(1);
    end(0);
    end(1);
    begin(2);
    expect(done).toEqual(['freeze 1', 'freeze 1', 'thaw 1', 'crash 0']);
    expect(board.faults.every(({ effective }) => effective)).toBe(true);
  });

  it('F-20, F-24, F-40: come and go', () => {
    const { done, begin, end } = made(
      { id: 'F-20', place: 2, ms: -60_000, ...SPAN },
      { id: 'F-24', slotShare: 0.5, ...SPAN },
      { id: 'F-40', table: 'throttle', effect: 'emptied', ...SPAN },
    );
    for (const index of [0, 1, 2]) begin(index);
    for (const index of [0, 1, 2]) end(index);
    expect(done).toEqual(['off 2 -60000', 'slots 0.5', 'lose', 'off 2 0', 'slots 1']);
  });
});

describe('F-40 on the board', () => {
  const down = { id: 'F-40', table: 'throttle', effect: 'failed', ...SPAN } as const;

  it('strikes every call to its table, of functions and instances, and no other table', () => {
    const { board, begin } = made(down);
    expect(board.strike('throttle')).toBe(null);
    begin();
    expect([board.strike('throttle'), board.strike('throttle', 0), board.strike('state')]).toEqual([
      'failed',
      'failed',
      null,
    ]);
  });

  it('cuts off some instances alone: the function is answered', () => {
    const { board, begin } = made({ ...down, places: [1] });
    begin();
    expect([board.strike('throttle'), board.strike('throttle', 0), board.strike('throttle', 1)]).toEqual([
      null,
      null,
      'failed',
    ]);
  });

  it('makes answers late, or reports old, and strikes nothing then', () => {
    const { board, begin } = made(
      { ...down, effect: 700 },
      { id: 'F-14', table: 'throttle', staleMs: 4000, ...SPAN },
    );
    expect([board.lateMs('throttle'), board.staleMs()]).toEqual([0, 0]);
    begin(0);
    begin(1);
    expect([board.strike('throttle'), board.lateMs('throttle'), board.lateMs('state')]).toEqual([
      null,
      700,
      0,
    ]);
    expect(board.staleMs()).toBe(4000);
    expect(board.staleDescription()).toBe(null);
    expect(board.faults.every(({ effective }) => effective)).toBe(true);
  });

  it('is told apart from what befalls the database', () => {
    expect(isOnService({ id: 'F-02', member: 'm', ...SPAN })).toBe(false);
    expect(isOnService({ id: 'F-16', service: 'throttle', fault: 'lost', share: 1, ...SPAN })).toBe(false);
    expect(isOnService({ id: 'F-02', place: 0, ...SPAN })).toBe(true);
  });
});
