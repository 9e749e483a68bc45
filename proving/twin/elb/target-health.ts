/**
 * The health of one target as one node of an application load balancer sees it.
 *
 * Sources: guide "Health checks for your target groups" (states, thresholds; "after your target is registered, it must
 * pass one health check to be considered healthy") and "Edit target group attributes" (deregistration delay, slow
 * start: ends when the target becomes unhealthy, begins anew when it is healthy again, and only where some other
 * healthy target is not in it).
 */

export interface TargetHealth {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'draining';
  /** Checks in a row that speak against the state. */
  readonly against: number;
  /** When the state began, ms. */
  readonly since: number;
  /** When the ramp of slow start began, ms; null for a target that takes its full share. */
  readonly slowStartAt: number | null;
  /** While it drains: when open requests are cut off, ms. */
  readonly drainUntil: number | null;
}

export interface HealthRules {
  /** Good checks in a row that make an unhealthy target healthy. */
  readonly healthyThreshold: number;
  /** Bad checks in a row that make a target unhealthy. */
  readonly unhealthyThreshold: number;
  /** Length of the ramp; 0 for none. */
  readonly slowStartMs: number;
}

export interface CheckContext {
  /** ms */
  readonly now: number;
  /** Some other target of the group is healthy and takes its full share: only then is a ramp of use. */
  readonly othersServe: boolean;
}

export function registered(now: number): TargetHealth {
  return { state: 'initial', against: 0, since: now, slowStartAt: null, drainUntil: null };
}

/** The health after one check. A target that drains is checked no more. */
export function checked(
  health: TargetHealth,
  passed: boolean,
  rules: HealthRules,
  context: CheckContext,
): TargetHealth {
  if (health.state === 'draining') return health;
  const isGood = health.state === 'healthy';
  // For an initial target a good check is news, and so is a bad one.
  if (health.state !== 'initial' && passed === isGood) {
    return health.against === 0 ? health : { ...health, against: 0 };
  }
  if (health.state === 'initial' && passed) return healthySince(health, rules, context);
  const against = health.against + 1;
  const needed = passed ? rules.healthyThreshold : rules.unhealthyThreshold;
  if (against < needed) return { ...health, against };
  if (passed) return healthySince(health, rules, context);
  return { ...health, state: 'unhealthy', against: 0, since: context.now, slowStartAt: null };
}

function healthySince(
  health: TargetHealth,
  rules: HealthRules,
  { now, othersServe }: CheckContext,
): TargetHealth {
  const ramps = rules.slowStartMs > 0 && othersServe;
  return { ...health, state: 'healthy', against: 0, since: now, slowStartAt: ramps ? now : null };
}

/** Deregistration begins: no new request, and the open ones have this long. */
export function drained(health: TargetHealth, now: number, delayMs: number): TargetHealth {
  if (health.state === 'draining') return health;
  return { state: 'draining', against: 0, since: now, slowStartAt: null, drainUntil: now + delayMs };
}

/** True when a draining target is deregistered: without open requests at once, with some when its delay is over. */
export function isDeregistered(health: TargetHealth, openRequests: number, now: number): boolean {
  if (health.state !== 'draining') return false;
  return openRequests === 0 || now >= (health.drainUntil ?? 0);
}

/** The part of its full share that a healthy target takes now: 0 to 1, linear over slow start. */
export function share(health: TargetHealth, slowStartMs: number, now: number): number {
  if (health.slowStartAt === null || slowStartMs <= 0) return 1;
  return Math.min(1, Math.max(0, (now - health.slowStartAt) / slowStartMs));
}

/** True while a healthy target takes less than its full share. */
export function isRamping(health: TargetHealth, slowStartMs: number, now: number): boolean {
  return health.state === 'healthy' && share(health, slowStartMs, now) < 1;
}

/**
 * What DescribeTargetHealth tells where each node has its own view: what most nodes see. AWS does not say how it makes
 * one answer of several; a tie goes to the worse view.
 */
export function commonState(views: readonly TargetHealth['state'][]): TargetHealth['state'] {
  if (views.includes('draining')) return 'draining';
  const count = (state: TargetHealth['state']) => views.filter((view) => view === state).length;
  const worseFirst = ['unhealthy', 'initial', 'healthy'] as const;
  const seen = worseFirst.filter((state) => count(state) > 0);
  return seen.toSorted((a, b) => count(b) - count(a))[0] ?? 'initial';
}
