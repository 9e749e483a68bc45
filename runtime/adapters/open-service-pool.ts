/** Opens the pool of a service with everything real: instances from Cloud Map, connections by undici. */

import { type Fault, InvalidInput } from '../../core/errors.ts';
import { ATTEMPTS_MAX, SERVICE_POOL_DEFAULTS, type ServicePoolLimits } from '../service/limits.ts';
import { ServicePool } from '../service/pool.ts';
import type { Discovery } from '../service/ports.ts';
import { CloudMapDiscovery } from './cloud-map-discovery.ts';
import { systemClock, systemRandom } from './system.ts';
import { UndiciTransport } from './undici-transport.ts';

export interface OpenServicePoolOptions {
  readonly region: string;
  /** HTTP name of the Cloud Map namespace: that of the environment. */
  readonly namespace: string;
  /** The application that is called. */
  readonly service: string;
  /** The zone of this task, as `readTaskMetadata` tells it. @default - unknown: every zone is as near as any other */
  readonly az?: string | null;
  readonly limits?: Partial<ServicePoolLimits>;
  /** Connections to one instance, at most. @default 64 */
  readonly connectionsMax?: number;
  /** Time for one connection to be made. @default 250 */
  readonly connectMs?: number;
  /** Bytes that the body of an answer may have. @default 10 MiB */
  readonly answerBytesMax?: number;
  /** In the place of Cloud Map. @default - Cloud Map */
  readonly discovery?: Discovery;
}

export interface OpenServicePool {
  readonly pool: ServicePool;
  /** Refuses new requests, lets those under way finish within `drainMs`, and leaves no socket and no timer. @default 5,000 */
  close(drainMs?: number): Promise<void>;
}

export const SERVICE_CONNECTION_DEFAULTS = {
  connectionsMax: 64,
  connectMs: 250,
  answerBytesMax: 10 * 2 ** 20,
} as const;

/**
 * Returns at once; requests wait for the first list of the registry within their own time. Throws `invalid-input` naming
 * every option that is wrong.
 */
export function openServicePool(options: OpenServicePoolOptions): OpenServicePool {
  check(options);
  const { service, az = null, limits = {} } = options;
  const discovery = options.discovery ?? new CloudMapDiscovery(options);
  const connections = { ...SERVICE_CONNECTION_DEFAULTS, ...definedOf(options) };
  // The pool ends what takes too long, by the time of each request: this is only the last resort.
  const answerMs = 2 * Math.max(SERVICE_POOL_DEFAULTS.deadlineMs, limits.deadlineMs ?? 0);
  const transport = new UndiciTransport({ ...connections, answerMs });
  const ports = { discovery, transport, clock: systemClock, random: systemRandom };
  const pool = new ServicePool(ports, { service, az, limits });
  return {
    pool,
    async close(drainMs) {
      await pool.close(drainMs);
      discovery.close?.();
    },
  };
}

function definedOf({
  connectionsMax,
  connectMs,
  answerBytesMax,
}: OpenServicePoolOptions): Partial<Record<keyof typeof SERVICE_CONNECTION_DEFAULTS, number>> {
  return {
    ...(connectionsMax !== undefined && { connectionsMax }),
    ...(connectMs !== undefined && { connectMs }),
    ...(answerBytesMax !== undefined && { answerBytesMax }),
  };
}

const NAME_FIX: Readonly<Record<'region' | 'namespace' | 'service', string>> = {
  region: "such as 'eu-central-1'",
  namespace: 'the name of the environment, UNDERSTUDY_NAMESPACE of a web task',
  service: 'one of UNDERSTUDY_CALLS of a web task',
};

function check(options: OpenServicePoolOptions): void {
  const faults: Fault[] = [];
  for (const field of ['region', 'namespace', 'service'] as const) {
    if (options[field] !== '') continue;
    faults.push({ field, value: options[field], rule: 'must be a name', fix: NAME_FIX[field] });
  }
  const { limits = {}, connectionsMax, connectMs, answerBytesMax } = options;
  const numbers = { connectionsMax, connectMs, answerBytesMax };
  const times = {
    deadlineMs: limits.deadlineMs,
    tryMs: limits.tryMs,
    probeMs: limits.probeMs,
    probePaceMs: limits.probePaceMs,
    refreshMs: limits.refreshMs,
    refreshMsMin: limits.refreshMsMin,
  };
  for (const [name, value] of Object.entries({ ...numbers, ...times })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
    const field = name in times ? `limits.${name}` : name;
    faults.push({
      field,
      value,
      rule: 'must be a whole number above 0',
      fix: 'leave it out for the default',
    });
  }
  const attempts = limits.retry?.attemptsMax;
  if (attempts !== undefined && !(attempts >= 1 && attempts <= ATTEMPTS_MAX)) {
    const rule = `must be from 1 to ${ATTEMPTS_MAX}: more would multiply the load on a service in trouble`;
    faults.push({ field: 'limits.retry.attemptsMax', value: attempts, rule, fix: 'leave it out for 2' });
  }
  if (faults.length > 0) throw new InvalidInput('The service pool', faults);
}
