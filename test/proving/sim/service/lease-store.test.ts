import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FaultBoard } from '../../../../proving/sim/faults/board.ts';
import type { FaultSpec } from '../../../../proving/sim/faults/spec.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';
import { leaseStoreOf, LEASE_STORE_TIMEOUT_MS } from '../../../../proving/sim/service/lease-store.ts';
import { ProcessClock } from '../../../../proving/sim/service/process-clock.ts';
import { SimThrottleStore } from '../../../../proving/sim/control/throttle-store.ts';
import { demandItem } from '../../../lambdas/fakes/throttle-items.ts';

const FOREVER = { from: START_MS, until: START_MS + 600_000 };

function made(fault?: FaultSpec) {
  const clock = new SimClock();
  const board = new FaultBoard({ clock, random: randomOf(1), specs: fault === undefined ? [] : [fault] });
  for (const each of board.faults) board.begin(each);
  const table = new SimThrottleStore(() => clock.now());
  const process = new ProcessClock(clock);
  const store = leaseStoreOf({ clock, random: randomOf(2), board, table, process, place: 0 });
  const report = async (): Promise<string> => {
    const asked = store.report(demandItem({ at: clock.now() })).then(
      () => 'answered',
      (error: Error) => error.name,
    );
    await clock.runUntil(clock.now() + 10_000);
    return Promise.race([asked, Promise.resolve('no answer')]);
  };
  const written = async (): Promise<number> => (await table.demands('shop')).items.length;
  return { report, written, board, process };
}

describe('the throttle table, as an instance reaches it', () => {
  it('gives up when the shipped adapter does', () => {
    const file = '../../../../runtime/adapters/dynamodb-lease-store.ts';
    const adapter = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(Number(/const TIMEOUT_MS = (\d+)/.exec(adapter)?.[1])).toBe(LEASE_STORE_TIMEOUT_MS);
  });

  it('writes, and answers', async () => {
    const { report, written } = made();
    expect(await report()).toBe('answered');
    expect(await written()).toBe(1);
  });

  it.each([
    ['lost', 'TimeoutError', 0],
    ['answer-lost', 'TimeoutError', 1],
    ['failed', 'InternalServerError', 0],
    [5000, 'TimeoutError', 1],
    [500, 'answered', 1],
  ] as const)('F-40: %s says %s, and has written %i', async (effect, said, count) => {
    const { report, written, board } = made({ id: 'F-40', table: 'throttle', effect, ...FOREVER });
    expect(await report()).toBe(said);
    expect(await written()).toBe(count);
    expect(board.faults[0]!.effective).toBe(true);
  });

  it('F-40: an instance that is not cut off is answered', async () => {
    const cut = { id: 'F-40', table: 'throttle', effect: 'lost', ...FOREVER } as const;
    expect(await made({ ...cut, places: [1] }).report()).toBe('answered');
    expect(await made({ ...cut, places: [0] }).report()).toBe('TimeoutError');
  });

  it('F-01: a process that died hears nothing, and its report arrives', async () => {
    const { report, written, process } = made();
    const said = report();
    process.kill();
    expect(await said).toBe('no answer');
    expect(await written()).toBe(1);
  });
});
