/** The functions of the database tier with their real ports, each under its own role of an account. */

import { SSMClient } from '@aws-sdk/client-ssm';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type {
  DatabaseMember,
  MemberProbe,
  ProbeResult,
  StateStore,
  TargetProbe,
} from '../../../core/ports/index.ts';
import type { ObservationItem } from '../../../core/state/items.ts';
import * as healthCheck from '../../../lambdas/health-check/handler.ts';
import * as reconcile from '../../../lambdas/reconcile/handler.ts';
import * as replicaPool from '../../../lambdas/replica-pool/handler.ts';
import { CloudWatchAlarms } from '../../../lambdas/shared/aws/alarms.ts';
import { RdsControl } from '../../../lambdas/shared/aws/database-control.ts';
import { databaseToken } from '../../../lambdas/shared/aws/database-token.ts';
import {
  proberCacheStateStore,
  proberFrontStore,
  proberStateStore,
  stateStore,
} from '../../../lambdas/shared/aws/dynamo-client.ts';
import { DynamoStrategyStore } from '../../../lambdas/shared/aws/strategy-store.ts';
import { SsmParameters } from '../../../lambdas/shared/aws/parameters.ts';
import { PROBE_USER } from '../../../lambdas/shared/contract.ts';
import * as writeFailover from '../../../lambdas/write-failover/handler.ts';
import { refuseToken } from '../../../proving/sandbox/aurora/tokens.ts';
import { VirtualClock } from '../../lambdas/fakes/clock.ts';
import { RecordedMetrics, SILENT, observationEvent, settingsOf } from '../../lambdas/fakes/process.ts';
import { ENV, World } from '../../lambdas/fakes/world.ts';
import { synthesize, type Synthesized } from '../synth.ts';
import { FRONT_TABLE, RESOURCE_ID, REGION, TABLE, ACCOUNT, openAccount, type Account } from './account.ts';
import { GROUPS, loginProbeOf } from './cache-logins.ts';

/** The account of the test that runs: `setUp` opens it. */
export let account: Account;

/** Synthesized once a file: it takes seconds. */
let json: Synthesized['json'] | null = null;

export interface Rig {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly metrics: RecordedMetrics;
}

export async function setUp(without: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const clock = new VirtualClock();
  const world = new World(clock);
  json ??= synthesize().json;
  account = await openAccount(json, world, without);
  return { clock, world, metrics: new RecordedMetrics() };
}

/** The real store; the observations it answers are those of the test's cluster, at the time of the test's clock. */
function storeOf({ world }: Rig): StateStore {
  const store = stateStore(TABLE);
  const read = store.latestObservations.bind(store);
  store.latestObservations = async (zones) => {
    await read(zones);
    return world.observations(zones);
  };
  return store;
}

const settings = (name: string, { world }: Rig) => ({
  ...settingsOf(name, world),
  table: TABLE,
  endpointId: 'understudy-demo-readers',
  parameterRoot: '/understudy/demo',
  alarmPrefix: 'understudy-demo-',
  resources: [{ resource: 'quotes', application: 'shop' }],
  services: ['shop'],
});

const invocation = ({ clock }: Rig, name: string) => {
  const endsAt = clock.monotonic() + 25_000;
  return {
    requestId: name,
    functionArn: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:demo-${name}`,
    remainingMs: () => endsAt - clock.monotonic(),
  };
};

/** The event's table, as the test's fakes name it. */
function observed(): unknown {
  return JSON.parse(JSON.stringify(observationEvent()).replaceAll('demo-state', TABLE));
}

export function controller(module: typeof replicaPool | typeof writeFailover, name: string, rig: Rig) {
  return account.as(name, () => {
    const control = new RdsControl({ now: () => rig.clock.now(), requestMs: 3000 });
    const { clock, metrics } = rig;
    const ports = { clock, store: storeOf(rig), control, metrics, log: SILENT };
    return module.createHandler(ports, settings(name, rig))(observed(), invocation(rig, name));
  });
}

export function runReconcile(rig: Rig) {
  return account.as('reconcile', () => {
    const ports = {
      clock: rig.clock,
      store: storeOf(rig),
      parameters: new SsmParameters(new SSMClient()),
      alarms: new CloudWatchAlarms(new CloudWatchClient()),
      metrics: rig.metrics,
      log: SILENT,
      strategies: new DynamoStrategyStore(FRONT_TABLE),
    };
    return reconcile.createHandler(ports, settings('reconcile', rig))({}, invocation(rig, 'reconcile'));
  });
}

/** Logs in with a token of the function's own, which the instance judges as a real one does. */
function loginProbe({ clock }: Rig): MemberProbe {
  const token = databaseToken({ region: REGION, user: PROBE_USER });
  return {
    async probe(member: DatabaseMember): Promise<ProbeResult> {
      const expected = {
        hosts: [member.host],
        port: 5432,
        user: PROBE_USER,
        region: REGION,
        now: Date.now(),
      };
      const resourceArn = `arn:aws:rds-db:${REGION}:${ACCOUNT}:dbuser:${RESOURCE_ID}/${PROBE_USER}`;
      const text = await token(member.host, 5432);
      const refusal = await refuseToken(text, { ...expected, resourceArn }, account.parts.identity);
      const reach = refusal === null ? ('ok' as const) : ('login' as const);
      const role = refusal !== null ? null : member.id === 'db-1' ? ('writer' as const) : ('reader' as const);
      const sample = { memberId: member.id, at: clock.now(), lagMs: null, latencyMs: 1, sqlState: null };
      return { sample: { ...sample, reach, role, write: role === 'writer' ? 'ok' : null }, status: [] };
    },
    close: async () => undefined,
  };
}

/** Every task answers. */
function answeredProbe({ clock }: Rig): TargetProbe {
  return {
    probe: async ({ memberId }) => ({ memberId, at: clock.now(), reach: 'ok', status: 200, latencyMs: 1 }),
  };
}

export async function sweep(rig: Rig, zone: string): Promise<readonly ObservationItem[]> {
  const written: ObservationItem[] = [];
  await account.as(`health-check-${zone}`, async () => {
    const store = proberStateStore(TABLE);
    const put = store.putObservation.bind(store);
    store.putObservation = async (item) => {
      await put(item);
      written.push(item);
    };
    const cache = {
      store: proberCacheStateStore(TABLE),
      probe: loginProbeOf(
        () => account,
        'demo-health-check',
        () => rig.clock.now(),
      ),
    };
    const front = { store: proberFrontStore(FRONT_TABLE), probe: answeredProbe(rig) };
    const ports = {
      clock: rig.clock,
      store,
      probe: loginProbe(rig),
      metrics: rig.metrics,
      log: SILENT,
      cache,
      front,
    };
    const shards = GROUPS.map((id) => ({ id, host: id, port: 6379 }));
    const members = rig.world.members.map(({ id }) => ({ id, host: `${id}.example` }));
    const run = healthCheck.createHandler(ports, { env: ENV, az: zone, members, shards, runMsMax: 6000 });
    await run({}, { ...invocation(rig, zone), remainingMs: () => 90_000 });
  });
  return written;
}
