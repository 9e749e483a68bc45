import { describe, expect, it } from 'vitest';
import { DIMENSION } from '../../../../lambdas/shared/contract.ts';
import { FUNCTIONS, ZONES } from '../../../../proving/sim/control/deployment.ts';
import { glimpse, recordOf } from '../../../../proving/sim/control/stream.ts';
import type { TableChange } from '../../../../proving/sim/control/table.ts';
import { START_MS } from '../../../../proving/sim/kernel/index.ts';
import { compilePattern } from '../../../../proving/twin/events/index.ts';
import { ledgerItem, observation } from '../../../core/database/fixtures.ts';
import { MEMBERS } from '../database/stage.ts';
import { plane, type PlaneOptions } from './stage.ts';

const MEMBER_IDS = MEMBERS.map(({ id }) => id);

function seen(at: number, changed: boolean, az: string = ZONES[0]) {
  const change = { at: START_MS + at, changed, env: 'demo' };
  return observation({ az, members: MEMBER_IDS, change });
}

const wake = (controller: string, at: number) =>
  ({ kind: 'wake', controller, at, by: 'test', why: 'test' }) as const;

describe('schedules', () => {
  it('run every prober and reconcile once a minute', async () => {
    const { until, to, deliveries } = plane();
    await until(190_000);
    for (const az of ZONES) {
      const own = to('health-check').filter((delivery) => delivery.az === az);
      expect(own.map(({ trigger }) => trigger.kind)).toEqual(Array(4).fill('schedule'));
      const gaps = own.slice(1).map(({ at }, index) => at - own[index]!.at);
      for (const gap of gaps) expect(Math.abs(gap - 60_000)).toBeLessThan(1000);
    }
    expect(to('reconcile')).toHaveLength(4);
    expect(deliveries.length).toBe(16);
  });

  it('F-17: drops, doubles and delays', async () => {
    const span = { from: START_MS, until: START_MS + 190_000 };
    const counts = async (effect: 'drop' | 'duplicate' | 'delay'): Promise<number> => {
      const fault = { id: 'F-17', source: 'schedule', effect, ms: 40_000, share: 1, ...span } as const;
      const { until, to, board } = plane({ faults: [fault] });
      await until(170_000);
      expect(board.faults[0]!.effective).toBe(true);
      return to('reconcile').length;
    };
    expect(await counts('drop')).toBe(0);
    expect(await counts('duplicate')).toBe(6);
    expect(await counts('delay')).toBe(3);
  });
});

describe('the stream of the state table', () => {
  it('wakes both controllers by a changed verdict within half a second, and by nothing else', async () => {
    const { control, until, to } = plane();
    await until(10_000);
    await control.store.putObservation(seen(10_000, false));
    await until(12_000);
    await control.store.putObservation(seen(12_000, true));
    await until(14_000);
    for (const folder of ['replica-pool', 'write-failover'] as const) {
      expect(to(folder)).toHaveLength(1);
      const [delivery] = to(folder);
      expect(delivery!.trigger).toEqual({ kind: 'stream', zones: [ZONES[0]], woken: false });
      expect(delivery!.at - 12_000).toBeLessThan(800);
    }
  });

  it('wakes the one controller that a wake item names', async () => {
    const { control, until, to } = plane();
    await control.store.putWake(wake('replica-pool', START_MS));
    await until(2000);
    expect(to('replica-pool').map(({ trigger }) => trigger)).toEqual([
      { kind: 'stream', zones: [], woken: true },
    ]);
    expect(to('write-failover')).toEqual([]);
  });

  it('filters by a glimpse as it would by the whole record', async () => {
    const { control, until } = plane();
    const changes: TableChange[] = [];
    control.table.onChange((change) => changes.push(change));
    await control.store.putObservation(seen(0, true));
    await control.store.putObservation(seen(1000, false));
    await control.store.putWake(wake('replica-pool', 1));
    await control.store.putWake(wake('replica-pool', 2));
    await control.store.takeLease({ name: 'x', holder: 'y', now: 0, ms: 1 });
    await control.store.appendLedger(ledgerItem());
    await until(1000);
    const filters = FUNCTIONS['replica-pool'].stream!.filters.map(compilePattern);
    const verdicts = changes.map((change) => filters.map((matches) => matches(glimpse(change))));
    const whole = changes.map((change) => filters.map((matches) => matches(recordOf(change, 1))));
    expect(verdicts).toEqual(whole);
    expect(whole.flat().filter(Boolean)).toHaveLength(3);
  });

  it('keeps the order of the changes, however long the reading of each takes', async () => {
    const { control, until, to } = plane({ handler: (_delivery, ports) => ports.clock.sleep(30) });
    for (let count = 0; count < 40; count += 1) {
      await control.store.putObservation(seen(count, true, ZONES[count % 2]));
      await until(count * 25);
    }
    await until(10_000);
    const sequences = to('write-failover').flatMap(({ event }) =>
      (event as { Records: { dynamodb: { SequenceNumber: string } }[] }).Records.map(
        (record) => record.dynamodb.SequenceNumber,
      ),
    );
    expect(sequences).toHaveLength(40);
    expect(sequences).toEqual(sequences.toSorted());
    expect(to('write-failover').length).toBeGreaterThan(4);
  });

  it('hands a batch that failed over again, in order, until its retries are used up', async () => {
    let failures = 0;
    const handler: PlaneOptions['handler'] = ({ folder, trigger }) => {
      const fails =
        folder === 'write-failover' && trigger.kind === 'stream' && trigger.zones.includes(ZONES[0]);
      if (!fails) return Promise.resolve();
      failures += 1;
      return Promise.reject(new Error('broken'));
    };
    const { control, until, to, rare } = plane({ handler });
    await control.store.putObservation(seen(0, true, ZONES[0]));
    await until(600);
    await control.store.putObservation(seen(600, true, ZONES[1]));
    await until(30_000);
    expect(failures).toBe(1 + FUNCTIONS['write-failover'].stream!.policy.retriesMax!);
    const last = to('write-failover').at(-1)!.trigger;
    expect(last).toEqual({ kind: 'stream', zones: [ZONES[1]], woken: false });
    expect(rare).toContain('stream records discarded: RetryAttemptsExhausted');
  });

  it.each([
    ['drop', 0],
    ['duplicate', 2],
    ['delay', 1],
  ] as const)('F-17: %s', async (effect, times) => {
    const span = { from: START_MS, until: START_MS + 60_000 };
    const fault = { id: 'F-17', source: 'stream', effect, ms: 9000, share: 1, ...span } as const;
    const { control, until, to } = plane({ faults: [fault] });
    await until(1000);
    await control.store.putObservation(seen(1000, true));
    await until(30_000);
    const at = to('write-failover').map((delivery) => delivery.at - 1000);
    expect(at).toHaveLength(times);
    if (effect !== 'drop') expect(Math.max(...at)).toBeGreaterThan(9000);
  });
});

