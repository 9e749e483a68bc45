/** What the control plane of each tier wrote: observations, and the recovery ledger in the state table. */

import { DynamoDBClient, paginateQuery, type AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  cacheLedgerId,
  cacheObservationPartition,
  type CacheObservationItem,
} from '../core/state/cache-items.ts';
import {
  frontLedgerId,
  targetObservationPartition,
  type TargetObservationItem,
} from '../core/state/front-items.ts';
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

/** Of the database. */
export function readRecords(target: Target, query: RecordsQuery): Promise<ControlPlaneRecords> {
  return readTier<ObservationItem>(target, {
    ...query,
    observationTable: query.table,
    partitionOf: observationPartition,
  });
}

export interface TierQuery extends Omit<RecordsQuery, 'clusterId'> {
  readonly env: string;
}

export interface RecordsOf<Observation> {
  readonly observations: readonly Observation[];
  readonly ledger: readonly LedgerItem[];
}

export function readCacheRecords(target: Target, query: TierQuery): Promise<RecordsOf<CacheObservationItem>> {
  return readTier(target, {
    ...query,
    clusterId: cacheLedgerId(query.env),
    observationTable: query.table,
    partitionOf: cacheObservationPartition,
  });
}

/** Of edge and web, whose observations are in the front table. */
export function readFrontRecords(
  target: Target,
  query: TierQuery & { readonly frontTable: string },
): Promise<RecordsOf<TargetObservationItem>> {
  return readTier(target, {
    ...query,
    clusterId: frontLedgerId(query.env),
    observationTable: query.frontTable,
    partitionOf: targetObservationPartition,
  });
}

async function readTier<Observation>(
  target: Target,
  query: RecordsQuery & { readonly observationTable: string; partitionOf(az: string): string },
): Promise<RecordsOf<Observation>> {
  const client = new DynamoDBClient({ ...target });
  // The sort keys start with the ISO time, so everything since then sorts after it.
  const from = new Date(query.sinceMs).toISOString();
  const { observationTable, partitionOf } = query;
  try {
    const [ledger, ...observations] = await Promise.all([
      partition<LedgerItem>(client, query.table, ledgerPartition(query.clusterId), from),
      ...query.zones.map((az) => partition<Observation>(client, observationTable, partitionOf(az), from)),
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
