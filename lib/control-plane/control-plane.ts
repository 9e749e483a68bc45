import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { InvalidInput } from '../../core/errors.ts';
import type { NormalizedProfile } from '../../core/profile/index.ts';
import { DATABASE_ENV, ENV, PROBE_USER } from '../../lambdas/shared/contract.ts';
import { alarmPrefix } from '../shared/alarm-catalogue.ts';
import type { ApplicationRole } from '../shared/application-role.ts';
import type { ControlFunction } from '../shared/control-function.ts';
import { DeadLetters } from '../shared/dead-letters.ts';
import type { FrontTable } from '../shared/front-table.ts';
import type { StateTable } from '../shared/state-table.ts';
import type { ThrottleTable } from '../shared/throttle-table.ts';
import type { ICacheTier } from '../tiers/cache/base.ts';
import type { IDatabaseTier } from '../tiers/database/base.ts';
import type { ReaderPoolEndpoint } from '../tiers/database/reader-pool-endpoint.ts';
import { Alarms } from './alarms.ts';
import { CacheFunctions } from './cache-functions.ts';
import { Controllers } from './controllers.ts';
import { Deployments } from './deployments.ts';
import type { FrontFunction, WatchedEdge } from './front-function.ts';
import { checkFrontParts, makeFront, probedTargets, strategiesOf, tiersOf } from './front-parts.ts';
import { Notifications } from './notifications.ts';
import { Probers, type ProbedTargets } from './probers.ts';
import { StrategyParameters } from './strategy-parameters.ts';
import { ThresholdParameters } from './threshold-parameters.ts';
import { Throttle } from './throttle.ts';
import { alarmArnPattern } from './triggers.ts';

export interface ControlPlaneProps {
  readonly profile: NormalizedProfile;
  readonly vpc: ec2.IVpc;
  readonly stateTable: StateTable;
  /** Needed where the profile throttles something. @default - none */
  readonly throttleTable?: ThrottleTable;
  readonly database: IDatabaseTier;
  readonly readerPool: ReaderPoolEndpoint;
  /** Needed where the profile has a cache. @default - none */
  readonly cache?: ICacheTier;
  /** Needed where the profile has a web tier. @default - none */
  readonly frontTable?: FrontTable;
  /** Needed where the profile runs tasks. @default - none */
  readonly tasks?: WatchedTasks;
  /** Needed where the profile has an edge. @default - none */
  readonly edge?: WatchedEdge;
  /** Applications that may call the front of the cache. @default - none */
  readonly applications?: readonly ApplicationRole[];
  /** Functions of the environment that stand elsewhere and are watched with the others. @default - none */
  readonly alsoWatched?: ReadonlyMap<string, ControlFunction>;
  /** @default - a queue of the control plane's own */
  readonly deadLetterQueue?: sqs.IQueue;
}

/** What of the tasks of an environment is watched. */
export interface WatchedTasks {
  readonly cluster: ecs.ICluster;
  /** What the balancers send to. @default - there is no web tier */
  readonly web?: ProbedTargets['tier'];
}

