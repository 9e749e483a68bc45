/** A person's word, on record, that earlier failovers of ours need not hold back the next one (I-10). */

import { DynamoDBClient, UpdateItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import type { LedgerItem } from '../core/state/items.ts';
import { ledgerKey } from '../core/state/keys.ts';
import { toAttribute } from '../lambdas/shared/attribute-values.ts';
import type { Target } from './target.ts';

export interface Acknowledgement {
  readonly table: string;
  readonly by: string;
  readonly why: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Marks each of the recoveries that is not marked yet; nothing else of it is touched. Returns how many. */
export async function acknowledge(
  target: Target,
  recoveries: readonly LedgerItem[],
  { table, by, why, at }: Acknowledgement,
): Promise<number> {
  const open = recoveries.filter((item) => item.acknowledged === undefined);
  const client = new DynamoDBClient({ ...target });
  try {
    for (const item of open) {
      const { pk, sk } = ledgerKey(item.clusterId, item.startedAt, item.id);
      const command = new UpdateItemCommand({
        TableName: table,
        Key: { pk: { S: pk }, sk: { S: sk } },
        UpdateExpression: 'SET acknowledged = :word',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':word': toAttribute({ by, why, at }) as AttributeValue },
      });
      await client.send(command);
    }
    return open.length;
  } finally {
    client.destroy();
  }
}
