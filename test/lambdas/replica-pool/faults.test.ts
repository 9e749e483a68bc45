import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../lambdas/replica-pool/contract.ts';
import { Killed, observationEvent, Process } from '../fakes/process.ts';
import { setUp, minutes } from './rig.ts';

describe('replica-pool under faults', () => {
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
