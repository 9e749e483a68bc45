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

export interface LockedCache {
  readonly shards: number;
  /** While `npx understudy cache grow` is under way: then as many may be deployed. */
  readonly growingTo?: number;
}

/** Resource types that hold data: replacing one loses what is in it. */
export const STATEFUL_TYPES: readonly string[] = [
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
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
 * The lock to write in place of another one. The cache keeps what the lock said of it.
 * @throws InvalidInput where the number of shards was changed by hand: keys would have another place, without what is
 * in them having moved
 */
export function rewritten(file: string, before: EnvironmentLock, after: EnvironmentLock): EnvironmentLock {
  if (before.cache === undefined || after.cache === undefined) return after;
  const faults = cacheFaults(before.cache, after.cache);
  if (faults.length > 0) throw new InvalidInput(file, faults);
  return { ...after, cache: before.cache };
}

function cacheFaults(locked: LockedCache | undefined, synthesized: LockedCache | undefined): Fault[] {
  const field = 'cache.shards';
  const value = synthesized?.shards;
  const anew = 'write the lock anew with -c understudy:write-lock=<environment> and review the difference';
  if (locked === undefined) {
    return value === undefined ? [] : [{ field, value, rule: 'is not in the lock', fix: anew }];
  }
  const { shards, growingTo } = locked;
  if (value === shards || (value !== undefined && value === growingTo)) return [];
  const known = growingTo === undefined ? `${shards}` : `${shards}, growing to ${growingTo},`;
  if (value === undefined) {
    const rule = `is ${known} in the lock, but the profile has no cache: deploying would delete it`;
    return [{ field, value, rule, fix: anew }];
  }
  const rule = `is ${known} in the lock: deploying another number would give most keys another shard at once`;
  const fix = `leave tiers.cache.shards at ${shards}, and run npx understudy cache grow to have more`;
  return [{ field, value, rule, fix }];
}
