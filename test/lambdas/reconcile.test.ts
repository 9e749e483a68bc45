import { describe, expect, it } from 'vitest';
import type { AlarmInAlarm } from '../../core/ports/index.ts';
import { METRIC } from '../../lambdas/reconcile/contract.ts';
import { createHandler } from '../../lambdas/reconcile/handler.ts';
import { ledgerItem } from '../core/database/fixtures.ts';
import { VirtualClock } from './fakes/clock.ts';
import {
  ACCOUNT,
  alarmEvent,
  invocation,
  MemoryStore,
  RecordedMetrics,
  REGION,
  settingsOf,
  SILENT,
} from './fakes/process.ts';
import { World, ZONES } from './fakes/world.ts';

const ROOT = '/understudy/demo';
const CHANGE = {
  source: 'aws.ssm',
  'detail-type': 'Parameter Store Change',
  account: ACCOUNT,
  region: REGION,
  detail: { name: `${ROOT}/overrides/database/lag-ms-max`, operation: 'Update' },
};

function setUp() {
  const clock = new VirtualClock();
  const world = new World(clock);
  const store = new MemoryStore(world);
  store.pool = {
    kind: 'pool',
    clusterId: 'demo-cluster',
    epoch: 1,
    at: 0,
    failOpen: false,
    members: { 'db-2': { state: 'in', since: 0 }, 'db-3': { state: 'in', since: 0 } },
    endpointEditedAt: null,
    excluded: [],
  };
  const metrics = new RecordedMetrics();
  const texts: Record<string, string> = {};
  const alarms: AlarmInAlarm[] = [];
  const ports = {
    clock,
    store,
    metrics,
    log: SILENT,
    parameters: { under: async () => texts },
    alarms: { inAlarm: async () => alarms },
  };
  const settings = {
    ...settingsOf('reconcile', world),
    parameterRoot: ROOT,
    alarmPrefix: 'understudy-demo-',
  };
  const run = (event: unknown = {}) => createHandler(ports, settings)(event, invocation(clock, 'reconcile'));
  return { clock, world, store, metrics, texts, alarms, ports, run };
}

