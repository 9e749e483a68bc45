import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { parameterRoot } from '../../core/naming.ts';
import type { Mode } from '../../core/state/items.ts';
import { ledgerPartition, poolKey, thresholdsKey, wakeKey } from '../../core/state/keys.ts';
import { quotasKey } from '../../core/state/throttle-items.ts';
import type { ResourceQuotas } from '../../core/throttle/index.ts';
import * as reconcile from '../../lambdas/reconcile/contract.ts';
import * as replicaPool from '../../lambdas/replica-pool/contract.ts';
import { DATABASE_ENV, ENV, FRONT_ENV } from '../../lambdas/shared/contract.ts';
import * as writeFailover from '../../lambdas/write-failover/contract.ts';
import { acknowledgeWildcards } from '../shared/acknowledgements.ts';
import { alarmPrefix } from '../shared/alarm-catalogue.ts';
import { ControlFunction } from '../shared/control-function.ts';
import type { FrontTable } from '../shared/front-table.ts';
import type { StateTable } from '../shared/state-table.ts';
import type { IDatabaseTier } from '../tiers/database/base.ts';
import type { ReaderPoolEndpoint } from '../tiers/database/reader-pool-endpoint.ts';
import { throttledResources } from './throttle.ts';
import { alarmArnPattern, allowAlarms, everyMinute, onParameterChange, onStateChange } from './triggers.ts';

const MEMORY_MIB = 256;
/** Alarms and schedules come again; an older one would act on a world that has moved on. */
const ALARM_EVENT_AGE = Duration.minutes(5);
const ALARM_RETRIES = 2;

export interface ControllersProps {
  readonly environmentName: string;
  readonly zones: readonly string[];
  readonly applications: readonly string[];
  readonly database: IDatabaseTier;
  readonly readerPool: ReaderPoolEndpoint;
  readonly stateTable: StateTable;
  readonly deadLetterQueue: sqs.IQueue;
  readonly databaseEnvironment: Readonly<Record<string, string>>;
  /** Mode of the database tier's controllers. Null: each one's own default. */
  readonly mode: Mode | null;
  /** What is throttled: whose quotas `reconcile` copies into force. */
  readonly throttle: readonly ResourceQuotas[];
  /** Where the strategies of these services are kept in force. @default - no service is run */
  readonly strategies?: { readonly frontTable: FrontTable; readonly services: readonly string[] };
}

/** The functions that decide and act. All stand outside the VPC and reach AWS's APIs directly. */
export class Controllers extends Construct {
  readonly replicaPool: ControlFunction;
  readonly writeFailover: ControlFunction;
  readonly reconcile: ControlFunction;
  private readonly props: ControllersProps;

  constructor(scope: Construct, id: string, props: ControllersProps) {
    super(scope, id);
    this.props = props;
    this.replicaPool = this.makeReplicaPool();
    this.writeFailover = this.makeWriteFailover();
    this.reconcile = this.makeReconcile();
  }

  private makeReplicaPool(): ControlFunction {
    const { database, readerPool, stateTable } = this.props;
    const controller = this.makeController('ReplicaPool', replicaPool, {
      description: 'Takes unfit readers out of the pool and back in, and keeps the custom endpoint.',
      environment: { [DATABASE_ENV.customEndpoint]: readerPool.identifier },
    });
    database.grantDescribe(controller);
    readerPool.grantEdit(controller);
    stateTable.grantLease(controller, [replicaPool.LEASE]);
    stateTable.grantPut(controller, [
      poolKey(database.clusterIdentifier).pk,
      ledgerPartition(database.clusterIdentifier),
    ]);
    return controller;
  }

  private makeWriteFailover(): ControlFunction {
    const { database, stateTable } = this.props;
    const controller = this.makeController('WriteFailover', writeFailover, {
      description: 'Fails the writer over when it is gray and AWS does not act.',
      environment: {},
    });
    database.grantDescribe(controller);
    database.grantFailover(controller);
    stateTable.grantLease(controller, [writeFailover.LEASE]);
    stateTable.grantPut(controller, [ledgerPartition(database.clusterIdentifier)]);
    return controller;
  }

