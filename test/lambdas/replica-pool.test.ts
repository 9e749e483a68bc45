import { describe, expect, it } from 'vitest';
import { METRIC } from '../../lambdas/replica-pool/contract.ts';
import { createHandler, type PoolReport } from '../../lambdas/replica-pool/handler.ts';
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

const NAME = 'replica-pool';

function setUp(readers = 2) {
  const clock = new VirtualClock();
  const world = new World(clock, readers);
  const store = new MemoryStore(world);
  const metrics = new RecordedMetrics();
  const run = (process = new Process(), event: unknown = observationEvent()): Promise<PoolReport> => {
    const ports = {
      clock,
      store: process.wrap(store),
      control: process.wrap(controlOf(world)),
      metrics,
      log: SILENT,
    };
    const settings = { ...settingsOf(NAME, world), endpointId: 'understudy-demo-readers' };
    return createHandler(ports, settings)(event, invocation(clock, NAME));
  };
  const states = (): Record<string, string> =>
    Object.fromEntries(Object.entries(store.pool?.members ?? {}).map(([id, { state }]) => [id, state]));
  return { clock, world, store, metrics, run, states };
}

async function minutes(rig: ReturnType<typeof setUp>, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    await rig.run(new Process(), wakeEvent(NAME));
    rig.clock.advance(60_000);
  }
}

