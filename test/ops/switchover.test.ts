import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../core/ports/index.ts';
import { createHandler as failoverHandler } from '../../lambdas/write-failover/handler.ts';
import { WRITER_LEASE } from '../../lambdas/shared/contract.ts';
import { switchover, type SwitchoverPorts, type SwitchoverResult } from '../../ops/switchover.ts';
import { ledgerItem } from '../core/database/fixtures.ts';
import { VirtualClock } from '../lambdas/fakes/clock.ts';
import {
  controlOf,
  invocation,
  MemoryStore,
  Process,
  RecordedMetrics,
  settingsOf,
  SILENT,
  wakeEvent,
} from '../lambdas/fakes/process.ts';
import { CLUSTER, ENV, World, ZONES } from '../lambdas/fakes/world.ts';

const FAILOVER = 'write-failover';

function setUp() {
  const clock = new VirtualClock();
  const world = new World(clock);
  const store = new MemoryStore(world);
  const said: string[] = [];
  const stop = new AbortController();
  const ask = (to: string | null = 'db-2', ports: Partial<SwitchoverPorts> = {}): Promise<SwitchoverResult> =>
    switchover(
      {
        clock,
        store,
        control: controlOf(world),
        history: async () => world.observations(ZONES),
        say: (line) => said.push(line),
        ...ports,
      },
      {
        deployment: {
          env: ENV,
          clusterId: CLUSTER,
          memberIds: world.members.map(({ id }) => id),
          zones: ZONES,
        },
        to,
        why: 'patch db-1',
        actor: 'arn:aws:iam::1:user/ana',
        holder: 'run-1',
        signal: stop.signal,
      },
    );
  /** The real controller, woken now. */
  const failover = () => {
    const ports = { clock, store, control: controlOf(world), metrics: new RecordedMetrics(), log: SILENT };
    return failoverHandler(ports, settingsOf(FAILOVER, world))(
      wakeEvent(FAILOVER),
      invocation(clock, FAILOVER),
    );
  };
  return { clock, world, store, said, stop, ask, failover };
}

type Rig = ReturnType<typeof setUp>;