  private makeReconcile(): ControlFunction {
    const { environmentName, stateTable, throttle, strategies } = this.props;
    const controller = this.makeFunction('Reconcile', reconcile, {
      description: 'Repairs lost transitions, copies parameters into force, wakes unfinished recoveries.',
      environment: {
        [reconcile.ENV.parameterRoot]: parameterRoot(environmentName),
        [reconcile.ENV.alarmPrefix]: alarmPrefix(environmentName),
        ...throttledResources(throttle),
        ...(strategies === undefined ? {} : strategyVariables(strategies)),
      },
    });
    stateTable.grantPut(controller, [
      thresholdsKey('').pk,
      ...(throttle.length === 0 ? [] : [quotasKey('').pk]),
      wakeKey(replicaPool.FUNCTION).pk,
      wakeKey(writeFailover.FUNCTION).pk,
    ]);
    strategies?.frontTable.grantKeepStrategies(controller, strategies.services);
    grantReadSettings(controller, environmentName);
    everyMinute(this, 'ReconcileSchedule', controller);
    onParameterChange(this, 'ParameterChange', { environmentName, target: controller });
    return controller;
  }

  /** A function that both triggers wake: the table's stream and the alarms. */
  private makeController(id: string, contract: FunctionContract, options: FunctionOptions): ControlFunction {
    const { mode, stateTable, deadLetterQueue, environmentName } = this.props;
    const controller = this.makeFunction(id, contract, {
      ...options,
      environment: { ...(mode === null ? {} : { [ENV.mode]: mode }), ...options.environment },
    });
    onStateChange(controller, contract.FUNCTION, stateTable.table, deadLetterQueue);
    allowAlarms(controller, alarmPrefix(environmentName));
    return controller;
  }

  private makeFunction(id: string, contract: FunctionContract, options: FunctionOptions): ControlFunction {
    const { zones, applications } = this.props;
    const made = new ControlFunction(this, id, {
      folder: contract.FUNCTION,
      environmentName: this.props.environmentName,
      description: options.description,
      timeout: Duration.seconds(contract.TIMEOUT_S),
      memoryMiB: MEMORY_MIB,
      reservedConcurrency: contract.RESERVED_CONCURRENCY,
      maxEventAge: ALARM_EVENT_AGE,
      retryAttempts: ALARM_RETRIES,
      deadLetterQueue: this.props.deadLetterQueue,
      environment: {
        ...this.props.databaseEnvironment,
        [ENV.zones]: zones.join(','),
        [ENV.applications]: applications.join(','),
        ...options.environment,
      },
    });
    this.props.stateTable.grantRead(made);
    return made;
  }
}

function strategyVariables({
  frontTable,
  services,
}: NonNullable<ControllersProps['strategies']>): Readonly<Record<string, string>> {
  return { [FRONT_ENV.table]: frontTable.tableName, [FRONT_ENV.services]: services.join(',') };
}

interface FunctionContract {
  readonly FUNCTION: string;
  readonly TIMEOUT_S: number;
  readonly RESERVED_CONCURRENCY: number;
}

interface FunctionOptions {
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Reading both layers of the environment's thresholds, and asking which alarms ring. A policy of its own, so that
 * what is accepted about it is accepted of nothing else. AWS checks the path that is read, not the names below it.
 */
function grantReadSettings(grantee: ControlFunction, environmentName: string): void {
  const path = Stack.of(grantee).formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: parameterRoot(environmentName).slice(1),
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  const alarms = alarmArnPattern(Stack.of(grantee), '');
  const policy = new iam.Policy(grantee, 'Settings', {
    roles: [grantee.role],
    statements: [
      new iam.PolicyStatement({ actions: ['ssm:GetParametersByPath'], resources: [path] }),
      new iam.PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: [alarms] }),
    ],
  });
  acknowledgeWildcards(
    policy,
    [alarms],
    'Listing alarms by a prefix is a question about all alarms of the account and Region: AWS checks it on ' +
      'alarm:*. It only reads.',
  );
}
