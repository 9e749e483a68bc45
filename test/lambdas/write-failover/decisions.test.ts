import { describe, expect, it } from 'vitest';
import { alarmEvent, Process, wakeEvent } from '../fakes/process.ts';
import { NAME, setUp, heal } from './rig.ts';

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
});
