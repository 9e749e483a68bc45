/**
 * The lock of an environment, `environments/<env>.lock.json`: facts that a change would destroy data by. It is
 * edited by guided operations alone, and synthesis stops when the template says something else.
 */

import { InvalidInput, type Fault } from '../errors.ts';

export interface EnvironmentLock {
  /** Logical ids of the resources that hold data, by the id of their stack, as `type` by logical id. */
  readonly stateful: Readonly<Record<string, Readonly<Record<string, string>>>>;
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
  const faults = differences(lock.stateful, synthesized.stateful);
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
