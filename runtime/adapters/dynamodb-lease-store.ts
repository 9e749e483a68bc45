/** The throttle table: this instance's demand goes into its application's partition, its lease comes out of one. */

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  demandKey,
  throttleLeaseKey,
  type DemandItem,
  type ThrottleLeaseItem,
} from '../../core/state/throttle-items.ts';
import type { LeaseStore } from '../throttle/leases/store.ts';
import { marshalFields, unmarshalFields } from './attribute-values.ts';

/** Old items only cost money: an instance that was silent for this long is gone by any setting. */
const KEPT_S = 3600;
/** Time that one request may take. */
const TIMEOUT_MS = 2000;

export interface DynamoDbLeaseStoreOptions {
  readonly table: string;
  readonly region: string;
}

export class DynamoDbLeaseStore implements LeaseStore {
  readonly #table: string;
  readonly #client: DynamoDBClient;

  constructor({ table, region }: DynamoDbLeaseStoreOptions) {
    this.#table = table;
    // One attempt: the next report says more than a retry of this one would.
    this.#client = new DynamoDBClient({ region, maxAttempts: 1 });
  }

  async report(item: DemandItem): Promise<void> {
    const key = demandKey(item.application, item.resource, item.instance);
    const expiresAt = Math.floor(item.at / 1000) + KEPT_S;
    const Item = marshalFields({ ...item, ...key, expiresAt });
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item }), bounded());
  }

  /** A consistent read: that a lease is not there yet bounds how old it can be when it is. */
  async lease(application: string, resource: string, instance: string): Promise<ThrottleLeaseItem | null> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: marshalFields({ ...throttleLeaseKey(application, resource, instance) }),
      ConsistentRead: true,
    });
    const { Item } = await this.#client.send(command, bounded());
    if (Item === undefined) return null;
    const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...fields } = unmarshalFields(Item);
    return fields as unknown as ThrottleLeaseItem;
  }

  close(): void {
    this.#client.destroy();
  }
}

function bounded(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(TIMEOUT_MS) };
}
