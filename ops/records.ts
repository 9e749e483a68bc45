/** What the control plane wrote into the state table: observations and the recovery ledger. */

import { DynamoDBClient, paginateQuery, type AttributeValue } from '@aws-sdk/client-dynamodb';
import type { LedgerItem, ObservationItem } from '../core/state/items.ts';
import { ledgerPartition, observationPartition } from '../core/state/keys.ts';
import { fromAttributes } from '../lambdas/shared/attribute-values.ts';
import type { Target } from './target.ts';

export interface RecordsQuery {
  readonly table: string;
  readonly clusterId: string;
  readonly zones: readonly string[];
  /** Epoch ms; nothing older is read. */
  readonly sinceMs: number;
}

export interface ControlPlaneRecords {
  readonly observations: readonly ObservationItem[];
  readonly ledger: readonly LedgerItem[];
}

export async function readRecords(target: Target, query: RecordsQuery): Promise<ControlPlaneRecords> {
  const client = new DynamoDBClient({ ...target });
  // The sort keys start with the ISO time, so everything since then sorts after it.
  const from = new Date(query.sinceMs).toISOString();
  try {
    const [ledger, ...observations] = await Promise.all([
      partition<LedgerItem>(client, query.table, ledgerPartition(query.clusterId), from),
      ...query.zones.map((az) =>
        partition<ObservationItem>(client, query.table, observationPartition(az), from),
      ),
    ]);
    return { observations: observations.flat(), ledger };
  } finally {
    client.destroy();
  }
}

async function partition<T>(client: DynamoDBClient, table: string, pk: string, from: string): Promise<T[]> {
  const items: T[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :pk and sk >= :from',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: from } } satisfies Record<
        string,
        AttributeValue
      >,
      ConsistentRead: true,
    },
  );
  for await (const page of pages) items.push(...(page.Items ?? []).map((item) => fromAttributes(item) as T));
  return items;
}
