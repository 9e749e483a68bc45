/** The `dns-failover` handler over a world and stores in memory. */

import { createHandler, type FrontReport } from '../../../lambdas/dns-failover/handler.ts';
import type { FrontSettings } from '../../../lambdas/dns-failover/settings.ts';
import { MemoryFrontStore } from '../fakes/front-store.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { controllerRig, SCHEDULE } from '../fakes/controller-rig.ts';
import {
  ACCOUNT,
  invocation,
  MemoryStore,
  Process,
  RecordedMetrics,
  REGION,
  SILENT,
  TABLE,
} from '../fakes/process.ts';
import { ENV, World, ZONES } from '../fakes/world.ts';
import { BALANCERS, FrontWorld, GROUPS, NAME, RECORDS } from './world.ts';

export { SCHEDULE };
export const FUNCTION_NAME = 'dns-failover';
export const FRONT_TABLE = 'demo-front';

export function streamEvent(az: string = ZONES[0]): unknown {
  const table = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${FRONT_TABLE}`;
  return {
    Records: [
      {
        eventSource: 'aws:dynamodb',
        eventSourceARN: `${table}/stream/2026-11-22T00:00:00.000`,
        dynamodb: {
          NewImage: {
            kind: { S: 'target-observation' },
            env: { S: ENV },
            az: { S: az },
            changed: { BOOL: true },
          },
        },
      },
    ],
  };
}

export function taskEvent(address: string, cluster = 'demo'): unknown {
  return {
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    account: ACCOUNT,
    region: REGION,
    detail: {
      clusterArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/${cluster}`,
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPING',
      attachments: [{ type: 'eni', details: [{ name: 'privateIPv4Address', value: address }] }],
    },
  };
}

export function setUp(options: { tasksPerZone?: number; settings?: Partial<FrontSettings> } = {}) {
  const clock = new VirtualClock();
  const world = new FrontWorld(clock, { tasksPerZone: options.tasksPerZone });
  const store = new MemoryStore(new World(clock));
  const front = new MemoryFrontStore();
  front.observations = (zones) => world.observations(zones);
  const metrics = new RecordedMetrics();
  const settings: FrontSettings = {
    env: ENV,
    functionName: FUNCTION_NAME,
    table: TABLE,
    frontTable: FRONT_TABLE,
    region: REGION,
    zones: ZONES,
    targetGroups: GROUPS,
    balancers: BALANCERS,
    healthPath: '/health',
    requestsPerTarget: 100,
    peakRequests: null,
    check: { url: `https://${NAME}/health`, connectTo: 'demo-primary.eu-west-1.elb.amazonaws.com' },
    hostedZone: 'Z9',
    records: RECORDS,
    taskCluster: 'demo',
    mode: 'act',
    ...options.settings,
  };
  const run = (event: unknown = SCHEDULE, process = new Process()): Promise<FrontReport> => {
    const ports = {
      clock,
      store: process.wrap(store),
      front: process.wrap(front),
      elb: process.wrap(world.elb),
      shift: process.wrap(world.shift),
      edge: process.wrap(world.edge),
      records: process.wrap(world.recordStore),
      metrics,
      log: SILENT,
    };
    return createHandler(ports, settings)(event, invocation(clock, FUNCTION_NAME));
  };
  const common = controllerRig({ clock, store, tier: 'web', run: () => run() });
  return { clock, world, store, front, metrics, run, ...common };
}

/** Task 0 has hung for as long as it takes the probers to know. */
export async function setUpHung(options: Parameters<typeof setUp>[0] = {}) {
  const rig = setUp(options);
  await rig.run();
  rig.world.hang(0);
  rig.clock.advance(2500);
  return rig;
}