describe('a switchover', () => {
  it('calls once, for the member that was named, and waits until everybody names it', async () => {
    const rig = setUp();
    const result = await rig.ask('db-3');
    expect(result).toMatchObject({ state: 'switched', from: 'db-1', to: 'db-3', after: 'db-3' });
    expect(rig.world.failovers.map(({ target }) => target)).toEqual(['db-3']);
    expect(result).toMatchObject({ writerSeenMs: expect.any(Number), callMs: 0 });
    expect(result.state === 'switched' && result.writerSeenMs!).toBeGreaterThanOrEqual(2000);
  });

  it('I-36: leaves a record with actor, why, before, after, epoch and steps, and gives the lease back', async () => {
    const rig = setUp();
    await rig.ask();
    expect([...rig.store.ledger.values()]).toEqual([
      expect.objectContaining({
        function: 'switchover',
        state: 'done',
        actor: 'arn:aws:iam::1:user/ana',
        reason: expect.stringContaining('patch db-1'),
        before: 'db-1',
        after: 'db-2',
        epoch: 1,
        steps: [
          expect.objectContaining({ call: 'rds:FailoverDBCluster', target: 'db-2', outcome: 'accepted' }),
          expect.objectContaining({ name: 'confirm', outcome: 'done' }),
        ],
      }),
    ]);
    expect(rig.store.leases.get(WRITER_LEASE.name)!.until).toBeLessThan(rig.clock.now());
  });

  it.each([
    ['unknown-target', 'db-9', () => undefined],
    ['target-is-writer', 'db-1', () => undefined],
    ['target-lagging', 'db-2', (rig: Rig): unknown => (rig.world.member('db-2').lagMs = 60_000)],
    ['target-unhealthy', 'db-2', (rig: Rig): unknown => (rig.world.hang('db-2'), rig.clock.advance(4000))],
    ['aws-acting', 'db-2', (rig: Rig): unknown => (rig.world.statusOverride = 'modifying')],
    [
      'aws-unknown',
      'db-2',
      (rig: Rig): unknown =>
        (rig.world.describe = () => {
          throw new Error('throttled');
        }),
    ],
    [
      'recovery-unfinished',
      'db-2',
      (rig: Rig): unknown =>
        rig.store.ledger.set('x', ledgerItem({ id: 'x', clusterId: CLUSTER, state: 'waiting' })),
    ],
  ] as const)('is refused (%s), and then nothing is called, written or held', async (cause, to, spoil) => {
    const rig = setUp();
    spoil(rig);
    const before = rig.store.ledger.size;
    expect(await rig.ask(to)).toMatchObject({ state: 'refused', cause });
    expect(rig.world.failovers).toEqual([]);
    expect(rig.store.ledger.size).toBe(before);
    expect(rig.store.leases.get(WRITER_LEASE.name)!.until).toBeLessThan(rig.clock.now());
  });

  it('I-12: is refused while write-failover holds the lease, and waits for it a moment first', async () => {
    const rig = setUp();
    const lease = { name: WRITER_LEASE.name, now: rig.clock.now() };
    await rig.store.acquireLease({ ...lease, holder: 'an invocation', ms: 60_000 });
    expect(await rig.ask()).toMatchObject({ state: 'refused', cause: 'lease-held' });
    expect(rig.world.failovers).toEqual([]);
    await rig.store.takeLease({ ...lease, now: rig.clock.now(), holder: 'an invocation', ms: 3000 });
    expect(await rig.ask()).toMatchObject({ state: 'switched' });
  });

  it('F-16: a refusal by AWS ends it, and it is not tried again', async () => {
    const rig = setUp();
    let calls = 0;
    rig.world.failover = (): CallOutcome => {
      calls += 1;
      return { outcome: 'refused', code: 'InvalidDBClusterStateFault', conflict: true, retryable: true };
    };
    expect(await rig.ask()).toMatchObject({ state: 'failed', after: null });
    expect(calls).toBe(1);
    expect([...rig.store.ledger.values()].map(({ state }) => state)).toEqual(['aborted']);
  });

  it('F-16: a lost answer is looked at, and not called for again', async () => {
    const rig = setUp();
    const failover = rig.world.failover.bind(rig.world);
    rig.world.failover = (target): CallOutcome => {
      failover(target);
      throw new Error('socket hang up');
    };
    expect(await rig.ask()).toMatchObject({ state: 'switched', after: 'db-2' });
    expect(rig.world.failovers).toHaveLength(1);
  });

  it('F-16: a call without effect is given up, and leaves nothing open', async () => {
    const rig = setUp();
    rig.world.failover = () => ({ outcome: 'unknown', code: 'TimeoutError' });
    expect(await rig.ask()).toMatchObject({ state: 'failed', after: 'db-1' });
    expect([...rig.store.ledger.values()].map(({ state }) => state)).toEqual(['aborted']);
    rig.world.failover = World.prototype.failover.bind(rig.world);
    expect(await rig.ask()).toMatchObject({ state: 'switched' });
  });

  it('I-07, I-08: suspended before the call, it wakes up and calls nothing', async () => {
    const rig = setUp();
    const process = new Process();
    process.onCall = async (name) => {
      if (name === 'appendLedger') rig.clock.advance(120_000);
    };
    expect(await rig.ask('db-2', { store: process.wrap(rig.store) })).toMatchObject({ cause: 'overtaken' });
    expect(rig.world.failovers).toEqual([]);
    expect([...rig.store.ledger.values()].map(({ state }) => state)).toEqual(['aborted']);
  });

  it('interrupted before the call changes nothing; after it, says so and leaves nothing open', async () => {
    const early = setUp();
    early.stop.abort();
    expect(await early.ask()).toMatchObject({ state: 'refused', cause: 'interrupted' });
    expect(early.world.failovers).toEqual([]);
    const late = setUp();
    const failover = late.world.failover.bind(late.world);
    late.world.failover = (target) => {
      late.stop.abort();
      return failover(target);
    };
    expect(await late.ask()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('interrupted'),
    });
    expect([...late.store.ledger.values()].map(({ state }) => state)).toEqual(['aborted']);
  });

  it('F-18: killed before or after any of its calls, the next one closes it and goes on', async () => {
    const counting = new Process();
    const whole = setUp();
    await whole.ask('db-2', {
      store: counting.wrap(whole.store),
      control: counting.wrap(controlOf(whole.world)),
    });
    expect(counting.calls).toBeGreaterThan(10);
    for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
      for (const killWhen of ['before', 'after'] as const) {
        const rig = setUp();
        const process = Object.assign(new Process(), { killAt, killWhen });
        const control = process.wrap(controlOf(rig.world));
        await rig.ask('db-2', { store: process.wrap(rig.store), control }).catch(() => undefined);
        rig.clock.advance(61_000);
        rig.world.settle();
        const where = `${killWhen} call ${killAt} (${counting.names[killAt - 1]})`;
        expect(await rig.ask('db-3'), where).toMatchObject({ state: 'switched', after: 'db-3' });
        const states = [...rig.store.ledger.values()].map(({ state }) => state);
        expect(
          states.every((state) => state === 'done' || state === 'aborted'),
          where,
        ).toBe(true);
      }
    }
  });
});

