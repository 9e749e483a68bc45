import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../lambdas/dns-failover/contract.ts';
import { alarmEvent, Killed, Process } from '../fakes/process.ts';
import { ZONES } from '../fakes/world.ts';
import { SCHEDULE, setUp, setUpHung, streamEvent } from './rig.ts';

type Rig = Awaited<ReturnType<typeof setUpHung>>;

/** Kills the run at each of its calls, before and after, and looks where the next runs have led to. */
async function everywhere(
  begin: () => Promise<Rig>,
  options: { event: unknown; calls: string; minutes: number },
  expectWell: (rig: Rig, where: string) => void,
): Promise<void> {
  const counting = new Process();
  await (await begin()).run(options.event, counting);
  expect(counting.names).toContain(options.calls);
  for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
    for (const killWhen of ['before', 'after'] as const) {
      const rig = await begin();
      const process = Object.assign(new Process(), { killAt, killWhen });
      await rig.run(options.event, process).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      rig.clock.advance(60_000);
      await rig.minutes(options.minutes);
      const where = `${killWhen} call ${killAt} (${counting.names[killAt - 1]})`;
      expectWell(rig, where);
      expect(
        rig.ledger().filter((one) => !/ (done|aborted)$/.test(one)),
        where,
      ).toEqual([]);
    }
  }
}

