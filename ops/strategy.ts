/**
 * The engineer's rules of a service: one parameter, which takes the place of the template's. `reconcile` checks it and
 * copies it to the front table, from where the web tier takes it up within seconds.
 */

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvalidInput } from '../core/errors.ts';
import { overrideStrategyPath } from '../core/naming.ts';
import { strategyKey, type StrategyItem } from '../core/state/front-items.ts';
import { readStrategy, type StrategyDocument } from '../core/strategy/index.ts';
import { fromAttributes, toAttributes } from '../lambdas/shared/attribute-values.ts';
import { putOverride } from './override.ts';
import type { Target } from './target.ts';

export interface StrategyParameter {
  readonly env: string;
  readonly service: string;
}

/**
 * Puts the override. Refuses what `reconcile` would refuse, before anything is written.
 * @throws InvalidInput naming every fault
 */
export async function putStrategyOverride(
  target: Target,
  { env, service }: StrategyParameter,
  document: StrategyDocument,
): Promise<void> {
  const { faults } = readStrategy({ field: service, service }, document);
  if (faults.length > 0) throw new InvalidInput(`the rules of ${service}`, faults);
  await putOverride(target, overrideStrategyPath(env, service), document);
}

/** Takes the override away; one that is not there is none to take away. */
export function clearStrategyOverride(target: Target, { env, service }: StrategyParameter): Promise<void> {
  return putOverride(target, overrideStrategyPath(env, service), null);
}

/** The rules as they are in force for the web tier; null before the first copy. */
export async function readStrategyInForce(
  target: Target,
  frontTable: string,
  service: string,
): Promise<StrategyItem | null> {
  const client = new DynamoDBClient({ ...target });
  try {
    const Key = toAttributes(strategyKey(service)) as ConstructorParameters<typeof GetItemCommand>[0]['Key'];
    const command = new GetItemCommand({ TableName: frontTable, Key, ConsistentRead: true });
    const { Item } = await client.send(command);
    const fields: unknown = Item === undefined ? null : fromAttributes(Item);
    return fields as StrategyItem | null;
  } finally {
    client.destroy();
  }
}