/** What watches an environment and acts: probers, controllers, alarms, thresholds and the topic people are told by. */
export class ControlPlane extends Construct {
  readonly probers: Probers;
  readonly controllers: Controllers;
  /** Null where nothing is throttled. */
  readonly throttle: Throttle | null;
  /** Null where there is no cache. */
  readonly cache: CacheFunctions | null;
  /** Null where there is no edge. */
  readonly front: FrontFunction | null;
  /** Null where no service has users to assign. */
  readonly strategies: StrategyParameters | null;
  /** Null where no tasks are run. */
  readonly deployments: Deployments | null;
  readonly alarms: Alarms;
  readonly thresholds: ThresholdParameters;
  readonly notifications: Notifications;
  readonly deadLetterQueue: sqs.IQueue;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    const { profile, vpc, database, stateTable } = props;
    const { name: environmentName, zones } = profile;
    checkFrontParts(props);
    this.deadLetterQueue = props.deadLetterQueue ?? new DeadLetters(this, 'DeadLetters').queue;
    const shared = {
      environmentName,
      zones,
      database,
      stateTable,
      deadLetterQueue: this.deadLetterQueue,
      databaseEnvironment: databaseEnvironment(database, stateTable),
    };
    this.thresholds = new ThresholdParameters(this, 'Thresholds', {
      environmentName,
      thresholds: profile.thresholds,
      tiers: tiersOf(profile),
    });
    this.notifications = new Notifications(this, 'Notifications', {
      notify: profile.notify,
      alarmArnPattern: alarmArnPattern(Stack.of(this), alarmPrefix(environmentName)),
    });
    const { cache } = props;
    const probed = probedTargets(props);
    const strategies = strategiesOf(props);
    this.probers = new Probers(this, 'Probers', {
      ...shared,
      vpc,
      ...(cache === undefined ? {} : { cache }),
      ...(probed === null ? {} : { targets: probed }),
    });
    this.controllers = new Controllers(this, 'Controllers', {
      ...shared,
      applications: profile.applications,
      readerPool: props.readerPool,
      mode: profile.tiers.database.mode,
      throttle: profile.throttle,
      ...(strategies === null ? {} : { strategies }),
    });
    this.throttle = this.makeThrottle(props);
    this.cache = this.makeCache(props);
    this.front = makeFront(this, { ...props, deadLetterQueue: this.deadLetterQueue });
    this.strategies =
      strategies === null
        ? null
        : new StrategyParameters(this, 'Strategies', { environmentName, services: strategies.services });
    this.deployments = this.makeDeployments(props);
    this.alarms = new Alarms(this, 'Alarms', {
      environmentName,
      zones,
      database,
      topic: this.notifications.topic,
      deadLetterQueue: this.deadLetterQueue,
      controllers: {
        'replica-pool': this.controllers.replicaPool,
        'write-failover': this.controllers.writeFailover,
        ...(this.cache === null ? {} : { 'cache-router': this.cache.router }),
        ...(this.front === null ? {} : { 'dns-failover': this.front.function }),
      },
      functions: new Map([...this.functions(), ...(props.alsoWatched ?? [])]),
      throttled: profile.throttle.map(({ resource }) => resource),
      ...(cache === undefined ? {} : { cache: { tier: cache, applications: profile.applications } }),
      ...(props.edge === undefined ? {} : { edge: { isAsked: props.edge.checkUrl !== null } }),
      ...(this.deployments === null ? {} : { failedDeployments: this.deployments.failed }),
    });
  }

  private makeDeployments({ profile, tasks }: ControlPlaneProps): Deployments | null {
    if (tasks === undefined) return null;
    const { notifications } = this;
    const { cluster } = tasks;
    return new Deployments(this, 'Deployments', { environmentName: profile.name, cluster, notifications });
  }

  private makeCache({
    profile,
    vpc,
    cache,
    applications = [],
    ...props
  }: ControlPlaneProps): CacheFunctions | null {
    const { name: environmentName, zones, tiers } = profile;
    if ((cache === undefined) !== (tiers.cache === null)) {
      const rule = 'is needed where the profile has a cache, and nowhere else';
      const fix = 'pass the CacheTier of the profile, or take cache out of its tiers';
      throw new InvalidInput(`The control plane of '${environmentName}'`, [
        { field: 'cache', value: cache?.node.path, rule, fix },
      ]);
    }
    if (cache === undefined || tiers.cache === null) return null;
    const { database, stateTable } = props;
    const { deadLetterQueue } = this;
    const shared = { environmentName, vpc, zones, cache, database, stateTable, deadLetterQueue };
    return new CacheFunctions(this, 'Cache', { ...shared, mode: tiers.cache.mode, applications });
  }

  private makeThrottle({ profile, stateTable, throttleTable }: ControlPlaneProps): Throttle | null {
    const { name: environmentName, throttle: resources } = profile;
    if (resources.length === 0) return null;
    if (throttleTable === undefined) {
      const rule = 'is needed where the profile throttles something';
      const fix = 'pass a ThrottleTable, or take throttle out of the profile';
      throw new InvalidInput(`The control plane of '${environmentName}'`, [
        { field: 'throttleTable', value: undefined, rule, fix },
      ]);
    }
    const { deadLetterQueue } = this;
    return new Throttle(this, 'Throttle', {
      environmentName,
      resources,
      stateTable,
      throttleTable,
      deadLetterQueue,
    });
  }

  /** Every function of the control plane, by report name. */
  functions(): ReadonlyMap<string, ControlFunction> {
    const { replicaPool, writeFailover, reconcile } = this.controllers;
    const throttle = this.throttle === null ? [] : [this.throttle.function];
    const cache = this.cache === null ? [] : [this.cache.router, this.cache.front];
    const front = this.front === null ? [] : [this.front.function];
    const controllers = [replicaPool, writeFailover, reconcile];
    const made = [...this.probers.functions.values(), ...controllers, ...throttle, ...cache, ...front];
    return new Map(made.map((fn) => [fn.reportName, fn]));
  }
}

/** What every function that looks after the database is told. */
function databaseEnvironment(database: IDatabaseTier, stateTable: StateTable): Record<string, string> {
  return {
    [ENV.stateTable]: stateTable.tableName,
    [DATABASE_ENV.cluster]: database.clusterIdentifier,
    [DATABASE_ENV.clusterEndpoint]: database.clusterEndpoint,
    [DATABASE_ENV.members]: database.members.map(({ id, endpoint }) => `${id}=${endpoint}`).join(','),
    [DATABASE_ENV.port]: String(database.port),
    [DATABASE_ENV.database]: database.databaseName,
    [DATABASE_ENV.probeUser]: PROBE_USER,
  };
}
