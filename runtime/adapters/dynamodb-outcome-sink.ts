/** Writes outcome items to the state table, into the partition of this application alone. */

import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { OutcomeItem } from '../../core/state/items.ts';
import { outcomeKey } from '../../core/state/keys.ts';
import type { OutcomeSink } from '../ports.ts';
import { marshalFields } from './attribute-values.ts';

/** Old items only cost money: what is older than a window abstains anyway. */
const KEPT_S = 3600;
const TIMEOUT_MS = 3000;

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
    const command = new PutItemCommand({ TableName: this.#table, Item: marshalFields(record) });
    // Whoever waits for it gives up sooner or later: a request must not outlive that by long.
    await this.#client.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  }

  close(): void {
    this.#client.destroy();
  }
}
