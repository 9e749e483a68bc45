/** The throttle table over DynamoDB. Conditions carry the fencing: the table refuses whoever was overtaken. */

import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type AttributeValue as SdkValue,
} from '@aws-sdk/client-dynamodb';
import type { ThrottleStore, WrittenDemand, WrittenDemands } from '../../../core/ports/index.ts';
import type { Key } from '../../../core/state/keys.ts';
import {
  demandPartition,
  throttleLeaseKey,
  throttleLeasePartition,
  throttlePlanKey,
  type ThrottleLeaseItem,
  type ThrottlePlanItem,
} from '../../../core/state/throttle-items.ts';
import { fromAttributes, toAttributes } from '../attribute-values.ts';
import { clientConfig } from './clients.ts';

/** Pages of 1 MB that are read of one partition at most: many times what the instances of a plan write. */
const PAGES_MAX = 8;
/** How long a lease's item outlives its lease: longer than any instance is waited for. */
const KEPT_MS = 3_600_000;
const REQUEST_MS = 1000;
const TRIES = 2;

/** All tries of a request together stay within the contract's time-out. */
export function throttleStore(table: string): DynamoThrottleStore {
  return new DynamoThrottleStore(
    new DynamoDBClient(clientConfig({ requestMs: REQUEST_MS, tries: TRIES })),
    table,
  );
}

type Stored = Record<string, SdkValue>;

export class DynamoThrottleStore implements ThrottleStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async demands(application: string): Promise<WrittenDemands> {
    const { items, complete } = await this.#partition(demandPartition(application));
    return { items: items.map(written), complete };
  }

  /** Throws RangeError for a partition that is larger than all leases together can be. */
  async leases(application: string): Promise<readonly ThrottleLeaseItem[]> {
    const partition = throttleLeasePartition(application);
    const { items, complete } = await this.#partition(partition);
    if (!complete) throw new RangeError(`more than ${PAGES_MAX} pages in ${partition}`);
    return items.map((item) => plain(item) as unknown as ThrottleLeaseItem);
  }

  async readPlan(resource: string): Promise<ThrottlePlanItem | null> {
    const { Item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: attributes(throttlePlanKey(resource)),
        ConsistentRead: true,
      }),
    );
    return Item === undefined ? null : (plain(Item) as unknown as ThrottlePlanItem);
  }

  putPlan(item: ThrottlePlanItem): Promise<boolean> {
    return this.#putIf(throttlePlanKey(item.resource), item, {
      condition: 'attribute_not_exists(pk) OR epoch <= :epoch',
      values: { ':epoch': item.epoch },
    });
  }

  putLease(item: ThrottleLeaseItem, before: number | null): Promise<boolean> {
    const key = throttleLeaseKey(item.application, item.resource, item.instance);
    const expiresAt = Math.ceil((item.until + KEPT_MS) / 1000);
    // Its own epoch: the SDK may try a put again whose answer was lost.
    return this.#putIf(
      key,
      { ...item, expiresAt },
      {
        condition: 'attribute_not_exists(pk) OR epoch = :before OR epoch = :own',
        values: { ':own': item.epoch, ':before': before ?? item.epoch },
      },
    );
  }

  async #partition(pk: string): Promise<{ readonly items: readonly Stored[]; readonly complete: boolean }> {
    const items: Stored[] = [];
    let from: Stored | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      items.push(...Items);
      from = LastEvaluatedKey;
      if (from === undefined) return { items, complete: true };
    }
    return { items, complete: false };
  }

  async #putIf(
    key: Key,
    item: object,
    rule: { readonly condition: string; readonly values: Readonly<Record<string, number>> },
  ): Promise<boolean> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: attributes({ ...item, ...key }),
          ConditionExpression: rule.condition,
          ExpressionAttributeValues: attributes(rule.values),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

/** An application may write attributes of any type: what is none of ours is handed on as nothing. */
function written(item: Stored): WrittenDemand {
  const sk = item['sk']?.S ?? '';
  try {
    return { sk, item: plain(item) };
  } catch (error) {
    if (error instanceof TypeError) return { sk, item: null };
    throw error;
  }
}

function attributes(value: object): Stored {
  return toAttributes(value) as Stored;
}

function plain(item: Stored): Record<string, unknown> {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...rest } = fromAttributes(item);
  return rest;
}
