/** What the nodes of a balancer are told, made from what the registry knows. */

import { type Certificates, type World } from '../kernel/index.ts';
import { flag, limit, seconds } from './attributes.ts';
import type { Listener, LoadBalancer, TargetGroup } from './model.ts';
import type { GroupConfig, ListenerConfig, NodeConfig } from './node-protocol.ts';
import type { Registry } from './registry.ts';
import type { TargetBook } from './target-book.ts';

/** As AWS puts metrics and delivers logs; both follow the pace. */
const REPORT_MS = 60_000;
const LOG_MS = 5 * 60_000;
/** A busy machine answers late at the fast pace, too: a check waits this long, but for its interval. */
const CHECK_TIMEOUT_MS_MIN = 400;

export interface ConfigSources {
  readonly world: World;
  readonly registry: Registry;
  readonly certificates: Certificates;
  readonly book: TargetBook;
}

export function nodeConfig(
  sources: ConfigSources,
  balancer: LoadBalancer,
  shiftedAway: string | null,
): NodeConfig {
  const { world, registry } = sources;
  const { attributes } = balancer;
  return {
    balancer: `app/${balancer.name}/${balancer.id}`,
    listeners: registry.listenersOf(balancer.arn).map((listener) => listenerConfig(sources, listener)),
    groups: registry.groupsOf(balancer.arn).map((group) => groupConfig(sources, group)),
    shiftedAway,
    idleMs: seconds(attributes, 'idle_timeout.timeout_seconds') * 1_000,
    keepAliveMs: seconds(attributes, 'client_keep_alive.seconds') * 1_000,
    xff: {
      mode: attributes.get('routing.http.xff_header_processing.mode') ?? 'append',
      withPort: flag(attributes, 'routing.http.xff_client_port.enabled'),
    },
    log: { enabled: flag(attributes, 'access_logs.s3.enabled'), everyMs: world.managed(LOG_MS) },
    reportMs: world.managed(REPORT_MS),
  };
}

function listenerConfig({ registry, certificates }: ConfigSources, listener: Listener): ListenerConfig {
  const { certificateArn } = listener;
  return {
    port: listener.port,
    tls: certificateArn === null ? null : { ...certificates.material(certificateArn), arn: certificateArn },
    rules: registry
      .rulesOf(listener.arn)
      .map(({ priority, conditions, action }) => ({ priority, conditions, action })),
    defaultAction: listener.defaultAction,
  };
}

function groupConfig({ world, book }: ConfigSources, group: TargetGroup): GroupConfig {
  const { healthCheck: check, attributes } = group;
  const intervalMs = world.managed(check.intervalS * 1_000);
  const timeoutMs = Math.max(world.managed(check.timeoutS * 1_000), CHECK_TIMEOUT_MS_MIN);
  const routing = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets';
  const states = new Map(book.routed(group.arn).map(({ id, health }) => [id, health.state]));
  return {
    arn: group.arn,
    check: {
      path: check.path,
      port: check.port === 'traffic-port' ? null : Number(check.port),
      intervalMs,
      timeoutMs: Math.min(timeoutMs, intervalMs),
      healthyThreshold: check.healthyThreshold,
      unhealthyThreshold: check.unhealthyThreshold,
      matcher: check.matcher,
    },
    algorithm:
      attributes.get('load_balancing.algorithm.type') === 'least_outstanding_requests'
        ? 'least_outstanding_requests'
        : 'round_robin',
    slowStartMs: world.managed(seconds(attributes, 'slow_start.duration_seconds') * 1_000),
    crossZone: isCrossZone(group),
    minimumHealthy: {
      count: limit(attributes, `${routing}.count`),
      percent: limit(attributes, `${routing}.percentage`),
    },
    targets: [...group.targets].flatMap(([id, { target, registration, drainUntil }]) => {
      const known = states.get(id);
      return known === undefined ? [] : [{ ...target, id, registration, drainUntil, known }];
    }),
  };
}

/** On at the balancer, always; a target group may turn it off. */
export function isCrossZone({ attributes }: TargetGroup): boolean {
  return attributes.get('load_balancing.cross_zone.enabled') !== 'false';
}
