import { describe, expect, it } from 'vitest';
import { CLIENTS_FIRST_MS } from '../../../core/cache/controller/index.ts';
import { METRIC } from '../../../lambdas/cache-router/contract.ts';
import { DIMENSION } from '../../../lambdas/shared/contract.ts';
import { alarmEvent, Process, wakeEvent } from '../fakes/process.ts';
import { NAME, SCHEDULE, setUp, setUpHung, THRESHOLDS } from './rig.ts';

describe('cache-router', () => {
  it('does nothing to a cache that is whole, and writes down what it sees once', async () => {
    const rig = setUp();
    const first = await rig.run();
    expect(first).toMatchObject({ trigger: 'schedule', ran: true, turns: 1, summary: '3 of 3 zones vote' });
    const process = new Process();
    await rig.run(process);
    expect(process.names).not.toContain('putCacheShard');
    expect(process.names).not.toContain('describe');
    expect([...rig.cacheStore.shards.values()]).toHaveLength(4);
    expect(rig.cacheStore.shards.get('demo-cache-1')).toMatchObject({
      env: 'demo',
      cache: 'main',
      shard: 1,
      epoch: 1,
      row: { epoch: 4, state: 'serving' },
      awaySince: null,
      reachable: true,
    });
    expect(rig.ledger()).toEqual([]);
    // A metric that is not written costs nothing.
    expect(rig.metrics.groups).toEqual([]);
  });

  it.each([
    ['the schedule', SCHEDULE, 'schedule'],
    ['an alarm', alarmEvent('understudy-demo-shard-unreachable'), 'alarm'],
    ['the stream', wakeEvent(NAME), 'stream'],
    ['garbage', { hello: 'there' }, 'refused'],
  ])('%s: %o', async (_name, event, trigger) => {
    const report = await setUp().run(new Process(), event);
    expect(report).toMatchObject({ trigger, ran: trigger === 'schedule' || trigger === 'alarm' });
  });

  it('quarantines a shard that most zones cannot reach, by name and epoch, and writes it down', async () => {
    const rig = setUp();
    rig.world.hang(1);
    rig.world.deaf.add('eu-west-1c');
    rig.clock.advance(5000);
    const report = await rig.run();
    expect(rig.world.quarantines).toEqual([{ shard: 1, epoch: 4 }]);
    expect(report.summary).toContain('no reboot (reboot-after)');
    const [item] = [...rig.store.ledger.values()];
    expect(item).toMatchObject({
      clusterId: 'demo-cache',
      function: NAME,
      state: 'done',
      failure: 'shard-unreachable',
      memberId: 'demo-cache-1',
      mode: 'act',
      steps: [
        {
          name: 'quarantine',
          call: 'lambda:InvokeFunction',
          target: 'main/1 at epoch 4',
          outcome: 'accepted',
        },
      ],
    });
    expect(item!.reason).toContain('2 of 3 zones cannot reach it');
    expect(item!.evidence).toHaveLength(3);
    // It looks again, so that what is written down is true.
    expect(rig.cacheStore.shards.get('demo-cache-1')).toMatchObject({
      row: { epoch: 5, state: 'closed' },
      awaySince: expect.any(Number),
      reachable: false,
    });
    expect(rig.world.reboots).toEqual([]);
  });

  it('F-05, F-14: heals a process that hangs behind an open port: quarantine, one reboot by name, and it is back', async () => {
    const rig = setUp();
    rig.world.hang(1);
    await rig.minutes(4);
    expect(rig.world.reboots.map(({ id }) => id)).toEqual(['demo-cache-1']);
    await rig.minutes(3);
    expect(rig.ledger()).toEqual(['quarantine done', 'reboot done', 'readmit done']);
    const reboot = [...rig.store.ledger.values()][1]!;
    expect(reboot).toMatchObject({ after: 'life-2', memberId: 'demo-cache-1' });
    expect(reboot.steps).toMatchObject([
      { call: 'elasticache:RebootCacheCluster', target: 'demo-cache-1-001/0001', outcome: 'accepted' },
    ]);
    expect(rig.world.shard(1).row.state).toBe('serving');
    await rig.minutes(5);
    expect(rig.world.reboots).toHaveLength(1);
  });

  it('the clients open a shard that is back: nobody is asked to', async () => {
    const rig = setUp();
    rig.world.hang(1);
    await rig.minutes(2);
    rig.world.heal(1);
    rig.world.openAll();
    await rig.minutes(3);
    expect(rig.ledger()).toEqual(['quarantine done']);
    expect(rig.world.readmissions).toEqual([]);
  });

  it('a shard that nobody looks after is readmitted once the clients have had their time', async () => {
    const rig = setUp();
    rig.world.move(2, 'closed');
    await rig.minutes(1);
    expect(rig.world.readmissions).toEqual([]);
    rig.clock.advance(CLIENTS_FIRST_MS);
    await rig.run();
    expect(rig.world.readmissions).toEqual([2]);
    expect(rig.ledger()).toEqual(['readmit done']);
  });

  it('a readmission that comes to nothing is not asked for at every turn', async () => {
    const rig = setUp();
    rig.world.move(2, 'closed');
    rig.world.ledgerPort.readmit = async ({ shard }) => {
      rig.world.readmissions.push(shard);
      return { outcome: 'refused', code: 'row-is-closed', conflict: true, retryable: true };
    };
    await rig.minutes(12);
    expect(rig.world.readmissions).toEqual([2, 2]);
    expect(rig.ledger()).toEqual(['readmit aborted', 'readmit aborted']);
    expect(rig.metrics.values(METRIC.recoveryFailed)).toEqual([]);
  });

  it('tells for how long a shard has been away, and that it is too long; of one that serves, nothing', async () => {
    const rig = setUp();
    rig.world.move(2, 'closed');
    await rig.run();
    rig.clock.advance(THRESHOLDS['quarantined-ms'] + 1);
    rig.metrics.groups.splice(0);
    await rig.run();
    const of = (id: string) =>
      rig.metrics.groups.find(({ dimensions }) => dimensions[DIMENSION.shard] === id)?.values ?? [];
    expect(of('demo-cache-2').map(({ name, value }) => [name, value])).toEqual([
      [METRIC.shardQuarantined, 1],
      [METRIC.shardQuarantinedMs, expect.any(Number)],
    ]);
    expect(of('demo-cache-2')[1]!.value).toBeGreaterThan(THRESHOLDS['quarantined-ms']);
    expect(of('demo-cache-1')).toEqual([]);
  });

  it('a cache that is AWS to heal is not rebooted', async () => {
    const rig = setUpHung();
    rig.world.hasAutomaticFailover = true;
    expect((await rig.run()).summary).toContain('aws-fails-over');
    await rig.minutes(10);
    expect(rig.world.reboots).toEqual([]);
  });

  it('one hung shard after the other, and no more than the limit allows', async () => {
    const rig = setUp(8);
    for (const shard of [1, 2, 3]) rig.world.hang(shard);
    await rig.minutes(12);
    expect(rig.world.reboots.map(({ id }) => id)).toEqual(['demo-cache-1', 'demo-cache-2']);
    const [first, second] = rig.world.reboots;
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(40_000);
    await rig.minutes(30);
    expect(rig.world.reboots.map(({ id }) => id)).toEqual(['demo-cache-1', 'demo-cache-2', 'demo-cache-3']);
  });

  it('I-06: nothing is done to a cache of which everything looks away', async () => {
    const rig = setUp();
    for (const shard of [0, 1, 2, 3]) rig.world.hang(shard);
    await rig.minutes(10);
    expect([rig.world.quarantines, rig.world.reboots, rig.ledger()]).toEqual([[], [], []]);
  });
});

