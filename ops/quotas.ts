/**
 * The engineer's quotas of a resource: one parameter, which takes the place of the template's. `reconcile` checks it
 * and copies it to the state table, the `throttle` function plans leases by it, and the instances take those up.
 */

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { overrideQuotasPath } from '../core/naming.ts';
import {
  quotasKey,
  throttlePlanKey,
  type QuotasItem,
  type ThrottlePlanItem,
} from '../core/state/throttle-items.ts';
import type { Key } from '../core/state/keys.ts';
import type { QuotasDocument } from '../core/throttle/index.ts';
import { fromAttributes, toAttributes } from '../lambdas/shared/attribute-values.ts';
import { putOverride } from './override.ts';
import type { Target } from './target.ts';

export interface QuotasParameter {
  readonly env: string;
  readonly resource: string;
}

/** Puts the override, or with null takes it away: one that is not there is none to take away. */
export async function putQuotasOverride(
  target: Target,
  { env, resource }: QuotasParameter,
  document: QuotasDocument | null,
): Promise<void> {
  await putOverride(target, overrideQuotasPath(env, resource), document);
}

export interface QuotasTables {
  readonly stateTable: string;
  readonly throttleTable: string;
}

/** How far quotas have come. */
export interface QuotasProgress {
  /** As they are in force for the functions; null before the first copy. */
  readonly copied: QuotasItem | null;
  /** The newest plan of leases; null before the first. */
  readonly plan: ThrottlePlanItem | null;
}

export async function readQuotasProgress(
  target: Target,
  { stateTable, throttleTable }: QuotasTables,
  resource: string,
): Promise<QuotasProgress> {
  const client = new DynamoDBClient({ ...target });
  const get = async (TableName: string, key: Key): Promise<unknown> => {
    const Key = toAttributes(key) as ConstructorParameters<typeof GetItemCommand>[0]['Key'];
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Item === undefined ? null : fromAttributes(Item);
  };
  try {
    const [copied, plan] = await Promise.all([
      get(stateTable, quotasKey(resource)),
      get(throttleTable, throttlePlanKey(resource)),
    ]);
    return { copied: copied as QuotasItem | null, plan: plan as ThrottlePlanItem | null };
  } finally {
    client.destroy();
  }
}
