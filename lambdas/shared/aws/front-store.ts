/** The front table over DynamoDB. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { FrontStore } from '../../../core/ports/index.ts';
import {
  targetObservationKey,
  targetObservationPartition,
  targetsKey,
  type TargetObservationItem,
  type TargetsItem,
} from '../../../core/state/front-items.ts';
import { OBSERVATION_KEPT_DAYS } from '../../../core/state/keys.ts';
import { ItemTable } from './item-table.ts';

const DAY_MS = 86_400_000;

export class DynamoFrontStore implements FrontStore {
  readonly #items: ItemTable;

  constructor(client: DynamoDBClient, table: string) {
    this.#items = new ItemTable(client, table);
  }

  readTargets(env: string): Promise<TargetsItem | null> {
    return this.#items.get<TargetsItem>(targetsKey(env));
  }

  putTargets(item: TargetsItem): Promise<boolean> {
    return this.#items.putUnderEpoch(targetsKey(item.env), item);
  }

  async latestTargetObservations(zones: readonly string[]): Promise<readonly TargetObservationItem[]> {
    const found = await Promise.all(
      zones.map((zone) => this.#items.newest<TargetObservationItem>(targetObservationPartition(zone), 1)),
    );
    return found.flat();
  }

  async putTargetObservation(item: TargetObservationItem): Promise<void> {
    const expiresAt = item.at + OBSERVATION_KEPT_DAYS * DAY_MS;
    await this.#items.put(targetObservationKey(item.az, item.at), item, expiresAt);
  }
}
