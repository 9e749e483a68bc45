/** Writes outcome items to the state table, into the partition of this application alone. */

import { type AttributeValue, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { OutcomeItem } from '../../core/state/items.ts';
import { outcomeKey } from '../../core/state/keys.ts';
import type { OutcomeSink } from '../ports.ts';

/** Old items only cost money: what is older than a window abstains anyway. */
const KEPT_S = 3600;

export interface DynamoDbOutcomeSinkOptions {
  readonly table: string;
  readonly region: string;
}

export class DynamoDbOutcomeSink implements OutcomeSink {
  readonly #table: string;
  readonly #client: DynamoDBClient;

  constructor(options: DynamoDbOutcomeSinkOptions) {
    this.#table = options.table;
    // One attempt: the next window brings newer counts than a retry would.
    this.#client = new DynamoDBClient({ region: options.region, maxAttempts: 1 });
  }

  async put(item: OutcomeItem): Promise<void> {
    const key = outcomeKey(item.application, item.processId);
    const record = { ...key, ...item, expiresAt: Math.floor(item.at / 1000) + KEPT_S };
    const Item = (marshal(record) as { M: Record<string, AttributeValue> }).M;
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item }));
  }

  close(): void {
    this.#client.destroy();
  }
}

/** The JSON values an outcome item is made of, as DynamoDB attribute values. */
export function marshal(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  const entries = Object.entries(value as Record<string, unknown>);
  return { M: Object.fromEntries(entries.map(([name, inner]) => [name, marshal(inner)])) };
}
