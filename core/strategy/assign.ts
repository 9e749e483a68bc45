/** Assigns a user to a version and a strategy: purely, so that every process gives the same answer. */

import { hash32 } from '../hash.ts';
import type { ServiceVersion } from '../naming.ts';
import type { Destination, Strategy, StrategyRule } from './types.ts';

export interface Subject {
  /** Null for a request that tells no user: it is matched by attributes alone, and else gets `stable`. */
  readonly user: string | null;
  /** @default - none */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Assignment {
  readonly version: ServiceVersion;
  /** Null where no rule names one. */
  readonly strategy: string | null;
  /** Index of the rule that decided; null: the split did. */
  readonly rule: number | null;
}

/** As fine as percentages are: hundredths of a percent. */
const BUCKETS = 10_000;

/** The first rule that matches decides; what it leaves open is decided by the split. */
export function assign(strategy: Strategy, subject: Subject): Assignment {
  const at = strategy.rules.findIndex((rule) => matches(strategy.service, rule, subject));
  const to = at === -1 ? undefined : strategy.rules[at]?.to;
  return {
    version: to?.version ?? bySplit(strategy, subject),
    strategy: to?.strategy ?? null,
    rule: at === -1 ? null : at,
  };
}

/**
 * Percentages with different destinations choose independently of each other, whatever else stands in the list and
 * in which order: adding a rule moves nobody of another one.
 */
export function bucketSalt({ version, strategy }: Destination): string {
  return `${version ?? ''}/${strategy ?? ''}`;
}

function matches(service: string, rule: StrategyRule, { user, attributes }: Subject): boolean {
  if ('attribute' in rule) {
    const has = attributes !== undefined && Object.hasOwn(attributes, rule.attribute);
    return has && rule.equals.includes(attributes[rule.attribute]!);
  }
  if (user === null) return false;
  if ('users' in rule) return rule.users.includes(user);
  return isWithin(service, bucketSalt(rule.to), user, rule.percent);
}

function bySplit({ service, split }: Strategy, { user }: Subject): ServiceVersion {
  return user !== null && isWithin(service, 'split', user, split.canary) ? 'canary' : 'stable';
}

/** A user's bucket never changes, so that raising a percentage only adds users. */
function isWithin(service: string, salt: string, user: string, percent: number): boolean {
  const bucket = hash32(`${service}\n${salt}\n${user}`) % BUCKETS;
  return bucket < Math.round((percent / 100) * BUCKETS);
}
