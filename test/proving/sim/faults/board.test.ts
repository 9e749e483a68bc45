import { describe, expect, it } from 'vitest';
import { FaultBoard } from '../../../../proving/sim/faults/board.ts';
import type { FaultSpec } from '../../../../proving/sim/faults/spec.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';

const SPAN = { from: START_MS, until: START_MS + 1000 };

function board(...specs: FaultSpec[]) {
  const clock = new SimClock();
  const made = new FaultBoard({ clock, random: randomOf(1), specs });
  return { clock, board: made, fault: made.faults[0]! };
}

describe('the board of faults', () => {
  it('F-16: strikes the calls of its service and no other, and only while it is in force', () => {
    const { board: made, fault } = board({ id: 'F-16', service: 'rds', fault: 'lost', share: 1, ...SPAN });
    expect(made.strike('rds')).toBe(null);
    made.begin(fault);
    expect(made.strike('state')).toBe(null);
    expect(fault.effective).toBe(false);
    expect(made.strike('rds')).toBe('lost');
    expect(fault.effective).toBe(true);
    made.end(fault);
    expect(made.strike('rds')).toBe(null);
  });

  it('F-16: strikes the share that it is to strike', () => {
    const { board: made, fault } = board({
      id: 'F-16',
      service: 'state',
      fault: 'failed',
      share: 0.3,
      ...SPAN,
    });
    made.begin(fault);
    const struck = Array.from({ length: 1000 }, () => made.strike('state')).filter((hit) => hit !== null);
    expect(struck.length).toBeGreaterThan(250);
    expect(struck.length).toBeLessThan(350);
  });

  it('F-39: some invocations of its function are of the version before, and count once that shows', () => {
    const { board: made, fault } = board({ id: 'F-39', folder: 'dns-failover', share: 0.5, ...SPAN });
    expect(made.versionBefore('dns-failover')).toBeNull();
    made.begin(fault);
    expect(made.versionBefore('health-check')).toBeNull();
    const older = Array.from({ length: 200 }, () => made.versionBefore('dns-failover'));
    const count = older.filter((shows) => shows !== null).length;
    expect(count).toBeGreaterThan(60);
    expect(count).toBeLessThan(140);
    expect(fault.effective).toBe(false);
    older.find((shows) => shows !== null)!();
    expect(fault.effective).toBe(true);
    made.end(fault);
    expect(made.versionBefore('dns-failover')).toBeNull();
  });

  it('F-18: a kill that counts calls is bound to the first invocation that starts from then on', () => {
    const spec = { id: 'F-18', folder: 'write-failover', from: START_MS, call: 3, when: 'after' } as const;
    const { board: made, fault } = board(spec);
    expect(made.mishaps('replica-pool')(3, 'x')).toBe(null);
    const first = made.mishaps('write-failover');
    const second = made.mishaps('write-failover');
    expect(second(3, 'x')).toBe(null);
    expect(first(2, 'x')).toBe(null);
    const mishap = first(3, 'x');
    expect(mishap).toMatchObject({ kind: 'kill', when: 'after' });
    expect(fault.effective).toBe(false);
    mishap!.took();
    expect(fault.effective).toBe(true);
  });

  it('F-19: a hold that names a call befalls whoever makes that call first, once', () => {
    const spec = {
      id: 'F-19',
      folder: 'replica-pool',
      from: START_MS,
      call: 'state:PutPool',
      ms: 5,
      where: 'request',
    } as const;
    const { board: made } = board(spec);
    const first = made.mishaps('replica-pool');
    const second = made.mishaps('replica-pool');
    expect(first(1, 'state:GetPool')).toBe(null);
    expect(second(9, 'state:PutPool')).toMatchObject({ kind: 'hold', ms: 5, where: 'request' });
    expect(first(2, 'state:PutPool')).toBe(null);
  });

  it('does not begin before its time', () => {
    const from = START_MS + 100;
    const { board: made } = board({ id: 'F-18', folder: 'reconcile', from, call: 1, when: 'before' });
    expect(made.mishaps('reconcile')(1, 'x')).toBe(null);
  });

  it('is quiet once told so: what was still to come never comes', () => {
    const { board: made, fault } = board({
      id: 'F-18',
      folder: 'reconcile',
      from: START_MS,
      call: 'a',
      when: 'before',
    });
    made.quiet();
    expect(fault.until).toBe(START_MS);
    expect(made.mishaps('reconcile')(1, 'a')).toBe(null);
  });
});
