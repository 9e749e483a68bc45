/**
 * The lock of an environment, `environments/<env>.lock.json`: facts that a change would destroy data by. It is
 * edited by guided operations alone, and synthesis stops when the template says something else.
 */

import { InvalidInput, type Fault } from '../errors.ts';

export interface EnvironmentLock {
  /** Logical ids of the resources that hold data, by the id of their stack, as `type` by logical id. */
  readonly stateful: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** How many shards hold the keys of the cache: another number is another place for each of them. */
  readonly cache?: {
    readonly shards: number;
    /** While it grows: the number that the profile has by then, for the shards that are filled are these. */
    readonly growingTo?: number;
  };
}

/** Resource types that hold data: replacing one loses what is in it, or for a zone the delegation to its servers. */
export const STATEFUL_TYPES: readonly string[] = [
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::Route53::HostedZone',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
];

/**
 * Metadata of a resource of such a type that holds nothing worth keeping, with the value true: it is not in the
 * lock and may be replaced at any time. The throttle's table has it: its leases and reports live for seconds, and
 * the processes write them again. What bears no such mark is locked.
 */
export const EPHEMERAL_MARK = 'understudy:ephemeral';

/** Throws InvalidInput naming every difference between the lock and what was synthesized. */
export function checkLock(file: string, lock: EnvironmentLock, synthesized: EnvironmentLock): void {
  const faults = [
    ...differences(lock.stateful, synthesized.stateful),
    ...cacheFaults(lock.cache, synthesized.cache),
  ];
  if (faults.length > 0) throw new InvalidInput(file, faults);
}

function differences(
  locked: EnvironmentLock['stateful'],
  synthesized: EnvironmentLock['stateful'],
): readonly Fault[] {
  const stacks = new Set([...Object.keys(locked), ...Object.keys(synthesized)]);
  return [...stacks].toSorted().flatMap((stack) => {
    const before = locked[stack] ?? {};
    const after = synthesized[stack] ?? {};
    const gone = Object.keys(before).filter((id) => after[id] !== before[id]);
    const added = Object.keys(after).filter((id) => !(id in before));
    return [
      ...gone.map((id) => ({
        field: `stateful.${stack}.${id}`,
        value: before[id],
        rule: 'is in the lock but not in the template: deploying would delete it with its data',
        fix: 'keep the construct where it was, or write the lock anew once the data is safe elsewhere',
      })),
      ...added.map((id) => ({
        field: `stateful.${stack}.${id}`,
        value: after[id],
        rule: 'holds data but is not in the lock',
        fix: 'write the lock anew with -c understudy:write-lock=<environment> and review the difference',
      })),
    ];
  });
}

/**
 * Throws InvalidInput where a lock is about to be written anew with another number of shards: that would give keys
 * another place without moving what is in them.
 */
export function checkRewrite(file: string, before: EnvironmentLock, after: EnvironmentLock): void {
  if (before.cache === undefined || after.cache === undefined) return;
  const faults = cacheFaults(before.cache, after.cache);
  if (faults.length > 0) throw new InvalidInput(file, faults);
}

/** A lock that is written anew does not forget that the cache grows. */
export function keepGrowth(before: EnvironmentLock, after: EnvironmentLock): EnvironmentLock {
  const isGrowing = before.cache?.growingTo !== undefined && after.cache !== undefined;
  return isGrowing ? { ...after, cache: before.cache } : after;
}

function cacheFaults(locked: EnvironmentLock['cache'], synthesized: EnvironmentLock['cache']): Fault[] {
  if ((locked?.growingTo ?? locked?.shards) === synthesized?.shards) return [];
  const field = 'cache.shards';
  const anew = 'write the lock anew with -c understudy:write-lock=<environment> and review the difference';
  const value = synthesized?.shards;
  if (locked === undefined) return [{ field, value, rule: 'is not in the lock', fix: anew }];
  if (value === undefined) {
    const rule = `is ${locked.shards} in the lock, but the profile has no cache: deploying would delete it`;
    return [{ field, value, rule, fix: anew }];
  }
  if (locked.growingTo !== undefined) return [growthFault(field, value, locked.shards, locked.growingTo)];
  const rule = `is ${locked.shards} in the lock: deploying another number would give most keys another shard at once`;
  const fix = `leave tiers.cache.shards at ${locked.shards}, and run npx understudy cache grow to have more`;
  return [{ field, value, rule, fix }];
}

function growthFault(field: string, value: number, shards: number, growingTo: number): Fault {
  return {
    field,
    value,
    rule: `grows from ${shards} to ${growingTo} in the lock: deploying another number would delete shards that are in use`,
    fix: `set tiers.cache.shards to ${growingTo}; or give the growth up with npx understudy cache grow --abort`,
  };
}
