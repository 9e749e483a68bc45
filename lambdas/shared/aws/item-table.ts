/** One DynamoDB table of keyed items. Conditions carry the fencing: the store refuses whoever was overtaken. */

import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type AttributeValue as SdkValue,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Key } from '../../../core/state/keys.ts';
import { fromAttributes, toAttributes } from '../attribute-values.ts';

export interface PutRule {
  readonly condition: string;
  readonly values: Readonly<Record<string, number>>;
  /** Epoch ms. @default - kept */
  readonly expiresAt?: number;
}

export class ItemTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Strongly consistent. */
  async get<T>(key: Key): Promise<T | null> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: sdk(key), ConsistentRead: true }),
    );
    return Item === undefined ? null : (plain(Item) as T);
  }

  /** The newest items of a partition, newest first; a partition without any has none. */
  async newest<T>(partition: string, count: number): Promise<readonly T[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: sdk({ ':pk': partition }),
        ScanIndexForward: false,
        Limit: count,
        ConsistentRead: true,
      }),
    );
    return Items.map((item) => plain(item) as T);
  }

  async put(key: Key, item: object, expiresAtMs?: number): Promise<void> {
    await this.#client.send(
      new PutItemCommand({ TableName: this.#table, Item: stored(key, item, expiresAtMs) }),
    );
  }

  /** False when the condition did not hold. */
  async putIf(key: Key, item: object, rule: PutRule): Promise<boolean> {
    const hasValues = Object.keys(rule.values).length > 0;
    const answer = await this.#conditional(() =>
      this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: stored(key, item, rule.expiresAt),
          ConditionExpression: rule.condition,
          ...(hasValues ? { ExpressionAttributeValues: sdk(rule.values) } : {}),
        }),
      ),
    );
    return answer !== null;
  }

  /** Under its epoch: false when the item that stands there has a higher one. */
  putUnderEpoch(key: Key, item: { readonly epoch: number }): Promise<boolean> {
    return this.putIf(key, item, {
      condition: 'attribute_not_exists(pk) OR epoch <= :epoch',
      values: { ':epoch': item.epoch },
    });
  }

  /** Null when the condition did not hold. */
  updateIf(
    key: Key,
    { values, ...input }: Omit<UpdateItemCommandInput, 'TableName' | 'Key'> & { readonly values: object },
  ): Promise<UpdateItemCommandOutput | null> {
    return this.#conditional(() =>
      this.#client.send(
        new UpdateItemCommand({
          ...input,
          TableName: this.#table,
          Key: sdk(key),
          ExpressionAttributeValues: sdk(values),
        }),
      ),
    );
  }

  async #conditional<T>(send: () => Promise<T>): Promise<T | null> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  }
}

function stored(key: Key, item: object, expiresAtMs?: number): Record<string, SdkValue> {
  const expiry = expiresAtMs === undefined ? {} : { expiresAt: Math.floor(expiresAtMs / 1000) };
  return sdk({ ...item, ...key, ...expiry });
}

function sdk(value: object): Record<string, SdkValue> {
  return toAttributes(value) as Record<string, SdkValue>;
}

/** The item without its keys and its end. */
export function plain(item: Record<string, SdkValue>): Record<string, unknown> {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...rest } = fromAttributes(item);
  return rest;
}