describe('replica-pool', () => {
  it('publishes every reader at first', async () => {
    const rig = setUp();
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
    expect(rig.metrics.values(METRIC.readersIn)).toContain(2);
  });

  it('takes a reader that two probers call failed out, and excludes it from the custom endpoint', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'out', 'db-3': 'in' });
    expect(rig.world.excluded).toEqual(['db-2']);
    const item = [...rig.store.ledger.values()].find(({ memberId }) => memberId === 'db-2')!;
    expect(item).toMatchObject({ state: 'done', failure: 'reader-unreachable', before: 'db-2=in db-3=in' });
    expect(item.steps.map(({ call, target, outcome }) => [call, target, outcome])).toEqual([
      ['dynamodb:PutItem', 'pool#demo-cluster', 'accepted'],
      ['rds:ModifyDBClusterEndpoint', 'understudy-demo-readers', 'accepted'],
    ]);
  });

  it('brings it back only after return-hold-ms of health, and the endpoint follows', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    await rig.run();
    rig.world.heal('db-2');
    const healedAt = rig.clock.now();
    await rig.run();
    await minutes(rig, 3);
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
    expect(rig.store.pool!.members['db-2']!.since - healedAt).toBeGreaterThanOrEqual(10_000);
    expect(rig.world.excluded).toEqual([]);
  });

  it('I-03: edits the custom endpoint at most once in 60 s, however the readers flap', async () => {
    const rig = setUp(4);
    await rig.run();
    for (let turn = 0; turn < 60; turn += 1) {
      const id = `db-${2 + (turn % 4)}`;
      rig.world.hang(id);
      rig.clock.advance(4000);
      await rig.run();
      rig.world.heal(id);
      rig.clock.advance(8000);
      await rig.run();
      expect(rig.world.excluded.length).toBeLessThan(4);
    }
    expect(rig.world.edits.length).toBeGreaterThan(2);
    for (let i = 1; i < rig.world.edits.length; i += 1) {
      expect(rig.world.edits[i]!.at - rig.world.edits[i - 1]!.at).toBeGreaterThanOrEqual(60_000);
    }
  });

  it('I-06: one prober alone removes nobody, and with a client it does', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.hang('db-2');
    rig.world.deaf = new Set(['eu-west-1b', 'eu-west-1c']);
    rig.clock.advance(3500);
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
    rig.world.outcomes = [
      {
        kind: 'outcome',
        application: 'shop',
        processId: 'p1',
        at: rig.clock.now(),
        windowMs: 5000,
        members: { 'db-2': { ok: 0, errors: 9 } },
        writes: { ok: 10, errors: 0 },
      },
    ];
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'out', 'db-3': 'in' });
  });

  it('I-04: fails open when every reader is called failed, and says so', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.hang('db-2');
    rig.world.hang('db-3');
    rig.clock.advance(3500);
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
    expect(rig.store.pool!.failOpen).toBe(true);
    expect(rig.metrics.values(METRIC.readersLow).at(-1)).toBe(1);
  });

  it('I-06: blind probers remove nobody', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.hang('db-2');
    rig.world.blind = new Set(['eu-west-1a', 'eu-west-1b']);
    rig.clock.advance(3500);
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
  });

  it('keeps the pool when the RDS API refuses everything', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.describe = () => {
      throw new Error('AccessDenied');
    };
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'out', 'db-3': 'in' });
  });

  it('SEC-01: an edit that is denied is told and not made again, and the pool itself is kept', async () => {
    const rig = setUp();
    await rig.run();
    let asked = 0;
    rig.world.setExcluded = () => {
      asked += 1;
      return { outcome: 'refused', code: 'AccessDenied', conflict: false, retryable: false };
    };
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    await minutes(rig, 30);
    expect(rig.states()).toEqual({ 'db-2': 'out', 'db-3': 'in' });
    expect(asked).toBe(1);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([1]);
    const denied = [...rig.store.ledger.values()].find(({ steps }) =>
      steps.some((s) => s.name === 'endpoint'),
    );
    expect(denied).toMatchObject({
      state: 'aborted',
      steps: [
        { name: 'publish', outcome: 'accepted' },
        { outcome: 'refused', detail: 'AccessDenied' },
      ],
    });
    rig.world.heal('db-2');
    await minutes(rig, 5);
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
    await minutes(rig, 90);
    expect([...rig.store.ledger.values()].filter(({ state }) => state === 'planned')).toEqual([]);
  });

  it('a throttled edit is made again when it is due', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.setExcluded = () => {
      rig.world.setExcluded = null;
      return { outcome: 'refused', code: 'Throttling', conflict: false, retryable: true };
    };
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    await minutes(rig, 3);
    expect(rig.world.excluded).toEqual(['db-2']);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([]);
  });

  it('follows a promotion: the new writer leaves, the old one returns slowly, the pool is never empty', async () => {
    const rig = setUp(1);
    await rig.run();
    rig.world.writer = 'db-2';
    await rig.run();
    expect(rig.states()).toEqual({ 'db-1': 'in' });
    const three = setUp(2);
    await three.run();
    three.world.writer = 'db-2';
    await three.run(new Process(), alarmEvent());
    expect(three.states()).toMatchObject({ 'db-3': 'in' });
    await minutes(three, 2);
    expect(three.states()).toEqual({ 'db-1': 'in', 'db-3': 'in' });
  });

  it('does nothing while paused, off, or for an event that is not for it', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    const control = { kind: 'control' as const, by: 'ana', why: '', at: 0 };
    rig.store.controls.set('all', { ...control, mode: null, paused: true });
    await rig.run();
    rig.store.controls.set('all', { ...control, mode: 'off', paused: false });
    await rig.run();
    rig.store.controls.clear();
    await rig.run(new Process(), { source: 'aws.rds' });
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
  });

  it('I-12: refuses a publication that comes late, once another invocation has decided to keep the pool', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.hang('db-2');
    rig.clock.advance(10_000);
    const first = new Process();
    first.onCall = (name) => {
      if (name === 'putPool') first.killAt = first.calls + 1;
      return Promise.resolve();
    };
    await expect(rig.run(first)).rejects.toBeInstanceOf(Killed);
    const [late] = rig.store.ledger.values().toArray().slice(-1);
    expect(late!.state).toBe('acting');
    rig.world.heal('db-2');
    rig.clock.advance(60_001);
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
    const members = { ...rig.store.pool!.members, 'db-2': { state: 'out' as const, since: 0 } };
    expect(await rig.store.putPool({ ...rig.store.pool!, members, epoch: late!.epoch })).toBe(false);
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
  });

  it('I-13: killed before or after any external call, the pool and the endpoint get there', async () => {
    const prepare = async (): Promise<ReturnType<typeof setUp>> => {
      const rig = setUp();
      await rig.run();
      rig.world.hang('db-2');
      rig.clock.advance(3500);
      return rig;
    };
    const counting = new Process();
    await (await prepare()).run(counting);
    expect(counting.calls).toBeGreaterThan(15);
    for (let killAt = 1; killAt <= counting.calls; killAt += 1) {
      for (const killWhen of ['before', 'after'] as const) {
        const rig = await prepare();
        const process = Object.assign(new Process(), { killAt, killWhen });
        await rig.run(process).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        rig.clock.advance(60_000);
        await minutes(rig, 4);
        const where = `${killWhen} call ${killAt} (${counting.names[killAt - 1]})`;
        expect(rig.states(), where).toEqual({ 'db-2': 'out', 'db-3': 'in' });
        expect(rig.world.excluded, where).toEqual(['db-2']);
        const states = [...rig.store.ledger.values()].map(({ state }) => state);
        expect(
          states.every((state) => state === 'done' || state === 'aborted'),
          where,
        ).toBe(true);
      }
    }
  });

  it('I-07, I-12: paused while another publishes, it writes nothing with its old epoch', async () => {
    for (const pausedAt of ['putPool', 'updateLedger', 'appendLedger', 'recentLedger']) {
      const rig = setUp();
      await rig.run();
      rig.world.hang('db-2');
      rig.clock.advance(3500);
      const process = new Process();
      let paused = false;
      process.onCall = async (name) => {
        if (name !== pausedAt || paused) return;
        paused = true;
        rig.clock.advance(120_000);
        rig.world.heal('db-2');
        await minutes(rig, 2);
      };
      await rig.run(process);
      await minutes(rig, 2);
      expect(rig.store.epochs, pausedAt).toEqual(rig.store.epochs.toSorted((a, b) => a - b));
      expect(rig.states(), pausedAt).toEqual({ 'db-2': 'in', 'db-3': 'in' });
    }
  });

  it('I-11, I-34: a thousand duplicates change nothing more and cause no wake', async () => {
    const rig = setUp();
    await rig.run();
    rig.world.hang('db-2');
    rig.clock.advance(3500);
    await rig.run();
    const written = rig.store.epochs.length;
    for (let i = 0; i < 1000; i += 1) await rig.run(new Process(), observationEvent());
    expect(rig.store.epochs.length).toBe(written);
    expect(rig.world.edits).toHaveLength(1);
    expect(rig.store.wakes).toEqual([]);
  });
});