describe('alarms', () => {
  /** Each prober says once a second what stands of the second member. */
  const saying =
    (value: (at: number) => number): PlaneOptions['handler'] =>
    async ({ folder }, ports) => {
      if (folder !== 'health-check') return;
      const dimensions = { [DIMENSION.env]: 'demo', [DIMENSION.member]: 'db-2' };
      for (let sweep = 0; sweep < 55; sweep += 1) {
        const said = value(ports.clock.now() - START_MS);
        ports.metrics.emit([
          { dimensions, values: [{ name: 'reader-lagging', value: said, unit: 'Count' }] },
        ]);
        await ports.clock.sleep(1000);
      }
    };

  it('ring within about half a minute, wake their function, and can be asked for', async () => {
    const { until, to, clock } = plane({ handler: saying((at) => (at > 20_000 ? 1 : 0)) });
    await until(20_000);
    expect(to('replica-pool')).toEqual([]);
    await until(60_000);
    const [rung] = to('replica-pool');
    const name = 'understudy-demo-reader-lagging-member-2';
    expect(rung!.trigger).toEqual({ kind: 'alarm', name });
    expect(rung!.at).toBeLessThan(55_000);
    expect(to('replica-pool')).toHaveLength(1);
    expect(to('write-failover')).toEqual([]);
    expect(clock.now()).toBe(START_MS + 60_000);
  });

  it('I-30: do not ring for one point, nor for silence', async () => {
    const { until, to } = plane({ handler: saying((at) => (at > 30_000 && at < 32_000 ? 1 : 0)) });
    await until(120_000);
    expect(to('replica-pool')).toEqual([]);
  });
});

describe('a function', () => {
  const slow: PlaneOptions['handler'] = ({ folder }, ports) =>
    folder === 'write-failover' ? ports.clock.sleep(10_000) : Promise.resolve();

  it('runs no more at once than is reserved for it; what comes meanwhile waits', async () => {
    const { control, until, to, rare } = plane({ handler: slow });
    await control.store.putWake(wake('write-failover', 1));
    await until(2000);
    await control.store.putObservation(seen(2000, true));
    await until(9000);
    expect(to('write-failover')).toHaveLength(1);
    await until(30_000);
    expect(to('write-failover')).toHaveLength(2);
    // One mapping delivers one batch after another, so nothing is throttled here.
    expect(rare).not.toContain('invocation throttled');
  });

  it('is cut off at its hard time-out, and its stream record is delivered again', async () => {
    const handler: PlaneOptions['handler'] = ({ folder }, ports) =>
      folder === 'write-failover' ? ports.clock.sleep(40_000) : Promise.resolve();
    const { control, until, to, rare } = plane({ handler });
    await control.store.putWake(wake('write-failover', 1));
    await until(40_000);
    expect(to('write-failover')).toHaveLength(2);
    expect(rare).toContain('invocation timed-out');
    expect(control.invocations.find(({ function: name }) => name === 'write-failover')!.end).toBe(
      'timed-out',
    );
  });

  it('F-19: runs more at once where reserved concurrency is not kept', async () => {
    const span = { from: START_MS, until: START_MS + 70_000 };
    const twice = {
      id: 'F-17',
      source: 'schedule',
      effect: 'duplicate',
      ms: 1000,
      share: 1,
      ...span,
    } as const;
    const raised = { id: 'F-19', folder: 'health-check', concurrency: 4, ...span } as const;
    const running: PlaneOptions['handler'] = ({ folder }, ports) =>
      folder === 'health-check' ? ports.clock.sleep(80_000) : Promise.resolve();
    const limited = plane({ faults: [twice], handler: running });
    await limited.until(67_000);
    expect(limited.to('health-check')).toHaveLength(2 * ZONES.length);
    expect(limited.rare).toContain('invocation throttled');
    const free = plane({ faults: [twice, raised], handler: running });
    await free.until(67_000);
    expect(free.to('health-check')).toHaveLength(4 * ZONES.length);
    expect(free.board.faults.find(({ id }) => id === 'F-19')!.effective).toBe(true);
  });
});
