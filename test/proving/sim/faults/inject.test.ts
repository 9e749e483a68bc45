import { describe, expect, it } from 'vitest';
import { FaultBoard } from '../../../../proving/sim/faults/board.ts';
import { inject, type InjectionTarget } from '../../../../proving/sim/faults/inject.ts';
import type { FaultSpec } from '../../../../proving/sim/faults/spec.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';

const at = (s: number): number => START_MS + s * 1000;
const span = (from: number, until: number) => ({ from: at(from), until: at(until) });

/** Writes down what is done to the members, and when. */
async function injected(specs: readonly FaultSpec[], healAtS = 100): Promise<string[]> {
  const clock = new SimClock();
  const done: string[] = [];
  const note =
    (what: string) =>
    (...args: unknown[]): void => {
      done.push(`${(clock.now() - START_MS) / 1000} ${what} ${args.map(String).join(' ')}`);
    };
  const engines = ['m1', 'm2'].map((id, index) => ({
    id,
    az: `z${index}`,
    up: true,
    frozen: false,
    role: index === 0 ? ('writer' as const) : ('reader' as const),
    acceptsCommits: index === 0,
    generation: 1,
    position: 0,
  }));
  const database: InjectionTarget = {
    view: () => ({ engines }),
    crash: note('crash'),
    freeze: note('freeze'),
    thaw: note('thaw'),
    slow: note('slow'),
    pauseReplay: note('pauseReplay'),
    stallCommits: note('stallCommits'),
    setLoad: note('setLoad'),
    cut: note('cut'),
    mend: note('mend'),
  };
  const board = new FaultBoard({ clock, random: randomOf(1), specs });
  const heal = inject({ clock, board, database, zones: ['z0', 'z1'], memberIds: ['m1', 'm2'] });
  await clock.runUntil(at(healAtS));
  heal();
  await clock.runUntil(at(200));
  expect(board.faults.every(({ until }) => until !== null)).toBe(true);
  return done;
}

describe('injection', () => {
  it('begins and ends each fault at its time', async () => {
    expect(
      await injected([
        { id: 'F-02', member: 'm1', ...span(1, 5) },
        { id: 'F-03', member: 'm2', ms: 500, ...span(2, 6) },
        { id: 'F-01', member: 'm2', from: at(3) },
        { id: 'F-32', member: 'm2', ...span(7, 8) },
        { id: 'F-35', member: 'm1', sqlState: '53300', ...span(9, 10) },
        { id: 'F-04', member: 'm1', ...span(11, 12) },
      ]),
    ).toEqual([
      '1 freeze m1',
      '2 slow m2 500',
      '3 crash m2',
      '5 thaw m1',
      '6 slow m2 null',
      '7 pauseReplay m2 true',
      '8 pauseReplay m2 false',
      '9 setLoad m1 53300',
      '10 setLoad m1 null',
      '11 stallCommits m1 true',
      '12 stallCommits m1 false',
    ]);
  });

  it('two that overlap on one member end with the later, and the slower counts', async () => {
    expect(
      await injected([
        { id: 'F-02', member: 'm1', ...span(1, 5) },
        { id: 'F-02', member: 'm1', ...span(2, 9) },
        { id: 'F-03', member: 'm2', ms: 500, ...span(20, 30) },
        { id: 'F-03', member: 'm2', ms: 100, ...span(21, 40) },
      ]),
    ).toEqual([
      '1 freeze m1',
      '2 freeze m1',
      '9 thaw m1',
      '20 slow m2 500',
      '21 slow m2 500',
      '30 slow m2 100',
      '40 slow m2 null',
    ]);
  });

  it('F-05 cuts every prober from one member, F-06 one prober from every member, F-07 what it names', async () => {
    expect(
      await injected([
        { id: 'F-05', member: 'm1', ...span(1, 2) },
        { id: 'F-06', az: 'z0', ...span(3, 4) },
        { id: 'F-07', nodes: ['client:a'], member: 'm2', ...span(5, 6) },
      ]),
    ).toEqual([
      '1 cut prober:z0 m1',
      '1 cut prober:z1 m1',
      '2 mend prober:z0 m1',
      '2 mend prober:z1 m1',
      '3 cut prober:z0 m1',
      '3 cut prober:z0 m2',
      '4 mend prober:z0 m1',
      '4 mend prober:z0 m2',
      '5 cut client:a m2',
      '6 mend client:a m2',
    ]);
  });

  it('mends no link that another fault keeps cut', async () => {
    const done = await injected([
      { id: 'F-06', az: 'z0', ...span(1, 5) },
      { id: 'F-07', nodes: ['prober:z0'], member: 'm2', ...span(2, 9) },
    ]);
    expect(done.filter((line) => line.includes('mend'))).toEqual([
      '5 mend prober:z0 m1',
      '9 mend prober:z0 m2',
    ]);
  });

  it('heals everything at once, and injects nothing afterwards', async () => {
    const specs: FaultSpec[] = [
      { id: 'F-02', member: 'm1', ...span(1, 90) },
      { id: 'F-06', az: 'z1', ...span(2, 90) },
      { id: 'F-02', member: 'm2', ...span(50, 90) },
    ];
    const done = await injected(specs, 10);
    expect(done.slice(-3)).toEqual(['10 thaw m1', '10 mend prober:z1 m1', '10 mend prober:z1 m2']);
  });
});
