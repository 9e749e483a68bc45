/** Attributes of balancers and target groups: their defaults, and what may stand in them. */

import { AwsError } from '../kernel/index.ts';
import type { Attributes } from './model.ts';

type Check = (value: string) => string | null;

interface Known {
  readonly key: string;
  readonly default: string;
  /** The rule that a value breaks, or null. */
  readonly check: Check;
}

const isFlag: Check = (value) => (value === 'true' || value === 'false' ? null : 'must be true or false');
const isText: Check = () => null;
const within =
  (min: number, max: number): Check =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max
      ? null
      : `must be a whole number from ${min} to ${max}`;
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value) ? null : `must be one of ${allowed.join(', ')}`;
/** What the sandbox does not do may be named with the value that leaves it out. */
const only =
  (allowed: string): Check =>
  (value) =>
    value === allowed ? null : `the sandbox knows ${allowed} alone`;
const countOrOff: Check = (value) => (value === 'off' ? null : within(1, 1_000)(value));
const percentOrOff: Check = (value) => (value === 'off' ? null : within(1, 100)(value));

const BALANCER: readonly Known[] = [
  { key: 'access_logs.s3.enabled', default: 'false', check: isFlag },
  { key: 'access_logs.s3.bucket', default: '', check: isText },
  { key: 'access_logs.s3.prefix', default: '', check: isText },
  { key: 'client_keep_alive.seconds', default: '3600', check: within(60, 604_800) },
  { key: 'connection_logs.s3.enabled', default: 'false', check: only('false') },
  { key: 'deletion_protection.enabled', default: 'false', check: isFlag },
  { key: 'idle_timeout.timeout_seconds', default: '60', check: within(1, 4_000) },
  { key: 'load_balancing.cross_zone.enabled', default: 'true', check: only('true') },
  {
    key: 'routing.http.desync_mitigation_mode',
    default: 'defensive',
    check: oneOf('defensive', 'monitor', 'strictest'),
  },
  { key: 'routing.http.drop_invalid_header_fields.enabled', default: 'false', check: isFlag },
  { key: 'routing.http.preserve_host_header.enabled', default: 'false', check: isFlag },
  {
    key: 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled',
    default: 'false',
    check: only('false'),
  },
  { key: 'routing.http.xff_client_port.enabled', default: 'false', check: isFlag },
  {
    key: 'routing.http.xff_header_processing.mode',
    default: 'append',
    check: oneOf('append', 'preserve', 'remove'),
  },
  { key: 'routing.http2.enabled', default: 'true', check: isFlag },
  { key: 'waf.fail_open.enabled', default: 'false', check: isFlag },
  { key: 'zonal_shift.config.enabled', default: 'false', check: isFlag },
];

const GROUP: readonly Known[] = [
  { key: 'deregistration_delay.timeout_seconds', default: '300', check: within(0, 3_600) },
  { key: 'stickiness.enabled', default: 'false', check: only('false') },
  { key: 'stickiness.type', default: 'lb_cookie', check: oneOf('lb_cookie', 'app_cookie') },
  {
    key: 'load_balancing.cross_zone.enabled',
    default: 'use_load_balancer_configuration',
    check: oneOf('true', 'false', 'use_load_balancer_configuration'),
  },
  {
    key: 'load_balancing.algorithm.type',
    default: 'round_robin',
    check: oneOf('round_robin', 'least_outstanding_requests'),
  },
  { key: 'load_balancing.algorithm.anomaly_mitigation', default: 'off', check: only('off') },
  { key: 'slow_start.duration_seconds', default: '0', check: slowStart },
  {
    key: 'target_group_health.dns_failover.minimum_healthy_targets.count',
    default: '1',
    check: countOrOff,
  },
  {
    key: 'target_group_health.dns_failover.minimum_healthy_targets.percentage',
    default: 'off',
    check: percentOrOff,
  },
  {
    key: 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count',
    default: '1',
    check: within(1, 1_000),
  },
  {
    key: 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
    default: 'off',
    check: percentOrOff,
  },
];

const LISTENER: readonly Known[] = [
  { key: 'routing.http.response.server.enabled', default: 'true', check: isFlag },
];

function slowStart(value: string): string | null {
  return value === '0' || within(30, 900)(value) === null ? null : 'must be 0, or 30 to 900';
}

export const ATTRIBUTES = { balancer: BALANCER, group: GROUP, listener: LISTENER } as const;

/**
 * The attributes with what is given over the defaults, or over what stands.
 * @throws AwsError `ValidationError` naming the key, its value and the rule
 */
export function readAttributes(
  kind: keyof typeof ATTRIBUTES,
  given: readonly { readonly Key?: string; readonly Value?: string }[],
  standing?: Attributes,
): Attributes {
  const known = ATTRIBUTES[kind];
  const attributes = new Map(standing ?? known.map(({ key, default: value }) => [key, value]));
  for (const { Key: key = '', Value: value = '' } of given) {
    const rule = known.find((one) => one.key === key);
    const broken = rule === undefined ? 'the sandbox knows no such attribute' : rule.check(value);
    if (broken !== null) throw new AwsError('ValidationError', `${key} = '${value}': ${broken}`);
    attributes.set(key, value);
  }
  refuseClashes(attributes);
  return attributes;
}

/** Slow start needs round robin (guide, "Edit target group attributes"). */
function refuseClashes(attributes: Attributes): void {
  const slow = attributes.get('slow_start.duration_seconds') ?? '0';
  const algorithm = attributes.get('load_balancing.algorithm.type') ?? 'round_robin';
  if (slow !== '0' && algorithm !== 'round_robin') {
    throw new AwsError(
      'InvalidConfigurationRequest',
      `slow_start.duration_seconds = '${slow}': slow start needs load_balancing.algorithm.type round_robin, not ${algorithm}`,
    );
  }
}

export function flag(attributes: Attributes, key: string): boolean {
  return attributes.get(key) === 'true';
}

export function seconds(attributes: Attributes, key: string): number {
  return Number(attributes.get(key) ?? 0);
}

/** A count or a percentage; null where it is off. */
export function limit(attributes: Attributes, key: string): number | null {
  const value = attributes.get(key) ?? 'off';
  return value === 'off' ? null : Number(value);
}