describe('write-failover beside a switchover', () => {
  it('I-12: does nothing while one runs, though the writer is gone', async () => {
    const rig = setUp();
    const reports: string[] = [];
    const failover = rig.world.failover.bind(rig.world);
    rig.world.failover = (target) => {
      const outcome = failover(target);
      rig.world.hang('db-1');
      return outcome;
    };
    const control = controlOf(rig.world);
    const result = await rig.ask('db-2', {
      control: {
        ...control,
        describe: async (clusterId) => {
          if (rig.world.failovers.length === 1 && reports.length === 0) {
            reports.push('');
            reports[0] = (await rig.failover()).summary;
          }
          return control.describe(clusterId);
        },
      },
    });
    expect(result.state).toBe('switched');
    expect(reports).toEqual(['another invocation holds the lease']);
    expect(rig.world.failovers).toHaveLength(1);
  });

  it('holds off for a young failover right after one', async () => {
    const rig = setUp();
    await rig.ask('db-2');
    rig.world.hang('db-2');
    rig.clock.advance(9000);
    expect((await rig.failover()).summary).toContain('young-failover');
    expect(rig.world.failovers).toHaveLength(1);
  });

  it('I-10: heals a genuine loss after that hold: a switchover starts no cooldown', async () => {
    const rig = setUp();
    await rig.ask('db-2');
    rig.world.hang('db-2');
    for (let turn = 0; turn < 8; turn += 1) {
      rig.clock.advance(9000);
      await rig.failover();
    }
    expect(rig.world.failovers.map(({ target }) => target)).toEqual([
      'db-2',
      expect.stringMatching(/db-[13]/),
    ]);
    expect(rig.world.writer).not.toBe('db-2');
    const functions = [...rig.store.ledger.values()].map((item) => item.function);
    expect(functions).toEqual(['switchover', 'write-failover']);
  });

  it('I-10: is still held back by a failover of its own', async () => {
    const rig = setUp();
    rig.world.hang('db-1');
    rig.clock.advance(9000);
    await rig.failover();
    rig.clock.advance(60_000);
    expect((await rig.ask(rig.world.writer === 'db-2' ? 'db-3' : 'db-2')).state).toBe('switched');
    rig.world.hang(rig.world.writer);
    for (let turn = 0; turn < 8; turn += 1) {
      rig.clock.advance(9000);
      await rig.failover();
    }
    expect(rig.world.failovers).toHaveLength(2);
    expect((await rig.failover()).summary).toContain('cooldown');
  });
});
