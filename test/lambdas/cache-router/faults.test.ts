import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../lambdas/cache-router/contract.ts';
import { alarmEvent, Killed, Process } from '../fakes/process.ts';
import { SCHEDULE, setUp, setUpHung } from './rig.ts';

describe('cache-router under faults', () => {
  it('I-13: killed before or after any of its external calls, it reaches the desired state by itself', async () => {
    const counting = new Process();
    await setUpHung().run(counting);
    expect(counting.names).toContain('reboot');
    expect(counting.calls).toBeGreaterThan(15);
    for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
      for (const killWhen of ['before', 'after'] as const) {
        const rig = setUpHung();
        const process = Object.assign(new Process(), { killAt, killWhen });
        await rig.run(process).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        rig.clock.advance(60_000);
        await rig.minutes(8);
        const where = `${killWhen} call ${killAt} (${counting.names[killAt - 1]})`;
        expect(rig.world.reboots, where).toHaveLength(1);
        expect(rig.world.shard(1).row.state, where).toBe('serving');
        const open = rig.ledger().filter((one) => !/ (done|aborted)$/.test(one));
        expect(open, where).toEqual([]);
      }
    }
  });

  it('I-13: as much for a quarantine', async () => {
    const hung = () => {
      const rig = setUp();
      rig.world.hang(1);
      rig.clock.advance(5000);
      return rig;
    };
    const counting = new Process();
    await hung().run(counting);
    expect(counting.names).toContain('quarantine');
    for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
      for (const killWhen of ['before', 'after'] as const) {
        const rig = hung();
        const process = Object.assign(new Process(), { killAt, killWhen });
        await rig.run(process).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        rig.clock.advance(60_000);
        await rig.run();
        const where = `${killWhen} call ${killAt} (${counting.names[killAt - 1]})`;
        expect(rig.world.shard(1).row, where).toEqual({ epoch: 5, state: 'closed' });
        expect(new Set(rig.world.quarantines.map(({ epoch }) => epoch)), where).toEqual(new Set([4]));
      }
    }
  });

  it('I-11: the same event many times, in any order, gives the effects of one', async () => {
    const rig = setUpHung();
    const events = [SCHEDULE, alarmEvent('understudy-demo-shard-unreachable'), {}];
    for (const event of [...events, ...events.toReversed()]) await rig.run(new Process(), event);
    expect(rig.world.reboots).toHaveLength(1);
    expect(rig.ledger()).toHaveLength(1);
  });

  it('I-08: evidence that grows old between the plan and the call stops the call', async () => {
    const rig = setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.advance(11_000);
    };
    expect((await rig.run(process)).summary).toContain('not called: the evidence is');
    expect(rig.world.reboots).toEqual([]);
  });

  it('I-08: what counts is when the probers saw it, not when it was read', async () => {
    const rig = setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.advance(9900);
    };
    expect((await rig.run(process)).summary).toContain('not called: the evidence is 10100 ms old');
    expect(rig.world.reboots).toEqual([]);
  });

  it('I-32: a wall clock that steps stops the call', async () => {
    const rig = setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.wallMs += 2500;
    };
    await rig.run(process);
    expect(rig.world.reboots).toEqual([]);
  });

  it('I-07, I-12: a run that was overtaken stops: its writes are refused and it calls nothing', async () => {
    const rig = setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name !== 'putCacheShard') return;
      const [known] = await rig.cacheStore.cacheShards();
      if (known !== undefined) rig.cacheStore.shards.set('demo-cache-2', { ...known, epoch: 99 });
    };
    expect((await rig.run(process)).summary).toContain('overtaken');
    expect(rig.world.reboots).toEqual([]);
  });

  it('two runs at once: the second does nothing while the first holds the lease', async () => {
    const rig = setUpHung();
    const process = new Process();
    const reports: unknown[] = [];
    process.onCall = async (name) => {
      if (name !== 'reboot' || reports.length > 0) return;
      reports.push(null);
      reports.push(await rig.run());
    };
    await rig.run(process);
    expect(reports[1]).toMatchObject({ ran: false });
    expect(rig.world.reboots.length).toBeLessThanOrEqual(1);
  });

  it('F-16: a reboot whose answer never came is looked at, and not called for again when it took effect', async () => {
    const rig = setUpHung();
    rig.world.answerReboot = (id) => {
      rig.world.reboot(id);
      return { outcome: 'unknown', code: 'TimeoutError' };
    };
    await rig.minutes(6);
    expect(rig.world.reboots).toHaveLength(1);
    expect(rig.ledger()[0]).toBe('reboot done');
  });

  it('F-16: one without effect is called for once more, then left to a person', async () => {
    const rig = setUpHung();
    let calls = 0;
    rig.world.answerReboot = () => {
      calls += 1;
      return { outcome: 'unknown', code: 'TimeoutError' };
    };
    await rig.minutes(20);
    expect(calls).toBe(2);
    expect(rig.ledger()).toEqual(['reboot aborted']);
    expect(rig.metrics.values(METRIC.recoveryFailed).length).toBeGreaterThan(0);
  });

  it('a reboot that AWS made and that healed nothing is told, and is not repeated within the window', async () => {
    const rig = setUpHung();
    rig.world.rebootsInVain = true;
    await rig.minutes(25);
    expect(rig.world.reboots).toHaveLength(1);
    expect(rig.ledger()).toEqual(['reboot aborted']);
    expect(rig.metrics.values(METRIC.recoveryFailed).length).toBeGreaterThan(1);
  });

  it('a conflict is no failure, and is not repeated at every turn', async () => {
    const rig = setUpHung();
    let calls = 0;
    rig.world.answerReboot = () => {
      calls += 1;
      return { outcome: 'refused', code: 'InvalidCacheClusterStateFault', conflict: true, retryable: true };
    };
    await rig.minutes(6);
    expect(calls).toBe(2);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([]);
  });

  it('SEC-01: a call that is denied is told once, and waits for the right and a person', async () => {
    const rig = setUpHung();
    let calls = 0;
    rig.world.answerReboot = () => {
      calls += 1;
      return { outcome: 'refused', code: 'AccessDenied', conflict: false, retryable: false };
    };
    await rig.minutes(10);
    expect(calls).toBe(1);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([1]);
    const [denied] = [...rig.store.ledger.values()];
    rig.world.answerReboot = null;
    const acknowledged = { by: 'ana', why: 'the right is back', at: rig.clock.now() };
    rig.store.ledger.set(denied!.id, { ...denied!, acknowledged });
    await rig.minutes(1);
    expect(rig.world.reboots).toHaveLength(1);
  });

  it.each([
    ['the front', 'isFrontAway', 'rows-unknown'],
    ['AWS', 'isAwsAway', 'aws-unknown'],
  ] as const)(
    'while %s cannot be asked nothing is called, and what was seen is kept',
    async (_name, which, cause) => {
      const rig = setUp();
      await rig.run();
      rig.world.move(1, 'closed');
      await rig.run();
      rig.world.hang(1);
      rig.clock.advance(130_000);
      rig.world[which] = true;
      expect((await rig.run()).summary).toContain(cause);
      expect([rig.world.reboots, rig.ledger()]).toEqual([[], []]);
      expect(rig.cacheStore.shards.get('demo-cache-1')).toMatchObject({
        row: { state: 'closed' },
        reachable: false,
      });
    },
  );

  it('F-40: a store that cannot be reached means no action', async () => {
    const rig = setUpHung();
    rig.store.readControl = () => Promise.reject(new Error('the table is away'));
    await expect(rig.run()).rejects.toThrow('the table is away');
    expect(rig.world.reboots).toEqual([]);
  });

  it('F-14: whatever older description AWS tells, no node is rebooted twice in a window', async () => {
    const statuses = ['available', 'modifying', 'creating', 'snapshotting', 'deleting'];
    const nodes = ['available', 'rebooting cluster nodes', 'modifying', null];
    for (const status of statuses) {
      for (const node of nodes) {
        const rig = setUpHung();
        rig.world.stale = (group) => ({
          ...group,
          status,
          nodes: group.nodes.map((one) => ({ ...one, status: node })),
        });
        await rig.minutes(12);
        const isFit = status === 'available' && node === 'available';
        expect(rig.world.reboots.length, `${status}, ${node}`).toBe(isFit ? 1 : 0);
      }
    }
  });
});
