/** What wakes dns-failover: tasks of its cluster, its table's stream, its alarms and the schedule, and nothing else. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUNCTION } from '../../../lambdas/dns-failover/contract.ts';
import { parseTrigger, type Place, type Trigger } from '../../../lambdas/shared/events.ts';
import { forgedEvents, mutated } from '../fakes/forged.ts';
import { ACCOUNT, alarmEvent, observationEvent, REGION, wakeEvent } from '../fakes/process.ts';
import { ENV } from '../fakes/world.ts';
import { FRONT_TABLE, SCHEDULE, setUp, setUpHung, streamEvent, taskEvent } from './rig.ts';

const PLACE: Place = {
  account: ACCOUNT,
  region: REGION,
  env: ENV,
  table: FRONT_TABLE,
  controller: FUNCTION,
  observations: 'target-observation',
  taskCluster: 'demo',
};
const ADDRESS = '10.0.1.10';
const OURS = [taskEvent(ADDRESS), streamEvent(), alarmEvent('understudy-demo-target-unreachable'), SCHEDULE];

const parse = (event: unknown): Trigger => parseTrigger(event, PLACE);
const changed = (path: string, value: unknown): unknown =>
  mutated(taskEvent(ADDRESS), path.split('.'), value);

describe('a change of a task', () => {
  it('tells the address of one that is to stop', () => {
    expect(parse(taskEvent(ADDRESS))).toEqual({ kind: 'tasks', stopped: [ADDRESS] });
  });

  it.each(['RUNNING', 'stopped', undefined, null, 7])('only wakes where its wanted state is %j', (status) => {
    expect(parse(changed('detail.desiredStatus', status))).toEqual({ kind: 'tasks', stopped: [] });
  });

  it.each([
    ['of another account', changed('account', '999999999999')],
    ['of another Region', changed('region', 'us-east-1')],
    ['of another kind', changed('detail-type', 'ECS Container Instance State Change')],
    ['without a detail', changed('detail', undefined)],
    ['of no cluster', changed('detail.clusterArn', undefined)],
    ['of another cluster', taskEvent(ADDRESS, 'other')],
    ['of a cluster whose name ends as ours', taskEvent(ADDRESS, 'not-demo')],
    ['of a cluster whose name begins as ours', taskEvent(ADDRESS, 'demo-2')],
    [
      'of our cluster in another account',
      changed('detail.clusterArn', `arn:aws:ecs:${REGION}:999999999999:cluster/demo`),
    ],
    [
      'of our cluster in another Region',
      changed('detail.clusterArn', `arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/demo`),
    ],
    [
      'of something else that is called so',
      changed('detail.clusterArn', `arn:aws:x:ecs:${REGION}:${ACCOUNT}:cluster/demo`),
    ],
  ])('SEC-07: is refused where it is %s', (_name, event) => {
    expect(parse(event).kind).toBe('refused');
  });

  it('SEC-07: is refused where no cluster is heard', () => {
    const { taskCluster: _taskCluster, ...deaf } = PLACE;
    expect(parseTrigger(taskEvent(ADDRESS, 'undefined'), deaf).kind).toBe('refused');
  });

  it.each([
    ['a name', 'demo.example.com'],
    ['an address of IPv6', 'fd00::1'],
    ['three numbers', '10.0.1'],
    ['an address and more', `${ADDRESS}:8080`],
    ['an address and a line', `${ADDRESS}\n`],
    ['a number', 10],
    ['a list', [ADDRESS]],
  ])('SEC-09: takes no %s for an address', (_name, value) => {
    expect(parse(changed('detail.attachments.0.details.0.value', value))).toEqual({
      kind: 'tasks',
      stopped: [],
    });
  });

  it('takes the address by its name alone, and no more attachments than any task has', () => {
    expect(parse(changed('detail.attachments.0.details.0.name', 'macAddress'))).toMatchObject({
      stopped: [],
    });
    const details = [{ name: 'privateIPv4Address', value: ADDRESS }];
    const many = changed(
      'detail.attachments',
      Array.from({ length: 5000 }, () => ({ details })),
    );
    expect(parse(many)).toMatchObject({ stopped: Array.from({ length: 10 }, () => ADDRESS) });
    const long = changed('detail.attachments', [{ details: Array.from({ length: 5000 }, () => details[0]) }]);
    expect(parse(long)).toMatchObject({ kind: 'tasks', stopped: { length: 100 } });
  });
});

describe('the other wake-ups', () => {
  it.each([
    ['its table', streamEvent(), 'stream'],
    ['the state table', observationEvent(), 'refused'],
    ['the state table, by a wake', wakeEvent(FUNCTION), 'refused'],
    ['the schedule', SCHEDULE, 'schedule'],
    ['an alarm', alarmEvent('understudy-demo-zone-gray'), 'alarm'],
  ])('%s', (_name, event, kind) => {
    expect(parse(event).kind).toBe(kind);
  });

  it('an observation of members or shards is none of targets', () => {
    const image = ['Records', '0', 'dynamodb', 'NewImage', 'kind'];
    for (const kind of ['observation', 'cache-observation', 'targets', 'strategy']) {
      expect(parse(mutated(streamEvent(), image, { S: kind })).kind).toBe('nothing');
    }
  });
});

describe('SEC-07: whatever comes in (fuzz)', () => {
  it('nothing is thrown, and only what is of this place is taken', () => {
    fc.assert(
      fc.property(forgedEvents(OURS), (event) => {
        const trigger = parse(event);
        const text = JSON.stringify(event) ?? '';
        expect(['stream', 'alarm', 'parameters', 'schedule', 'tasks', 'nothing', 'refused']).toContain(
          trigger.kind,
        );
        if (trigger.kind === 'stream') expect(text).toContain(`:${ACCOUNT}:table/${FRONT_TABLE}/`);
        if (trigger.kind === 'alarm') expect(text).toContain(ACCOUNT);
        if (trigger.kind !== 'tasks') return;
        expect(text).toContain(`:ecs:${REGION}:${ACCOUNT}:cluster/demo"`);
        for (const address of trigger.stopped) expect(text).toContain(`"${address}"`);
      }),
      { numRuns: 30_000 },
    );
  });

  it('a front that is whole is left alone: nothing is called, and nobody is forgotten', async () => {
    const rig = setUp();
    await rig.run();
    const members = rig.front.targets!.targets.map(({ memberId }) => memberId);
    await fc.assert(
      fc.asyncProperty(forgedEvents(OURS), async (event) => {
        await rig.run(event);
        rig.clock.advance(10);
        expect(rig.world.calls).toEqual([]);
        expect(rig.front.targets!.targets.map(({ memberId }) => memberId)).toEqual(members);
      }),
      { numRuns: 500 },
    );
  });

  it('beside a target that hangs nobody is called for but that one, and no more often than without', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(forgedEvents(OURS), { maxLength: 4 }), async (events) => {
        const rig = await setUpHung();
        for (const event of events) await rig.run(event);
        await rig.run(streamEvent());
        expect(rig.world.calls.map(({ api, target }) => `${api} ${target}`)).toEqual([
          `deregister ${rig.world.id(0)}`,
          `deregister ${rig.world.id(0)}`,
        ]);
      }),
      { numRuns: 100 },
    );
  });
});
