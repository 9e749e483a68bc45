import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CACHE_PROBE_USER, cacheUser } from '../../core/naming.ts';
import { cacheObservationPartition } from '../../core/state/cache-items.ts';
import { observationPartition } from '../../core/state/keys.ts';
import {
  ENV,
  FUNCTION,
  RESERVED_CONCURRENCY,
  TIMEOUT_S,
  leaseName,
} from '../../lambdas/health-check/contract.ts';
import { CACHE_ENV, FRONT_ENV, LAMBDA_CA_FILE, PROBE_USER } from '../../lambdas/shared/contract.ts';
import { ControlFunction } from '../shared/control-function.ts';
import type { FrontTable } from '../shared/front-table.ts';
import { subnetOf } from '../shared/network.ts';
import type { StateTable } from '../shared/state-table.ts';
import type { ICacheTier } from '../tiers/cache/base.ts';
import type { IDatabaseTier } from '../tiers/database/base.ts';
import { shardVariables } from './shard-variables.ts';
import { EVENT_AGE, everyMinute } from './triggers.ts';

/** Enough for one process with a few sockets; more only adds cost, because a prober runs all the time. */
const MEMORY_MIB = 192;

export interface ProbersProps {
  readonly environmentName: string;
  readonly vpc: ec2.IVpc;
  readonly zones: readonly string[];
  readonly database: IDatabaseTier;
  /** @default - none is probed */
  readonly cache?: ICacheTier;
  /** The tasks behind the balancers. @default - none are probed */
  readonly targets?: ProbedTargets;
  readonly stateTable: StateTable;
  readonly deadLetterQueue: sqs.IQueue;
  /** Variables of every function that looks after the database. */
  readonly databaseEnvironment: Readonly<Record<string, string>>;
}

export interface ProbedTargets {
  /** Where their list is read, and what was seen of them is put. */
  readonly frontTable: FrontTable;
  readonly tier: ec2.IConnectable & { readonly port: number };
}

/** One prober a zone, each in one isolated subnet with a security group of its own. */
export class Probers extends Construct {
  /** By zone, in the order of the zones. */
  readonly functions: ReadonlyMap<string, ControlFunction>;

  constructor(scope: Construct, id: string, props: ProbersProps) {
    super(scope, id);
    this.functions = new Map(props.zones.map((zone) => [zone, this.proberOf(zone, props)]));
  }

  private proberOf(zone: string, props: ProbersProps): ControlFunction {
    const scope = new Construct(this, zone);
    const securityGroup = this.securityGroupOf(scope, zone, props);
    const prober = new ControlFunction(scope, 'Prober', {
      folder: FUNCTION,
      reportName: `${FUNCTION}-${zone}`,
      environmentName: props.environmentName,
      description: `Probes every database member of ${props.environmentName} from ${zone}.`,
      timeout: Duration.seconds(TIMEOUT_S),
      memoryMiB: MEMORY_MIB,
      reservedConcurrency: RESERVED_CONCURRENCY,
      maxEventAge: EVENT_AGE,
      retryAttempts: 0,
      deadLetterQueue: props.deadLetterQueue,
      environment: {
        ...props.databaseEnvironment,
        ...(props.cache === undefined ? {} : probedShards(props.cache)),
        ...(props.targets === undefined ? {} : { [FRONT_ENV.table]: props.targets.frontTable.tableName }),
        [ENV.az]: zone,
        NODE_EXTRA_CA_CERTS: LAMBDA_CA_FILE,
      },
      placement: { vpc: props.vpc, subnets: [subnetOf(props.vpc, props.zones, zone)], securityGroup },
    });
    props.database.grantConnect(prober, PROBE_USER);
    props.stateTable.grantRead(prober);
    props.cache?.grantConnect(prober, CACHE_PROBE_USER);
    props.stateTable.grantPut(prober, [
      observationPartition(zone),
      ...(props.cache === undefined ? [] : [cacheObservationPartition(zone)]),
    ]);
    props.stateTable.grantLease(prober, [leaseName(zone)]);
    props.targets?.frontTable.grantProbing(prober, { environmentName: props.environmentName, zone });
    everyMinute(scope, 'Schedule', prober);
    return prober;
  }

  private securityGroupOf(scope: Construct, zone: string, props: ProbersProps): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(scope, 'SecurityGroup', {
      vpc: props.vpc,
      description: `The prober of ${props.environmentName} in ${zone}: to what it probes and DynamoDB only.`,
      allowAllOutbound: false,
    });
    const members = ec2.Port.tcp(props.database.port);
    group.connections.allowTo(props.database, members, 'To every member of the database');
    if (props.cache !== undefined) {
      group.connections.allowTo(props.cache, ec2.Port.tcp(props.cache.port), 'To every shard of the cache');
    }
    if (props.targets !== undefined) {
      const { tier } = props.targets;
      group.connections.allowTo(tier, ec2.Port.tcp(tier.port), 'To every task behind the balancers');
    }
    // The subnet has no route but to the VPC and, by the gateway endpoint, to DynamoDB.
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'To DynamoDB by the gateway endpoint');
    return group;
  }
}

function probedShards(cache: ICacheTier): Readonly<Record<string, string>> {
  return {
    ...shardVariables(cache),
    [CACHE_ENV.probeUser]: cacheUser(cache.environmentName, CACHE_PROBE_USER),
  };
}
