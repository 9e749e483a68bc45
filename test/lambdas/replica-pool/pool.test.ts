import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../lambdas/replica-pool/contract.ts';
import { alarmEvent, Process } from '../fakes/process.ts';
import { setUp, minutes } from './rig.ts';

describe('replica-pool', () => {
  it('publishes every reader at first', async () => {
    const rig = setUp();
    await rig.run();
    expect(rig.states()).toEqual({ 'db-2': 'in', 'db-3': 'in' });
    expect(rig.metrics.values(METRIC.readersIn)).toContain(2);
  });

  it('writes no metric while the pool stays as it is and has enough: it would cost without telling anything', async () => {
    const rig = setUp();
    await rig.run();
    rig.metrics.groups.splice(0);
    await rig.run();
    expect(rig.metrics.groups).toEqual([]);
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
});
