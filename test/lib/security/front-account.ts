/** What stands in front, in an account of the functions' own rights: AWS's answers come from the test's world. */

import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { ExpectedRecord } from '../../../core/front/index.ts';
import { createHandler, type FrontReport } from '../../../lambdas/dns-failover/handler.ts';
import { frontStore, proberFrontStore, stateStore } from '../../../lambdas/shared/aws/dynamo-client.ts';
import { ElbApi } from '../../../lambdas/shared/aws/elb-control.ts';
import { Route53Records } from '../../../lambdas/shared/aws/record-store.ts';
import { ZonalShiftApi } from '../../../lambdas/shared/aws/zonal-shift.ts';
import { zoneId } from '../../../proving/sandbox/cloudformation/names.ts';
import { FrontWorld } from '../../lambdas/dns-failover/world.ts';
import { VirtualClock } from '../../lambdas/fakes/clock.ts';
import { RecordedMetrics, SILENT } from '../../lambdas/fakes/process.ts';
import { World } from '../../lambdas/fakes/world.ts';
import type { Synthesized } from '../synth.ts';
import {
  ACCOUNT,
  BALANCERS,
  FRONT_TABLE,
  HOSTED_ZONE,
  openAccount,
  playerOf,
  REGION,
  TABLE,
  TARGET_GROUPS,
  type Account,
} from './account.ts';
import { ZONES } from './rights-terms.ts';

export const ROLE = 'dns-failover';
export const NAME = 'shop.demo.example.com';

const RECORDS: readonly ExpectedRecord[] = (['PRIMARY', 'SECONDARY'] as const).map((failover) => {
  const setIdentifier = failover.toLowerCase();
  const dnsName = `demo-${setIdentifier}.us-east-1.elb.amazonaws.com`;
  const alias = { dnsName, hostedZoneId: 'Z35SXDOTRQ7X7K', evaluateTargetHealth: true };
  return { name: NAME, type: 'A', setIdentifier, failover, alias, healthCheckId: null };
});

export interface FrontAccount {
  readonly account: Account;
  readonly clock: VirtualClock;
  readonly world: FrontWorld;
  /** What stands in the hosted zone. */
  readonly zone: ResourceRecordSet[];
  /** Each prober writes what it sees, under its own role; then the function is woken by the schedule. */
  run(): Promise<FrontReport>;
}

/** @param without by role, an action that is taken out of its policies */
export async function openFrontAccount(
  json: Synthesized['json'],
  without: Readonly<Record<string, string>> = {},
): Promise<FrontAccount> {
  const clock = new VirtualClock();
  // The shifts of the sandbox end by the clock of the machine.
  clock.wallMs = Date.now();
  const world = new FrontWorld(clock, { tasksPerZone: 2, zones: ZONES, groups: TARGET_GROUPS });
  const account = await openAccount(json, new World(clock), without);
  const zone: ResourceRecordSet[] = RECORDS.map(setOf);
  playBalancers(account, world);
  playZone(account, zone);
  return { account, clock, world, zone, run: () => run(account, clock, world) };
}

async function run(account: Account, clock: VirtualClock, world: FrontWorld): Promise<FrontReport> {
  for (const az of ZONES) {
    await account.as(`health-check-${az}`, async () => {
      for (const item of world.observations([az])) {
        await proberFrontStore(FRONT_TABLE).putTargetObservation(item);
      }
    });
  }
  const endsAt = clock.monotonic() + 25_000;
  const settings = {
    env: 'demo',
    functionName: ROLE,
    table: TABLE,
    frontTable: FRONT_TABLE,
    region: REGION,
    zones: ZONES,
    targetGroups: TARGET_GROUPS,
    balancers: BALANCERS,
    healthPath: '/health',
    requestsPerTarget: 100,
    peakRequests: null,
    check: { url: `https://${NAME}/health`, connectTo: 'demo-primary' },
    hostedZone: HOSTED_ZONE,
    records: RECORDS,
    taskCluster: 'demo',
    mode: 'act' as const,
  };
  return account.as(ROLE, () =>
    createHandler(
      {
        clock,
        store: stateStore(TABLE),
        front: frontStore(FRONT_TABLE),
        elb: new ElbApi({ requestMs: 5000 }),
        shift: new ZonalShiftApi({ region: REGION, requestMs: 5000, zoneIds: idsOf(ZONES) }),
        edge: world.edge,
        records: recordsPort(),
        metrics: new RecordedMetrics(),
        log: SILENT,
      },
      settings,
    )(
      {},
      {
        requestId: 'r',
        functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:demo-dns-failover`,
        remainingMs: () => endsAt - clock.monotonic(),
      },
    ),
  );
}

/** The hosted zone is asked with the function's rights; names that clients resolve need none. */
function recordsPort(): Route53Records {
  const records = new Route53Records({ hostedZone: HOSTED_ZONE, requestMs: 5000 });
  return Object.assign(records, { resolves: async () => true });
}

function idsOf(zones: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(zones.map((zone) => [zone, zoneId(zone)]));
}

/** Shifts are the sandbox's own, over balancers that stand in all zones. */
function playBalancers(account: Account, world: FrontWorld): void {
  const play = playerOf(account.parts);
  play('DescribeTargetHealth', async ({ TargetGroupArn: group }) => {
    const targets = await world.elb.targetHealth(group);
    const TargetHealthDescriptions = targets.map(({ address, port, az, state }) => ({
      Target: { Id: address, Port: port, AvailabilityZone: az },
      TargetHealth: { State: state },
    }));
    return { TargetHealthDescriptions };
  });
  for (const method of ['register', 'deregister'] as const) {
    const name = method === 'register' ? 'RegisterTargets' : 'DeregisterTargets';
    play(name, async ({ TargetGroupArn: group, Targets: [target] }) => {
      await world.elb[method](group, { address: target.Id, port: target.Port });
      return {};
    });
  }
  Object.assign(account.parts.loadBalancing.balancers, {
    list: () => BALANCERS.flatMap((balancerArn) => ZONES.map((az) => ({ balancerArn, az }))),
    shiftAway: () => undefined,
  });
}

function playZone(account: Account, zone: ResourceRecordSet[]): void {
  const play = playerOf(account.parts);
  play('ListResourceRecordSets', () => ({
    ResourceRecordSets: zone,
    IsTruncated: false,
    MaxItems: 100,
  }));
  play('ChangeResourceRecordSets', ({ ChangeBatch }) => {
    for (const { Action, ResourceRecordSet: set } of ChangeBatch.Changes as Change[]) {
      const at = zone.findIndex(({ SetIdentifier }) => SetIdentifier === set!.SetIdentifier);
      if (Action === 'CREATE') zone.push(set!);
      else zone.splice(at, 1);
    }
    return { ChangeInfo: { Id: '/change/C1', Status: 'PENDING', SubmittedAt: new Date() } };
  });
}

function setOf({ name, type, setIdentifier, failover, alias }: ExpectedRecord): ResourceRecordSet {
  const { dnsName: DNSName, hostedZoneId: HostedZoneId, evaluateTargetHealth } = alias;
  return {
    Name: `${name}.`,
    Type: type,
    SetIdentifier: setIdentifier!,
    Failover: failover!,
    AliasTarget: { DNSName: `${DNSName}.`, HostedZoneId, EvaluateTargetHealth: evaluateTargetHealth },
  };
}
