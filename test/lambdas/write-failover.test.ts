import { describe, expect, it } from 'vitest';
import { createHandler, type FailoverReport } from '../../lambdas/write-failover/handler.ts';
import { METRIC } from '../../lambdas/write-failover/contract.ts';
import { VirtualClock } from './fakes/clock.ts';
import {
  alarmEvent,
  controlOf,
  invocation,
  Killed,
  MemoryStore,
  observationEvent,
  Process,
  RecordedMetrics,
  settingsOf,
  SILENT,
  wakeEvent,
} from './fakes/process.ts';
import { World } from './fakes/world.ts';

const NAME = 'write-failover';

function setUp(readers = 2) {
  const clock = new VirtualClock();
  const world = new World(clock, readers);
  const store = new MemoryStore(world);
  const metrics = new RecordedMetrics();
  const run = (process = new Process(), event: unknown = observationEvent()): Promise<FailoverReport> => {
    const ports = {
      clock,
      store: process.wrap(store),
      control: process.wrap(controlOf(world)),
      metrics,
      log: SILENT,
    };
    return createHandler(ports, settingsOf(NAME, world))(event, invocation(clock, NAME));
  };
  return { clock, world, store, metrics, run };
}

/** Invocations as reconcile would wake them: one a minute, until the writer answers and nothing is open. */
async function heal(rig: ReturnType<typeof setUp>, minutes = 6): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await rig.run(new Process(), wakeEvent(NAME));
    rig.clock.advance(60_000);
    rig.world.settle();
  }
}

describe('write-failover', () => {
  it('promotes a healthy reader when the writer hangs, and confirms it by the next observation', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(3500);
    const report = await rig.run();
    expect(report.summary).toContain('done');
    expect(rig.world.failovers.map(({ target }) => target)).toEqual(['db-2']);
    const [item] = [...rig.store.ledger.values()];
    expect(item).toMatchObject({
      state: 'done',
      failure: 'writer-unreachable',
      before: 'db-1',
      after: 'db-2',
    });
    expect(item!.steps[0]).toMatchObject({
      call: 'rds:FailoverDBCluster',
      target: 'db-2',
      outcome: 'accepted',
    });
    expect(item!.evidence.length).toBeGreaterThanOrEqual(3);
  });

  it('holds off for gray-hold-ms first', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    const hungAt = rig.clock.now();
    rig.clock.advance(3500);
    await rig.run();
    // Three samples until the verdict, then the hold.
    expect(rig.world.failovers[0]!.at - hungAt).toBeGreaterThanOrEqual(3000 + 5000);
    expect(rig.world.failovers[0]!.at - hungAt).toBeLessThan(10_500);
  });

  it('leaves a dead process to AWS for managed-hold-ms', async () => {
    const rig = setUp();
    rig.world.hang('db-1', 'refused');
    rig.clock.advance(10_000);
    expect((await rig.run()).summary).toContain('managed-hold');
    expect(rig.world.failovers).toEqual([]);
    await heal(rig, 3);
    expect(rig.world.failovers).toHaveLength(1);
  });

  it('does nothing for an event that is not for it', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    for (const event of [
      {},
      null,
      wakeEvent('replica-pool'),
      { ...alarmEvent(), accountId: '999999999999' },
    ]) {
      expect(await rig.run(new Process(), event)).toMatchObject({ ran: false });
    }
    expect(rig.world.failovers).toEqual([]);
  });

  it('is woken by an alarm as well as by the stream', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    await rig.run(new Process(), alarmEvent());
    expect(rig.world.failovers).toHaveLength(1);
  });

  it.each([
    ['paused', { mode: null, paused: true }],
    ['off', { mode: 'off' as const, paused: false }],
  ])('calls nothing and records nothing while %s', async (_name, control) => {
    const rig = setUp();
    rig.store.controls.set('database', { kind: 'control', by: 'ana', why: 'drill', at: 0, ...control });
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    await rig.run();
    expect(rig.world.failovers).toEqual([]);
    expect(rig.store.ledger.size).toBe(0);
  });

  it('mode observe: writes down once what it would have done', async () => {
    const rig = setUp();
    rig.store.controls.set('database', {
      kind: 'control',
      by: 'ana',
      why: 'new',
      at: 0,
      mode: 'observe',
      paused: false,
    });
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    await rig.run();
    rig.clock.advance(5000);
    await rig.run();
    expect(rig.world.failovers).toEqual([]);
    expect([...rig.store.ledger.values()].map(({ state }) => state)).toEqual(['observed']);
  });

  it('I-08: evidence that grows old between the plan and the call stops the call', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.advance(11_000);
    };
    await rig.run(process);
    expect(rig.world.failovers).toEqual([]);
  });

  it('pause set between the intent and the call stops the call', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
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
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.wallMs += 2500;
    };
    await rig.run(process);
    expect(rig.world.failovers).toEqual([]);
  });

  it('I-10: a second failure within the cooldown is not failed over, an acknowledgement ends it', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    await rig.run();
    rig.clock.advance(120_000);
    rig.world.hang(rig.world.writer);
    rig.clock.advance(9000);
    expect((await rig.run()).summary).toContain('cooldown');
    const [item] = [...rig.store.ledger.values()];
    const acknowledged = { by: 'ana', why: 'looked at', at: rig.clock.now() };
    rig.store.ledger.set(item!.id, { ...item!, acknowledged });
    await rig.run();
    expect(rig.world.failovers).toHaveLength(2);
  });

  it('F-16: an outcome that is unknown is looked at, and not called again when it took effect', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
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
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
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
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
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
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
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
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    let calls = 0;
    rig.world.failover = () => {
      calls += 1;
      return { outcome: 'refused', code: 'AccessDenied', conflict: false, retryable: false };
    };
    await heal(rig, 121);
    expect(calls).toBe(3);
  });

  it('F-40: a store that cannot be reached means no action', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    rig.store.readControl = () => Promise.reject(new Error('the table is away'));
    await expect(rig.run()).rejects.toThrow('the table is away');
    expect(rig.world.failovers).toEqual([]);
  });

  it('I-13: killed before or after any of its external calls, it reaches the desired state by itself', async () => {
    const whole = setUp();
    whole.world.hang('db-1');
    whole.clock.advance(9000);
    const counting = new Process();
    await whole.run(counting);
    expect(counting.calls).toBeGreaterThan(12);
    for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
      for (const killWhen of ['before', 'after'] as const) {
        const rig = setUp();
        rig.world.hang('db-1');
        rig.clock.advance(9000);
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
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
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

  it.each([
    ['updateLedger', 180_000],
    ['describe', 180_000],
    ['appendLedger', 180_000],
    // In the call itself a process lives no longer than its hard time-out, and the lease outlives that.
    ['failover', 20_000],
  ])(
    'I-07, I-12: paused at %s for %i ms while another acts, it adds no failover',
    async (pausedAt, pauseMs) => {
      const rig = setUp();
      rig.world.hang('db-1');
      rig.clock.advance(9000);
      const process = new Process();
      let paused = false;
      process.onCall = async (name) => {
        if (name !== pausedAt || paused) return;
        paused = true;
        rig.clock.advance(pauseMs);
        await rig.run(new Process(), wakeEvent(NAME));
      };
      await rig.run(process);
      await heal(rig, 2);
      expect(paused).toBe(true);
      expect(rig.world.failovers).toHaveLength(1);
      const epochs = [...rig.store.ledger.values()].map(({ epoch }) => epoch);
      expect(Math.max(...epochs)).toBeLessThanOrEqual(rig.store.leases.get(NAME)!.token);
    },
  );

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
