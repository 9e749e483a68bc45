import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CACHE_FRONT_USER, cacheUser } from '../../core/naming.ts';
import { cacheLedgerId, cacheShardPartition } from '../../core/state/cache-items.ts';
import type { Mode } from '../../core/state/items.ts';
import { ledgerPartition } from '../../core/state/keys.ts';
import * as front from '../../lambdas/cache-front/contract.ts';
import * as router from '../../lambdas/cache-router/contract.ts';
import { CACHE_FRONT_ROLE, DATABASE_ENV, ENV, LAMBDA_CA_FILE } from '../../lambdas/shared/contract.ts';
import { alarmPrefix } from '../shared/alarm-catalogue.ts';
import type { ApplicationRole } from '../shared/application-role.ts';
import { ControlFunction } from '../shared/control-function.ts';
import type { StateTable } from '../shared/state-table.ts';
import type { ICacheTier } from '../tiers/cache/base.ts';
import type { IDatabaseTier } from '../tiers/database/base.ts';
import { shardVariables } from './shard-variables.ts';
import { EVENT_AGE, allowAlarms, everyMinute } from './triggers.ts';

const ROUTER_MEMORY_MIB = 256;
/** Answers of six megabytes, a few times over: as text, as values and as what is sent. */
const FRONT_MEMORY_MIB = 512;

export interface CacheFunctionsProps {
  readonly environmentName: string;
  readonly vpc: ec2.IVpc;
  readonly zones: readonly string[];
  readonly cache: ICacheTier;
  readonly database: IDatabaseTier;
  readonly stateTable: StateTable;
  readonly deadLetterQueue: sqs.IQueue;
  /** Mode of the controller. Null: its own default. */
  readonly mode: Mode | null;
  /** They may call the front. */
  readonly applications: readonly ApplicationRole[];
}

/** The controller of the cache, and the front that it and applications without a connection call. */
export class CacheFunctions extends Construct {
  readonly front: ControlFunction;
  readonly router: ControlFunction;
  /** What lets the applications call the front; null without any. */
  readonly callers: iam.Policy | null;

  constructor(scope: Construct, id: string, props: CacheFunctionsProps) {
    super(scope, id);
    this.front = this.makeFront(props);
    this.router = this.makeRouter(props);
    this.callers = this.allowCalls(props.applications);
  }

  /** Beside the function: the applications' roles stand in a stack that must not need this one. */
  private allowCalls(applications: readonly ApplicationRole[]): iam.Policy | null {
    const [first, ...others] = applications.map(({ role }) => role);
    if (first === undefined) return null;
    const actions = ['lambda:InvokeFunction'];
    const invoke = new iam.PolicyStatement({ actions, resources: [this.front.function.functionArn] });
    return new iam.Policy(this, 'CallFront', { roles: [first, ...others], statements: [invoke] });
  }

  private makeFront(props: CacheFunctionsProps): ControlFunction {
    const { environmentName, cache, database, vpc } = props;
    const securityGroup = new ec2.SecurityGroup(this, 'FrontSecurityGroup', {
      vpc,
      description: `The front of the cache of ${environmentName}: to the shards and the database only.`,
      allowAllOutbound: false,
    });
    securityGroup.connections.allowTo(cache, ec2.Port.tcp(cache.port), 'To every shard of the cache');
    securityGroup.connections.allowTo(database, ec2.Port.tcp(database.port), 'To the ledger');
    const made = new ControlFunction(this, 'Front', {
      folder: front.FUNCTION,
      environmentName,
      description: 'The cache for applications without a connection to it, and its ledger for cache-router.',
      timeout: Duration.seconds(front.TIMEOUT_S),
      memoryMiB: FRONT_MEMORY_MIB,
      reservedConcurrency: front.RESERVED_CONCURRENCY,
      maxEventAge: EVENT_AGE,
      retryAttempts: 0,
      deadLetterQueue: props.deadLetterQueue,
      environment: {
        ...shardVariables(cache),
        [front.ENV.user]: cacheUser(environmentName, CACHE_FRONT_USER),
        [DATABASE_ENV.cluster]: database.clusterIdentifier,
        [DATABASE_ENV.clusterEndpoint]: database.clusterEndpoint,
        [DATABASE_ENV.port]: String(database.port),
        [DATABASE_ENV.database]: database.databaseName,
        NODE_EXTRA_CA_CERTS: LAMBDA_CA_FILE,
      },
      placement: { vpc, subnets: vpc.isolatedSubnets, securityGroup },
    });
    cache.grantConnect(made, CACHE_FRONT_USER);
    database.grantConnect(made, CACHE_FRONT_ROLE);
    return made;
  }

  private makeRouter(props: CacheFunctionsProps): ControlFunction {
    const { environmentName, cache, stateTable, mode } = props;
    const made = new ControlFunction(this, 'Router', {
      folder: router.FUNCTION,
      environmentName,
      description:
        'Quarantines shards that most zones cannot reach, readmits them, and reboots nodes that hang.',
      timeout: Duration.seconds(router.TIMEOUT_S),
      memoryMiB: ROUTER_MEMORY_MIB,
      reservedConcurrency: router.RESERVED_CONCURRENCY,
      maxEventAge: EVENT_AGE,
      retryAttempts: 0,
      deadLetterQueue: props.deadLetterQueue,
      environment: {
        ...shardVariables(cache),
        [router.ENV.front]: this.front.function.functionArn,
        [ENV.stateTable]: stateTable.tableName,
        [ENV.zones]: props.zones.join(','),
        ...(mode === null ? {} : { [ENV.mode]: mode }),
      },
    });
    cache.grantDescribe(made);
    cache.grantReboot(made);
    stateTable.grantRead(made);
    stateTable.grantLease(made, [router.LEASE]);
    stateTable.grantPut(made, [
      ledgerPartition(cacheLedgerId(environmentName)),
      cacheShardPartition(environmentName),
    ]);
    iam.Grant.addToPrincipal({
      grantee: made,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [this.front.function.functionArn],
    });
    everyMinute(this, 'RouterSchedule', made);
    allowAlarms(made, alarmPrefix(environmentName));
    return made;
  }
}
