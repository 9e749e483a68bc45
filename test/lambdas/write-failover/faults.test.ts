import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../lambdas/write-failover/contract.ts';
import { alarmEvent, Killed, observationEvent, Process, wakeEvent } from '../fakes/process.ts';
import { heal, NAME, setUp, setUpHung } from './rig.ts';

describe('write-failover under faults', () => {
  it('I-08: evidence that grows old between the plan and the call stops the call', async () => {
    const rig = setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.advance(11_000);
    };
    await rig.run(process);
    expect(rig.world.failovers).toEqual([]);
  });

  it('pause set between the intent and the call stops the call', async () => {
    const rig = setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name !== 'updateLedger') return;
      rig.store.controls.set('all', { kind: 'control', by: 'ana', why: '', at: 0, mode: null, paused: true });
    };
    const report = await rig.run(process);
    expect(report.summary).toContain('paused by ana');
    expect(rig.world.failovers).toEqual([]);
    expect([...rig.store.ledger.values()][0]).toMatchObject({ state: 'planned' });
  });

  it('I-32: a wall clock that steps stops the call', async () => {
    const rig = setUpHung();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.wallMs += 2500;
    };
    await rig.run(process);
    expect(rig.world.failovers).toEqual([]);
  });

  it('F-16: an outcome that is unknown is looked at, and not called again when it took effect', async () => {
    const rig = setUpHung();
    const process = new Process();
    const failover = rig.world.failover.bind(rig.world);
    rig.world.failover = (target) => {
      failover(target);
      return { outcome: 'unknown', code: 'TimeoutError' };
    };
    await rig.run(process);
    await heal(rig);
    expect(rig.world.failovers).toHaveLength(1);
    expect([...rig.store.ledger.values()].map(({ state }) => state)).toEqual(['done']);
  });

  it('F-16: an unknown outcome without effect is called again, at most three times in all', async () => {
    const rig = setUpHung();
    let calls = 0;
    rig.world.failover = () => {
      calls += 1;
      return { outcome: 'unknown', code: 'TimeoutError' };
    };
    await heal(rig, 12);
    expect(calls).toBe(3);
    expect([...rig.store.ledger.values()].map(({ state }) => state)).toEqual(['aborted']);
    expect(rig.metrics.values(METRIC.recoveryFailed).length).toBeGreaterThan(0);
  });

  it('a refusal for good ends the recovery and is reported', async () => {
    const rig = setUpHung();
    rig.world.failover = () => ({
      outcome: 'refused',
      code: 'AccessDenied',
      conflict: false,
      retryable: false,
    });
    await rig.run();
    expect([...rig.store.ledger.values()][0]).toMatchObject({ state: 'aborted' });
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([1]);
  });

  it('SEC-01: a call that is denied is not made again at every event, until a person has acknowledged it', async () => {
    const rig = setUpHung();
    const allowed = rig.world.failover.bind(rig.world);
    let calls = 0;
    rig.world.failover = () => {
      calls += 1;
      return { outcome: 'refused', code: 'AccessDenied', conflict: false, retryable: false };
    };
    for (const event of [observationEvent(), alarmEvent(), wakeEvent(NAME)]) {
      await rig.run(new Process(), event);
    }
    await heal(rig, 10);
    expect(calls).toBe(1);
    const [denied, ...others] = [...rig.store.ledger.values()];
    expect(others).toEqual([]);
    expect(denied).toMatchObject({
      state: 'aborted',
      steps: [{ call: 'rds:FailoverDBCluster', outcome: 'refused', detail: 'AccessDenied' }, {}],
    });
    expect((await rig.run()).summary).toContain(`give the role the right, then acknowledge ${denied!.id}`);
    rig.world.failover = allowed;
    const acknowledged = { by: 'ann', why: 'the right is back', at: rig.clock.now() };
    rig.store.ledger.set(denied!.id, { ...denied!, acknowledged });
    await heal(rig, 2);
    expect(rig.world.failovers).toHaveLength(1);
  });

  it('SEC-01: a call that was denied may be made again after the cooldown', async () => {
    const rig = setUpHung();
    let calls = 0;
    rig.world.failover = () => {
      calls += 1;
      return { outcome: 'refused', code: 'AccessDenied', conflict: false, retryable: false };
    };
    await heal(rig, 121);
    expect(calls).toBe(3);
  });

  it('F-40: a store that cannot be reached means no action', async () => {
    const rig = setUpHung();
    rig.store.readControl = () => Promise.reject(new Error('the table is away'));
    await expect(rig.run()).rejects.toThrow('the table is away');
    expect(rig.world.failovers).toEqual([]);
  });

  it('I-13: killed before or after any of its external calls, it reaches the desired state by itself', async () => {
    const whole = setUpHung();
    const counting = new Process();
    await whole.run(counting);
    expect(counting.calls).toBeGreaterThan(12);
    for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
      for (const killWhen of ['before', 'after'] as const) {
        const rig = setUpHung();
        const process = Object.assign(new Process(), { killAt, killWhen });
        await rig.run(process).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        rig.clock.advance(60_000);
        await heal(rig);
        const where = `${killWhen} call ${killAt} (${counting.names[killAt - 1]})`;
        expect(rig.world.failovers, where).toHaveLength(1);
        expect(rig.world.writer, where).not.toBe('db-1');
        const states = [...rig.store.ledger.values()].map(({ state }) => state);
        expect(
          states.every((state) => state === 'done' || state === 'aborted'),
          where,
        ).toBe(true);
      }
    }
  });

  it('I-11: the same event many times, in any order, gives the effects of one', async () => {
    const rig = setUpHung();
    const events = [
      wakeEvent(NAME),
      observationEvent('eu-west-1b'),
      alarmEvent(),
      observationEvent('eu-west-1a'),
    ];
    for (const event of [...events, ...events.toReversed()]) await rig.run(new Process(), event);
    expect(rig.world.failovers).toHaveLength(1);
    expect(rig.store.ledger.size).toBe(1);
  });

  it('F-14: a stale description that still names an old writer stops the call', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.world.describedWriter = 'db-3';
    rig.clock.advance(9000);
    expect((await rig.run()).summary).toContain('aws-disagrees');
    expect(rig.world.failovers).toEqual([]);
  });

  it.each([1, 2, 5, 7, 15, 60, 600])(
    'I-10, I-15, F-23: a writer flapping every %i s is failed over at most once a cooldown',
    async (periodS) => {
      const rig = setUp();
      const until = rig.clock.now() + 3_600_000;
      let down = false;
      for (let at = rig.clock.now(); at < until; at += periodS * 1000) {
        down = !down;
        if (down) rig.world.hang(rig.world.writer);
        else for (const { id } of rig.world.members) rig.world.heal(id);
        const waited = Math.max(0, periodS * 1000 - 100);
        const before = rig.clock.now();
        rig.clock.advance(Math.min(waited, 4000));
        await rig.run();
        const spent = rig.clock.now() - before;
        if (spent < periodS * 1000) rig.clock.advance(periodS * 1000 - spent);
        if (rig.clock.now() > until) break;
      }
      expect(rig.world.failovers.length).toBeLessThanOrEqual(2);
      const times = rig.world.failovers.map(({ at }) => at);
      for (let i = 1; i < times.length; i += 1) {
        expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(3_600_000);
      }
    },
  );
});
