/**
 * The deployed environment `demo` in numbers: what the simulator may not read from `lib/`. A test compares all of
 * it with the synthesized template.
 */

import type { Failure } from '../../../core/failures.ts';
import { wakeKey } from '../../../core/state/keys.ts';
import * as dnsFailover from '../../../lambdas/dns-failover/contract.ts';
import * as healthCheck from '../../../lambdas/health-check/contract.ts';
import * as reconcile from '../../../lambdas/reconcile/contract.ts';
import * as replicaPool from '../../../lambdas/replica-pool/contract.ts';
import * as throttle from '../../../lambdas/throttle/contract.ts';
import * as writeFailover from '../../../lambdas/write-failover/contract.ts';
import type { StreamView } from '../../twin/dynamodb/index.ts';
import type { AsyncPolicy, MappingPolicy } from '../../twin/lambda/index.ts';
import type { AlarmRule } from '../../twin/cloudwatch/index.ts';
import type { FolderName } from './defect.ts';

export const ENVIRONMENT = 'demo';
export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';
export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'] as const;
export const APPLICATIONS = ['shop'] as const;
export const TABLE = 'understudy-demo-state';
export const THROTTLE_TABLE = 'understudy-demo-throttle';
export const FRONT_TABLE = 'understudy-demo-front';
export const CLUSTER = 'demo-cluster';
/** The READER custom endpoint that replica-pool keeps. */
export const ENDPOINT = 'readers';
/** `act`, as the example environment sets it. */
export const MODE = 'act';
export const ALARM_PREFIX = `understudy-${ENVIRONMENT}-`;

export interface FunctionSettings {
  readonly folder: FolderName;
  readonly timeoutMs: number;
  readonly reservedConcurrency: number;
  readonly asynchronous: AsyncPolicy;
  readonly everyMinute: boolean;
  /** The stream that wakes it; null for none. */
  readonly stream: StreamSettings | null;
}

export interface StreamSettings {
  readonly table: TableName;
  readonly view: StreamView;
  readonly policy: MappingPolicy;
  /** Which records wake the function. */
  readonly filters: readonly object[];
}

export type TableName = 'state' | 'throttle' | 'front';

const MINUTE_MS = 60_000;
/** Alarms and schedules come again; an older one would act on a world that has moved on. */
const CONTROLLER_EVENTS: AsyncPolicy = { eventAgeMsMax: 5 * MINUTE_MS, retriesMax: 2 };

export const FUNCTIONS: Readonly<Record<FolderName, FunctionSettings>> = {
  'health-check': {
    folder: 'health-check',
    timeoutMs: healthCheck.TIMEOUT_S * 1000,
    reservedConcurrency: healthCheck.RESERVED_CONCURRENCY,
    asynchronous: { eventAgeMsMax: MINUTE_MS, retriesMax: 0 },
    everyMinute: true,
    stream: null,
  },
  'replica-pool': controller('replica-pool', replicaPool, { everyMinute: false }),
  'write-failover': controller('write-failover', writeFailover, { everyMinute: false }),
  reconcile: controller('reconcile', reconcile, { everyMinute: true }),
  throttle: {
    folder: 'throttle',
    timeoutMs: throttle.TIMEOUT_S * 1000,
    reservedConcurrency: throttle.RESERVED_CONCURRENCY,
    asynchronous: { eventAgeMsMax: MINUTE_MS, retriesMax: 0 },
    everyMinute: false,
    stream: {
      table: 'throttle',
      view: 'KEYS_ONLY',
      policy: streamPolicy({ batchSize: 1000, batchingWindowMs: throttle.BATCHING_WINDOW_S * 1000 }),
      filters: [filter({ Keys: { pk: { S: [{ prefix: throttle.STREAM_PARTITION_PREFIX }] } } })],
    },
  },
  'dns-failover': {
    ...controller('dns-failover', dnsFailover, { everyMinute: true }),
    asynchronous: { eventAgeMsMax: MINUTE_MS, retriesMax: 0 },
    stream: {
      table: 'front',
      view: 'NEW_AND_OLD_IMAGES',
      policy: streamPolicy({ batchSize: 10, batchingWindowMs: 0 }),
      filters: [filter({ NewImage: { kind: { S: ['target-observation'] }, changed: { BOOL: [true] } } })],
    },
  },
};

function controller(
  folder: FolderName,
  contract: { readonly TIMEOUT_S: number; readonly RESERVED_CONCURRENCY: number },
  { everyMinute }: { readonly everyMinute: boolean },
): FunctionSettings {
  return {
    folder,
    timeoutMs: contract.TIMEOUT_S * 1000,
    reservedConcurrency: contract.RESERVED_CONCURRENCY,
    asynchronous: CONTROLLER_EVENTS,
    everyMinute,
    stream: everyMinute ? null : onStateChange(folder),
  };
}

/** A controller of the state table is woken by a changed verdict, or by its own wake item. */
function onStateChange(folder: FolderName): StreamSettings {
  return {
    table: 'state',
    view: 'NEW_AND_OLD_IMAGES',
    policy: streamPolicy({ batchSize: 10, batchingWindowMs: 0 }),
    filters: [
      filter({ NewImage: { kind: { S: ['observation'] }, changed: { BOOL: [true] } } }),
      filter({ Keys: { pk: { S: [wakeKey(folder).pk] } } }),
    ],
  };
}

function streamPolicy(batch: Pick<MappingPolicy, 'batchSize' | 'batchingWindowMs'>): MappingPolicy {
  return { ...batch, recordAgeMsMax: MINUTE_MS, retriesMax: 3, bisect: true, reportItemFailures: false };
}

function filter(dynamodb: object): object {
  return { eventName: ['INSERT', 'MODIFY'], dynamodb };
}

/** The members of the new image that the filters name. */
export const FILTERED_NAMES = ['kind', 'changed'] as const;

/** Two of three periods of ten seconds at 1 or above; missing data is no evidence (I-30). */
export const MEMBER_ALARM_RULE: AlarmRule = {
  comparison: 'GreaterThanOrEqualToThreshold',
  threshold: 1,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  treatMissingData: 'notBreaching',
};
export const MEMBER_ALARM_PERIOD_MS = 10_000;
export const MEMBER_ALARM_STATISTIC = 'Maximum';

/** The failures of a member that have an alarm which wakes a controller. Other alarms only tell people. */
export const MEMBER_ALARMS: readonly {
  readonly failure: Failure;
  readonly wakes: 'replica-pool' | 'write-failover';
}[] = [
  { failure: 'reader-unreachable', wakes: 'replica-pool' },
  { failure: 'reader-broken', wakes: 'replica-pool' },
  { failure: 'reader-lagging', wakes: 'replica-pool' },
  { failure: 'writer-unreachable', wakes: 'write-failover' },
  { failure: 'writer-read-only', wakes: 'write-failover' },
  { failure: 'writer-stalled', wakes: 'write-failover' },
];

/** e.g. `understudy-demo-reader-lagging-member-2`: members count from 1, in the order of the deployment. */
export function alarmName(failure: Failure, memberIndex: number): string {
  return `${ALARM_PREFIX}${failure}-member-${memberIndex + 1}`;
}

export function streamArn(table: string): string {
  return `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}/stream/2027-01-15T08:00:00.000`;
}

export function functionArn(name: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:understudy-${ENVIRONMENT}-${name}`;
}

/** A function by its report name: the folder, a prober's with its zone. */
export function reportName(folder: FolderName, az: string | null): string {
  return az === null ? folder : `${folder}-${az}`;
}
