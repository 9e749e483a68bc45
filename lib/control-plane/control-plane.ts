import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { InvalidInput } from '../../core/errors.ts';
import type { NormalizedProfile } from '../../core/profile/index.ts';
import { DATABASE_ENV, ENV, PROBE_USER } from '../../lambdas/shared/contract.ts';
import { alarmPrefix } from '../shared/alarm-catalogue.ts';
import type { ApplicationRole } from '../shared/application-role.ts';
import type { ControlFunction } from '../shared/control-function.ts';
import { DeadLetters } from '../shared/dead-letters.ts';
import type { StateTable } from '../shared/state-table.ts';
import type { ThrottleTable } from '../shared/throttle-table.ts';
import type { ICacheTier } from '../tiers/cache/base.ts';
import type { IDatabaseTier } from '../tiers/database/base.ts';
import type { ReaderPoolEndpoint } from '../tiers/database/reader-pool-endpoint.ts';
import { Alarms } from './alarms.ts';
import { CacheFunctions } from './cache-functions.ts';
import { Controllers } from './controllers.ts';
import { Notifications } from './notifications.ts';
import { Probers } from './probers.ts';
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
  /** Applications that may call the front of the cache. @default - none */
  readonly applications?: readonly ApplicationRole[];
  /** Functions of the environment that stand elsewhere and are watched with the others. @default - none */
  readonly alsoWatched?: ReadonlyMap<string, ControlFunction>;
  /** @default - a queue of the control plane's own */
  readonly deadLetterQueue?: sqs.IQueue;
}

/** What watches an environment and acts: probers, controllers, alarms, thresholds and the topic people are told by. */
export class ControlPlane extends Construct {
  readonly probers: Probers;
  readonly controllers: Controllers;
  /** Null where nothing is throttled. */
  readonly throttle: Throttle | null;
  /** Null where there is no cache. */
  readonly cache: CacheFunctions | null;
  readonly alarms: Alarms;
  readonly thresholds: ThresholdParameters;
  readonly notifications: Notifications;
  readonly deadLetterQueue: sqs.IQueue;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    const { profile, vpc, database, stateTable } = props;
    const { name: environmentName, zones } = profile;
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
    });
    this.notifications = new Notifications(this, 'Notifications', {
      notify: profile.notify,
      alarmArnPattern: alarmArnPattern(Stack.of(this), alarmPrefix(environmentName)),
    });
    const { cache } = props;
    this.probers = new Probers(this, 'Probers', {
      ...shared,
      vpc,
      ...(cache === undefined ? {} : { cache }),
    });
    this.controllers = new Controllers(this, 'Controllers', {
      ...shared,
      applications: profile.applications,
      readerPool: props.readerPool,
      mode: profile.tiers.database.mode,
      throttle: profile.throttle,
    });
    this.throttle = this.makeThrottle(props);
    this.cache = this.makeCache(props);
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
      },
      functions: new Map([...this.functions(), ...(props.alsoWatched ?? [])]),
      throttled: profile.throttle.map(({ resource }) => resource),
      ...(cache === undefined ? {} : { cache: { tier: cache, applications: profile.applications } }),
    });
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
    const controllers = [replicaPool, writeFailover, reconcile];
    const made = [...this.probers.functions.values(), ...controllers, ...throttle, ...cache];
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