describe('mode and pause', () => {
  const CALLS = /^(quarantine|readmit|reboot)$/;

  it.each(['cache', 'all'])('a hold on %s that is set at any moment stops every later call', async (tier) => {
    const counting = new Process();
    await setUpHung().run(counting);
    const lastCall = counting.names.findLastIndex((name) => CALLS.test(name));
    expect(lastCall).toBeGreaterThan(0);
    for (let moment = 0; moment <= lastCall; moment += 1) {
      const rig = setUpHung();
      const process = new Process();
      const asked: string[] = [];
      process.onCall = async (name) => {
        if (asked.length === moment) rig.set({ paused: true }, tier);
        asked.push(name);
      };
      await rig.run(process);
      // The pause is two reads side by side, right before the call: between them and the call nothing else happens.
      const unread = asked[moment] === 'readControl' ? moment + 2 : moment;
      const late = asked.filter((name, at) => at > unread && CALLS.test(name));
      expect(late, `hold before call ${moment} (${asked[moment]})`).toEqual([]);
    }
  });

  it('a hold on another tier holds nothing here', async () => {
    const rig = setUpHung();
    rig.set({ paused: true }, 'database');
    await rig.run();
    expect(rig.world.reboots).toHaveLength(1);
  });

  it('mode observe: says once what it would do, and does nothing', async () => {
    const rig = setUpHung();
    rig.world.move(2, 'serving');
    rig.set({ mode: 'observe' });
    const { summary } = await rig.run();
    await rig.minutes(3);
    expect(summary).toContain('would reboot demo-cache-1 (mode observe)');
    expect([rig.world.reboots, rig.world.quarantines, rig.world.readmissions]).toEqual([[], [], []]);
    expect(rig.ledger()).toEqual(['reboot observed']);
    const [observed] = [...rig.store.ledger.values()];
    expect(observed!.steps.map(({ outcome }) => outcome)).toEqual(['skipped']);
  });

  it('mode off: does nothing and writes nothing down but what it sees', async () => {
    const rig = setUpHung();
    rig.set({ mode: 'off' });
    expect((await rig.run()).summary).toContain('the mode is off');
    expect([rig.world.reboots, rig.ledger()]).toEqual([[], []]);
  });

  it('SEC-21: a hold whose end has come holds no longer', async () => {
    const rig = setUpHung();
    rig.set({ paused: true, until: rig.clock.now() + 60_000 });
    expect((await rig.run()).summary).toContain('paused by ana');
    expect(rig.ledger()).toEqual([]);
    rig.clock.advance(60_001);
    await rig.run();
    expect(rig.world.reboots).toHaveLength(1);
  });
});
