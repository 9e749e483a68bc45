import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../lambdas/dns-failover/contract.ts';
import { Killed, Process } from '../fakes/process.ts';
import { setUp } from './rig.ts';

/** A record is lost and stays so for longer than a deployment takes: the next run repairs it. */
async function drifted(stoodMs = 610_000) {
  const rig = setUp();
  await rig.run();
  rig.world.records.shift();
  rig.clock.advance(310_000);
  await rig.run();
  rig.clock.advance(stoodMs);
  return rig;
}

/** Killed at the first call of this name. */
async function killedAt(rig: Awaited<ReturnType<typeof drifted>>, call: string): Promise<void> {
  const process = new Process();
  process.onCall = async (name) => {
    if (name === call) Object.assign(process, { killAt: process.calls + 1 });
  };
  await expect(rig.run(undefined, process)).rejects.toThrow(Killed);
  rig.clock.advance(60_000);
}

describe('a repair of the records', () => {
  it('I-14: that is due in a moment is waited for, and not left to the run after', async () => {
    const [soon, later] = [await drifted(591_000), await drifted(589_000)];
    const [reads, report] = [soon.world.recordCalls, await soon.run()];
    expect(report.turns).toBeGreaterThan(1);
    expect(soon.world.records).toHaveLength(4);
    // Route 53 allows few requests: the zone is read now and when the time is over, and changed once.
    expect(soon.world.recordCalls - reads).toBe(3);
    expect((await later.run()).turns).toBe(1);
    expect(later.world.of('repair')).toEqual([]);
  });

  it('that was begun and not called is closed, and planned anew', async () => {
    const rig = await drifted();
    await killedAt(rig, 'updateLedger');
    expect(rig.ledger()).toEqual(['repair planned']);
    await rig.run();
    expect(rig.world.of('repair')).toHaveLength(1);
    expect(rig.ledger()[0]).toBe('repair aborted');
    const [aborted] = [...rig.store.ledger.values()];
    expect(aborted!.reason).toMatch(/; no call was made; planned anew$/);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([]);
  });

  it('I-12: that a higher epoch has taken over is left to it: nothing new is begun beside it', async () => {
    const rig = await drifted();
    await killedAt(rig, 'updateLedger');
    const [open] = [...rig.store.ledger.values()];
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'updateLedger') rig.store.ledger.set(open!.id, { ...open!, epoch: 99 });
    };
    const { summary } = await rig.run(undefined, process);
    expect(summary).toContain('a recovery is under way');
    expect(rig.world.of('repair')).toEqual([]);
    expect([...rig.store.ledger.values()]).toEqual([{ ...open!, epoch: 99 }]);
  });

  it('that the zone does not show in ten minutes has failed, and a person is told once', async () => {
    const rig = await drifted();
    rig.world.answer = (api) => (api === 'repair' ? { outcome: 'accepted' } : null);
    await rig.run();
    expect(rig.ledger()).toEqual(['repair waiting']);
    await rig.minutes(12);
    expect(rig.ledger()).toEqual(['repair aborted']);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([1]);
    expect(rig.world.of('repair')).toHaveLength(1);
  });

  it('that the zone shows is done, whatever was answered', async () => {
    const rig = await drifted();
    rig.world.answer = (api) => {
      if (api !== 'repair') return null;
      rig.world.records = setUp().world.records;
      return { outcome: 'unknown', code: 'TimeoutError' };
    };
    await rig.minutes(2);
    expect(rig.ledger()).toEqual(['repair done']);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([]);
  });
});
