/** The rules in force over DynamoDB, in the front table. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StrategyStore } from '../../../core/ports/index.ts';
import { strategyKey, type StrategyItem } from '../../../core/state/front-items.ts';
import { clientConfig } from './clients.ts';
import { ItemTable } from './item-table.ts';

/** The same write again changes nothing, so the SDK may try again. */
const REQUEST_MS = 1500;
const TRIES = 3;

export class DynamoStrategyStore implements StrategyStore {
  readonly #items: ItemTable;

  constructor(table: string) {
    const client = new DynamoDBClient(clientConfig({ requestMs: REQUEST_MS, tries: TRIES }));
    this.#items = new ItemTable(client, table);
  }

  readStrategy(service: string): Promise<StrategyItem | null> {
    return this.#items.get<StrategyItem>(strategyKey(service));
  }

  async putStrategy(item: StrategyItem): Promise<void> {
    await this.#items.put(strategyKey(item.service), item);
  }
}