describe('dns-failover under faults', () => {
  it('I-13: killed before or after any external call of a deregistration, the target leaves both balancers', async () => {
    await everywhere(
      () => setUpHung(),
      { event: streamEvent(), calls: 'deregister', minutes: 2 },
      (rig, where) => {
        expect(rig.world.stands(0), where).toBe(0);
        expect([rig.world.stands(1), rig.world.stands(2)], where).toEqual([2, 2]);
      },
    );
  });

  it('I-13: and of a return: it stands in both again', async () => {
    const begin = async () => {
      const rig = await setUpHung();
      await rig.run(streamEvent());
      rig.world.heal(0);
      rig.clock.advance(20_000);
      return rig;
    };
    await everywhere(begin, { event: SCHEDULE, calls: 'register', minutes: 2 }, (rig, where) => {
      expect(rig.world.stands(0), where).toBe(2);
    });
  });

  it('I-13: and of a shift: both balancers are led away, once each', async () => {
    const begin = async () => {
      const rig = setUp({ tasksPerZone: 2 });
      await rig.run();
      rig.world.hang(0);
      rig.world.hang(1);
      rig.clock.advance(2500);
      await rig.run(streamEvent());
      rig.clock.advance(6000);
      rig.world.shifts = [];
      rig.world.calls.length = 0;
      return rig;
    };
    await everywhere(begin, { event: SCHEDULE, calls: 'start', minutes: 2 }, (rig, where) => {
      expect(
        rig.world.shifts.map(({ zone }) => zone),
        where,
      ).toEqual(['eu-west-1a', 'eu-west-1a']);
    });
  });

  it('I-13: and of a repair: the records are as deployed', async () => {
    const begin = async () => {
      const rig = setUp();
      await rig.run();
      const lost = rig.world.records.shift()!;
      rig.clock.advance(310_000);
      await rig.run();
      rig.clock.advance(610_000);
      expect(lost.failover).toBe('PRIMARY');
      return rig;
    };
    await everywhere(begin, { event: SCHEDULE, calls: 'apply', minutes: 75 }, (rig, where) => {
      expect(rig.world.records, where).toHaveLength(4);
    });
  });

  it('I-30: no repair while nobody tells how the targets are: silence is not quiet', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.records.shift();
    for (const zone of ZONES) rig.world.silent.add(zone);
    await rig.minutes(30);
    expect(rig.world.of('repair')).toEqual([]);
    rig.world.silent.clear();
    await rig.minutes(75);
    expect(rig.world.records).toHaveLength(4);
  });

  it('I-11: the same event many times, in any order, gives the effects of one', async () => {
    const rig = await setUpHung();
    const events = [SCHEDULE, streamEvent(), alarmEvent('understudy-demo-target-unreachable'), {}];
    for (const event of [...events, ...events.toReversed()]) await rig.run(event);
    expect(rig.world.of('deregister')).toEqual([rig.world.id(0), rig.world.id(0)]);
    expect(rig.ledger()).toEqual(['deregister done']);
  });

  it('I-08: evidence that grows old between the plan and the call stops the call', async () => {
    const rig = await setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.advance(11_000);
    };
    expect((await rig.run(streamEvent(), process)).summary).toContain('not called: the evidence is');
    expect(rig.world.of('deregister')).toEqual([]);
  });

  it('I-08: what counts is when the probers saw it, not when it was read', async () => {
    const rig = await setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.advance(9900);
    };
    expect((await rig.run(streamEvent(), process)).summary).toContain('the evidence is 10100 ms old');
    expect(rig.world.of('deregister')).toEqual([]);
  });

  it('I-32: a wall clock that steps stops the call', async () => {
    const rig = await setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.wallMs += 2500;
    };
    await rig.run(streamEvent(), process);
    expect(rig.world.of('deregister')).toEqual([]);
  });

  it('I-07, I-12: a run that was overtaken stops: its writes are refused and it calls nothing', async () => {
    const rig = await setUpHung();
    rig.front.targets = { ...rig.front.targets!, epoch: 99 };
    expect((await rig.run(streamEvent())).summary).toContain('overtaken');
    expect(rig.world.of('deregister')).toEqual([]);
  });

  it('two runs at once: the second does nothing while the first holds the lease', async () => {
    const rig = await setUpHung();
    const process = new Process();
    const reports: unknown[] = [];
    process.onCall = async (name) => {
      if (name !== 'deregister' || reports.length > 0) return;
      reports.push(null);
      reports.push(await rig.run(streamEvent()));
    };
    await rig.run(streamEvent(), process);
    expect(reports[1]).toMatchObject({ ran: false });
  });

  it('F-16: a deregistration whose answer never came is looked at, and not repeated where it took effect', async () => {
    const rig = await setUpHung();
    rig.world.answer = (api) => {
      if (api !== 'deregister') return null;
      for (const group of rig.world.groups.values()) group.delete(rig.world.tasks[0]!.address);
      return { outcome: 'unknown', code: 'TimeoutError' };
    };
    await rig.run(streamEvent());
    await rig.minutes(2);
    expect(rig.world.of('deregister')).toHaveLength(2);
    expect(rig.ledger()).toEqual(['deregister done']);
  });

  it('F-16: one that AWS throttles is asked for again after a pause, not at every turn', async () => {
    const rig = await setUpHung();
    let calls = 0;
    rig.world.answer = () => {
      calls += 1;
      return { outcome: 'refused', code: 'Throttling', conflict: false, retryable: true };
    };
    await rig.run(streamEvent());
    expect(calls).toBeLessThanOrEqual(8);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([]);
    rig.world.answer = null;
    await rig.minutes(1);
    expect(rig.world.stands(0)).toBe(0);
  });

  it('SEC-01: a call that is denied is told once, and waits for the right and a person', async () => {
    const rig = await setUpHung();
    let calls = 0;
    rig.world.answer = () => {
      calls += 1;
      return { outcome: 'refused', code: 'AccessDenied', conflict: false, retryable: false };
    };
    await rig.run(streamEvent());
    await rig.minutes(3);
    expect(calls).toBe(2);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([1, 1]);
    const [denied] = [...rig.store.ledger.values()];
    const acknowledged = { by: 'ana', why: 'the right is back', at: rig.clock.now() };
    rig.store.ledger.set(denied!.id, { ...denied!, acknowledged });
    rig.world.answer = null;
    await rig.minutes(1);
    expect(rig.world.stands(0)).toBe(0);
  });

  it('I-30: while the balancers cannot be asked nothing is called and nobody is forgotten', async () => {
    const rig = await setUpHung();
    rig.world.away.add('elb');
    expect((await rig.run(streamEvent())).summary).not.toContain('deregister 10');
    expect(rig.world.calls).toEqual([]);
    expect(rig.front.targets?.targets).toHaveLength(3);
  });

  it('F-40: a store that cannot be reached means no action', async () => {
    const rig = await setUpHung();
    rig.store.readControl = () => Promise.reject(new Error('the table is away'));
    await expect(rig.run(streamEvent())).rejects.toThrow('the table is away');
    expect(rig.world.calls).toEqual([]);
  });
});
