/** Opens the throttle of one resource with everything real: the system's clock, and leases from the throttle table. */

import { randomUUID } from 'node:crypto';
import { InvalidInput, type Fault } from '../../core/errors.ts';
import { BURST_S_DEFAULT, INSTANCE_NAME, PER_SECOND_MAX, type RateLimit } from '../../core/throttle/index.ts';
import { OTHERS } from '../../core/throttle/instance-shares.ts';
import { THROTTLE_THRESHOLDS } from '../../core/thresholds/throttle.ts';
import { CallerMetrics, type CallerMetricsSink } from '../throttle/caller-metrics.ts';
import { rateLimit } from '../throttle/leases/held-lease.ts';
import { InstanceLease, type InstanceLeaseStatus } from '../throttle/leases/instance-lease.ts';
import type { LeaseStore } from '../throttle/leases/store.ts';
import { Throttle, type ThrottleOptions, type ThrottleStatus } from '../throttle/throttle.ts';
import { DynamoDbLeaseStore } from './dynamodb-lease-store.ts';
import { systemClock, systemRandom } from './system.ts';

export interface OpenThrottleOptions extends Pick<
  ThrottleOptions,
  'concurrency' | 'gate' | 'admission' | 'onDecision'
> {
  /** The application whose processes share the resource. */
  readonly application: string;
  /** What is shared, as its quotas name it. */
  readonly resource: string;
  /** Requests a second that all instances together bear. Above 0. */
  readonly capacityPerS: number;
  /** Seconds' worth of its rate that a caller may use at once, until a lease says otherwise. @default 1 */
  readonly burstS?: number;
  /** The throttle table of the environment. @default - the throttle stands alone: see `limitOf` */
  readonly table?: string;
  /** Region of the table. Needed with it. */
  readonly region?: string;
  /** The rate limit of a caller where there is no table. @default - each caller may use the whole capacity */
  readonly limitOf?: (caller: string) => RateLimit;
  /** Name of this instance: the same for the life of the process, and of no other. @default - a random one */
  readonly instance?: string;
  /** Time between two reports, at least. @default 10,000 */
  readonly reportMs?: number;
  /** Where a report of what became of requests goes, at most one a minute. @default - nowhere */
  readonly metrics?: CallerMetricsSink;
  /** In the place of the table. @default - the table */
  readonly store?: LeaseStore;
}

export interface OpenThrottleStatus {
  readonly throttle: ThrottleStatus;
  /** Null where the throttle stands alone. */
  readonly lease: InstanceLeaseStatus | null;
}

export interface OpenThrottle {
  readonly throttle: Throttle;
  /** A snapshot for people and for a status page. */
  describe(): OpenThrottleStatus;
  /** True once there is a lease, false when there is none after `ms`. At once true where the throttle stands alone. */
  ready(ms: number): Promise<boolean>;
  /** Leaves no socket and no timer. The throttle itself goes on with what it has. */
  close(): Promise<void>;
}

const REPORT_MS = THROTTLE_THRESHOLDS.find(({ name }) => name === 'report-ms')!;

/** Returns at once; decisions never wait for the table. Throws `invalid-input` naming every option that is wrong. */
export function openThrottle(options: OpenThrottleOptions): OpenThrottle {
  check(options);
  const { table, region } = options;
  const store =
    options.store ?? (table === undefined ? null : new DynamoDbLeaseStore({ table, region: region! }));
  return store === null ? standAlone(options) : withLeases(options, store);
}

function standAlone(options: OpenThrottleOptions): OpenThrottle {
  const whole = rateLimit(options.capacityPerS, options.burstS ?? BURST_S_DEFAULT);
  const { limitOf = () => whole } = options;
  const metrics = metricsOf(options);
  const throttle = new Throttle({
    ...guardsOf(options),
    clock: systemClock,
    limitOf,
    shared: whole,
    onDecision: (decision) => {
      metrics?.count(decision);
      options.onDecision?.(decision);
    },
  });
  return {
    throttle,
    describe: () => ({ throttle: throttle.describe(), lease: null }),
    ready: () => Promise.resolve(true),
    close: () => Promise.resolve(metrics?.close()),
  };
}

function withLeases(options: OpenThrottleOptions, store: LeaseStore): OpenThrottle {
  const { application, resource, capacityPerS, instance = randomUUID() } = options;
  const metrics = metricsOf(options);
  const lease = new InstanceLease({
    clock: systemClock,
    random: systemRandom,
    store,
    identity: { application, resource, instance },
    capacityPerS,
    burstS: options.burstS ?? BURST_S_DEFAULT,
    reportMs: options.reportMs ?? REPORT_MS.default,
    onChange: () => throttle.refresh(),
  });
  const terms = lease.terms();
  const throttle = new Throttle({
    ...guardsOf(options),
    ...terms,
    clock: systemClock,
    shared: terms.limitOf(OTHERS),
    onDecision: (decision) => {
      lease.count(decision);
      metrics?.count(decision);
      options.onDecision?.(decision);
    },
  });
  lease.start();
  return {
    throttle,
    describe: () => ({ throttle: throttle.describe(), lease: lease.describe() }),
    ready: (ms) => lease.ready(ms),
    async close() {
      lease.close();
      metrics?.close();
    },
  };
}

function metricsOf({ metrics, resource }: OpenThrottleOptions): CallerMetrics | null {
  return metrics ? new CallerMetrics({ clock: systemClock, resource, sink: metrics }) : null;
}

function guardsOf({
  concurrency,
  gate,
  admission,
}: OpenThrottleOptions): Pick<ThrottleOptions, 'concurrency' | 'gate' | 'admission'> {
  return {
    ...(concurrency && { concurrency }),
    ...(gate && { gate }),
    ...(admission && { admission }),
  };
}

function check(options: OpenThrottleOptions): void {
  const { application, resource, capacityPerS, table, region, reportMs, instance, burstS } = options;
  const faults: Fault[] = [];
  const fault = (field: string, value: unknown, rule: string, fix: string): void =>
    void faults.push({ field, value, rule, fix });
  if (application === '') fault('application', application, 'must be a name', "such as 'shop'");
  if (resource === '') fault('resource', resource, 'must be a name', "such as 'quotes'");
  if (instance !== undefined && !INSTANCE_NAME.test(instance)) {
    const rule = 'must be 1 to 128 letters, digits and . _ : @ / -, beginning with a letter or digit';
    fault('instance', instance, rule, 'leave it out for a random one');
  }
  if (!(capacityPerS > 0 && capacityPerS <= PER_SECOND_MAX)) {
    const rule = `must be above 0 and at most ${PER_SECOND_MAX} requests a second`;
    fault('capacityPerS', capacityPerS, rule, 'what all instances together bear');
  }
  if (burstS !== undefined && !(burstS > 0 && burstS <= 60)) {
    fault('burstS', burstS, 'must be above 0 and at most 60 s', `leave it out for ${BURST_S_DEFAULT}`);
  }
  if (table !== undefined && !region) {
    fault('region', region, 'is needed with a table', "such as 'eu-central-1'");
  }
  if (reportMs !== undefined && !(reportMs >= REPORT_MS.min && reportMs <= REPORT_MS.max)) {
    const rule = `must be from ${REPORT_MS.min} to ${REPORT_MS.max} ms`;
    fault('reportMs', reportMs, rule, `leave it out for ${REPORT_MS.default}`);
  }
  if (faults.length > 0) throw new InvalidInput('The throttle', faults);
}
