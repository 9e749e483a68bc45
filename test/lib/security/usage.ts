/** What a role used of its rights, against what the list says. */

import { expect } from 'vitest';
import type { Account } from './account.ts';
import { RIGHTS, SERVICE_SIDE, type Right } from './rights.ts';

/** Fails unless nothing was denied, every action of the list was used, and every partition that it names. */
export function expectAllUsed(account: Account, role: string): void {
  expect(account.parts.identity.denials).toEqual([]);
  expect(usedBy(account, role)).toEqual(listedFor(role));
  expect(reached(account, role)).toEqual(reachable(role));
}

/** Actions that the role used, beside those that Lambda itself uses with it. */
function usedBy(account: Account, role: string): readonly string[] {
  const used = account.used.filter((one) => one.role === role).map(({ action }) => action);
  return [...new Set(used)].toSorted();
}

function listedFor(role: string): readonly string[] {
  const actions = RIGHTS[role]!.flatMap((right) => (SERVICE_SIDE.has(right) ? [] : right.actions));
  return [...new Set(actions)].toSorted();
}

/** Partitions that the role reached by rights that name partitions, by action and table. */
function reached(account: Account, role: string): readonly string[] {
  const limited = new Set(
    byPartition(role).flatMap(({ actions, on }) => actions.map((one) => `${one} ${on[0]}`)),
  );
  const keys = account.used
    .filter((one) => one.role === role)
    .map(({ action, resource, context }) => ({ on: `${action} ${tableOf(resource)}`, context }))
    .filter(({ on }) => limited.has(on))
    .map(({ on, context }) => `${on} ${String(context?.['dynamodb:LeadingKeys'])}`);
  return [...new Set(keys)].toSorted();
}

/** What the list lets the role reach by them, in the same words. */
function reachable(role: string): readonly string[] {
  const keys = byPartition(role).flatMap(({ actions, on, when }) =>
    /LeadingKeys=(\S+)/
      .exec(when!)![1]!
      .split('|')
      .flatMap((key) =>
        actions.map((one) => `${one} ${on[0]} ${key.replace('<DatabaseAuroraCluster>', 'demo-cluster')}`),
      ),
  );
  return keys.toSorted();
}

/** Rights of one action on some partitions of one table. */
function byPartition(role: string): readonly Right[] {
  return RIGHTS[role]!.filter(({ when }) => when?.includes('LeadingKeys='));
}

/** The table as the list writes it. */
function tableOf(arn: string): string {
  if (arn.endsWith(':table/throttle')) return '<ThrottleTable.Arn>';
  return arn.endsWith(':table/front') ? '<FrontTable.Arn>' : '<StateTable.Arn>';
}
