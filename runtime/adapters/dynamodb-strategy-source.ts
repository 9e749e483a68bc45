/** The rules in force, from the front table: one item a service. */

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { strategyKey, type StrategyItem } from '../../core/state/front-items.ts';
import type { StrategySource } from '../strategy/ports.ts';
import { marshalFields, unmarshalFields } from './attribute-values.ts';

/** Time that one request may take: the next one comes a few seconds later anyway. */
const TIMEOUT_MS = 2000;

export interface DynamoDbStrategySourceOptions {
  /** Name of the front table. */
  readonly table: string;
  readonly region: string;
}

export class DynamoDbStrategySource implements StrategySource {
  readonly #table: string;
  readonly #client: DynamoDBClient;

  constructor({ table, region }: DynamoDbStrategySourceOptions) {
    this.#table = table;
    this.#client = new DynamoDBClient({ region, maxAttempts: 1 });
  }

  async read(service: string): Promise<StrategyItem | null> {
    const Key = marshalFields({ ...strategyKey(service) });
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#table, Key }), {
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return Item === undefined ? null : (unmarshalFields(Item) as unknown as StrategyItem);
  }

  close(): void {
    this.#client.destroy();
  }
}
