import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { NormalizedEdge, NormalizedWeb } from '../../core/profile/index.ts';
import { frontLedgerId } from '../../core/state/front-items.ts';
import type { Mode } from '../../core/state/items.ts';
import { ledgerPartition } from '../../core/state/keys.ts';
import * as contract from '../../lambdas/dns-failover/contract.ts';
import { ENV, LAMBDA_CA_FILE } from '../../lambdas/shared/contract.ts';
import { alarmPrefix } from '../shared/alarm-catalogue.ts';
import { ControlFunction } from '../shared/control-function.ts';
import type { FrontTable } from '../shared/front-table.ts';
import type { StateTable } from '../shared/state-table.ts';
import { grantRecords, grantShifts, grantTargets } from './front-rights.ts';
import { EVENT_AGE, allowAlarms, everyMinute, onTargetChange, onTaskChange } from './triggers.ts';

/** It opens TLS connections and reads a few hundred targets. */
const MEMORY_MIB = 256;

/** What of an edge the controller looks after. */
export interface WatchedEdge {
  /** The primary first. */
  readonly balancers: readonly elbv2.IApplicationLoadBalancer[];
  /** In the order of the balancers. */
  readonly targetGroups: readonly elbv2.IApplicationTargetGroup[];
  readonly hostedZone: route53.IHostedZone;
  /** Null where there is no outside to ask from. */
  readonly checkUrl: string | null;
  /** Host that the PRIMARY record points at. */
  readonly primaryName: string;
  /** The JSON of the records as deployed. */
  readonly expectedRecords: string;
}

export interface FrontFunctionProps {
  readonly environmentName: string;
  readonly vpc: ec2.IVpc;
  readonly zones: readonly string[];
  readonly web: NormalizedWeb;
  readonly edge: NormalizedEdge;
  readonly watched: WatchedEdge;
  /** Where the tasks run. */
  readonly cluster: ecs.ICluster;
  readonly stateTable: StateTable;
  readonly frontTable: FrontTable;
  readonly deadLetterQueue: sqs.IQueue;
}

/** `dns-failover`: looks after the tasks behind the balancers, the zones they stand in and the names before them. */
export class FrontFunction extends Construct {
  readonly function: ControlFunction;
  /** Wakes it when a task of the cluster starts or stops. */
  readonly taskRule: events.Rule;

  constructor(scope: Construct, id: string, props: FrontFunctionProps) {
    super(scope, id);
    const { environmentName, zones, watched, stateTable, frontTable, deadLetterQueue, cluster } = props;
    this.function = new ControlFunction(this, 'Failover', {
      folder: contract.FUNCTION,
      environmentName,
      description:
        'Takes tasks that fail out of the balancers, leaves gray zones, and keeps the names right.',
      timeout: Duration.seconds(contract.TIMEOUT_S),
      memoryMiB: MEMORY_MIB,
      reservedConcurrency: contract.RESERVED_CONCURRENCY,
      maxEventAge: EVENT_AGE,
      retryAttempts: 0,
      deadLetterQueue,
      environment: variablesOf(props),
    });
    stateTable.grantRead(this.function);
    stateTable.grantLease(this.function, [contract.LEASE]);
    stateTable.grantPut(this.function, [ledgerPartition(frontLedgerId(environmentName))]);
    frontTable.grantTargets(this.function, { environmentName, zones });
    grantTargets(this.function, watched.targetGroups);
    grantShifts(this.function, watched.balancers);
    grantRecords(this.function, { zone: watched.hostedZone, name: props.edge.domain });
    everyMinute(this, 'Schedule', this.function);
    onTargetChange(this.function, frontTable.table, deadLetterQueue);
    allowAlarms(this.function, alarmPrefix(environmentName));
    this.taskRule = onTaskChange(this, 'TaskChange', { cluster, target: this.function });
    this.node.defaultChild = this.function;
  }
}

function variablesOf(props: FrontFunctionProps): Readonly<Record<string, string>> {
  const { zones, web, edge, watched, cluster, stateTable, frontTable } = props;
  const { checkUrl, primaryName, hostedZone, expectedRecords } = watched;
  const mode = mostCareful([web.mode, edge.mode]);
  const zoneIds = zoneIdsOf(props);
  return {
    [ENV.stateTable]: stateTable.tableName,
    [ENV.zones]: zones.join(','),
    // The certificate of the edge is verified as a client's runtime does, by AWS's authorities too.
    NODE_EXTRA_CA_CERTS: LAMBDA_CA_FILE,
    ...(mode === null ? {} : { [ENV.mode]: mode }),
    [contract.ENV.frontTable]: frontTable.tableName,
    [contract.ENV.targetGroups]: watched.targetGroups.map(({ targetGroupArn }) => targetGroupArn).join(','),
    [contract.ENV.balancers]: watched.balancers.map(({ loadBalancerArn }) => loadBalancerArn).join(','),
    [contract.ENV.healthPath]: web.healthPath,
    [contract.ENV.requestsPerTarget]: String(web.requestsPerTask),
    ...(web.peakRequestsPerS === null ? {} : { [contract.ENV.peakRequests]: String(web.peakRequestsPerS) }),
    ...(zoneIds === '' ? {} : { [contract.ENV.zoneIds]: zoneIds }),
    [contract.ENV.taskCluster]: cluster.clusterName,
    ...(checkUrl === null
      ? {}
      : { [contract.ENV.checkUrl]: checkUrl, [contract.ENV.primaryName]: primaryName }),
    [contract.ENV.hostedZone]: hostedZone.hostedZoneId,
    [contract.ENV.records]: expectedRecords,
  };
}

const BY_CARE: readonly Mode[] = ['off', 'observe', 'act'];

/** One function acts for both tiers, so the tier that allows less decides. Null: its own default. */
function mostCareful(modes: readonly (Mode | null)[]): Mode | null {
  return BY_CARE.find((mode) => modes.includes(mode)) ?? null;
}

/**
 * `us-east-1a=use1-az1`, joined by commas: a zonal shift names the zone by its id, which is another one for each
 * account. Subnets that are made here know theirs; empty where the VPC is the team's own.
 */
function zoneIdsOf({ vpc, zones }: Pick<FrontFunctionProps, 'vpc' | 'zones'>): string {
  const subnets = vpc.isolatedSubnets.map(({ node }) => node.defaultChild);
  const made = subnets.filter((subnet) => subnet instanceof ec2.CfnSubnet);
  if (made.length < zones.length) return '';
  return zones.map((zone, index) => `${zone}=${made[index]!.attrAvailabilityZoneId}`).join(',');
}