describe('reconcile', () => {
  it('copies validated thresholds into the table, and only when they differ', async () => {
    const rig = setUp();
    rig.texts['defaults/database/lag-ms-max'] = '3000';
    rig.texts['overrides/database/fail-samples'] = '4';
    await rig.run();
    const item = rig.store.thresholds.get('database')!;
    expect(item.values).toMatchObject({ 'lag-ms-max': 3000, 'fail-samples': 4, 'recover-samples': 5 });
    await rig.run();
    expect(rig.store.thresholds.get('database')).toBe(item);
  });

  it('I-31: counts and names what it refuses, and keeps the last good value', async () => {
    const rig = setUp();
    rig.texts['overrides/database/lag-ms-max'] = '3000';
    await rig.run(CHANGE);
    rig.texts['overrides/database/lag-ms-max'] = 'garbage';
    const report = await rig.run(CHANGE);
    expect(report.refused).toEqual({ 'overrides/database/lag-ms-max': 'must be a plain decimal number' });
    expect(rig.store.thresholds.get('database')!.values['lag-ms-max']).toBe(3000);
    expect(rig.metrics.values(METRIC.parameterRefused).at(-1)).toBe(1);
  });

  it('a parameter change copies thresholds at once and wakes nobody', async () => {
    const rig = setUp();
    rig.store.ledger.set('x', ledgerItem({ id: 'x', state: 'acting' }));
    const report = await rig.run(CHANGE);
    expect(report).toMatchObject({ trigger: 'parameters', woken: {} });
    expect(rig.store.wakes).toEqual([]);
  });

  it('wakes nobody while all is well', async () => {
    const rig = setUp();
    expect((await rig.run()).woken).toEqual({});
  });

  it('I-13: wakes the controller of an unfinished recovery', async () => {
    const rig = setUp();
    rig.store.ledger.set('x', ledgerItem({ id: 'x', state: 'waiting' }));
    expect((await rig.run()).woken).toEqual({ 'write-failover': 'recovery x is waiting' });
    expect(rig.store.wakes).toMatchObject([{ kind: 'wake', controller: 'write-failover', by: 'reconcile' }]);
  });

  it('F-17: repairs an alarm transition that nobody answered, and leaves an answered one alone', async () => {
    const rig = setUp();
    const since = rig.clock.now() - 30_000;
    rig.alarms.push({
      name: 'understudy-demo-writer-stalled-member-1',
      since,
      actions: [],
      metric: 'writer-stalled',
      dimensions: {},
    });
    expect((await rig.run()).woken).toHaveProperty('write-failover');
    rig.store.ledger.set('x', ledgerItem({ id: 'x', startedAt: since + 1000 }));
    expect((await rig.run()).woken).toEqual({});
    expect(rig.metrics.values(METRIC.lostTransitions)).toEqual([1]);
  });

  it('F-17: repairs a verdict whose stream record was lost', async () => {
    const rig = setUp();
    rig.world.hang('db-2');
    rig.clock.advance(4000);
    expect((await rig.run()).woken).toEqual({ 'replica-pool': 'db-2 is reader-unreachable in eu-west-1a' });
  });

  it('I-14: wakes the pool when the roles have moved and it has not followed', async () => {
    const rig = setUp();
    const members = {
      'db-1': { state: 'in' as const, since: 0 },
      'db-2': { state: 'in' as const, since: 0 },
    };
    rig.store.pool = { ...rig.store.pool!, members };
    for (const zone of ZONES) rig.world.blind.add(zone);
    expect((await rig.run()).woken).toEqual({});
    rig.world.blind.clear();
    expect((await rig.run()).woken).toEqual({ 'replica-pool': 'db-3 is a reader and not in the pool' });
  });

  it('wakes the pool while a member is away, the pool fails open, or the endpoint has yet to follow', async () => {
    const rig = setUp();
    const pool = rig.store.pool!;
    rig.store.pool = { ...pool, members: { ...pool.members, 'db-2': { state: 'returning', since: 0 } } };
    expect((await rig.run()).woken).toEqual({ 'replica-pool': 'db-2 is returning' });
    rig.store.pool = { ...pool, failOpen: true };
    expect((await rig.run()).woken).toEqual({ 'replica-pool': 'the pool fails open' });
    rig.store.pool = { ...pool, excluded: ['db-2', 'foreign'] };
    expect((await rig.run()).woken).toEqual({ 'replica-pool': 'the custom endpoint still excludes db-2' });
    rig.store.pool = null;
    expect((await rig.run()).woken).toEqual({ 'replica-pool': 'no pool is published yet' });
  });

  it('SEC-01: parameters that it may not read are told as refused, and the values in force stay', async () => {
    const rig = setUp();
    rig.texts['overrides/database/lag-ms-max'] = '3000';
    await rig.run();
    const denied = Object.assign(new Error('no ssm:GetParametersByPath'), { name: 'AccessDeniedException' });
    rig.ports.parameters.under = () => Promise.reject(denied);
    const report = await rig.run();
    expect(report.refused).toEqual({ [ROOT]: 'AccessDeniedException: no ssm:GetParametersByPath' });
    expect(rig.metrics.values(METRIC.parameterRefused)).toEqual([1]);
    expect(rig.store.thresholds.get('database')!.values['lag-ms-max']).toBe(3000);
  });

  it('one half that fails does not take the other with it', async () => {
    const rig = setUp();
    rig.ports.parameters.under = () => Promise.reject(new Error('throttled'));
    rig.ports.alarms.inAlarm = () => Promise.reject(new Error('denied'));
    rig.store.ledger.set('x', ledgerItem({ id: 'x', state: 'planned' }));
    expect((await rig.run()).woken).toHaveProperty('write-failover');
  });

  it('SEC-07: does nothing for events of others', async () => {
    const rig = setUp();
    for (const event of [{ ...CHANGE, account: '999999999999' }, alarmEvent(), { source: 'x' }, 7]) {
      expect(['refused', 'alarm']).toContain((await rig.run(event)).trigger);
    }
    expect(rig.store.thresholds.size).toBe(0);
  });
});
