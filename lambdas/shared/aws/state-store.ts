/** The state table over DynamoDB. Conditions carry the fencing: the store refuses whoever was overtaken. */

import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type AttributeValue as SdkValue,
} from '@aws-sdk/client-dynamodb';
import {
  controlKey,
  leaseKey,
  ledgerKey,
  ledgerPartition,
  OBSERVATION_KEPT_DAYS,
  observationKey,
  observationPartition,
  outcomePartition,
  poolKey,
  thresholdsKey,
  wakeKey,
  type Key,
} from '../../../core/state/keys.ts';
import type {
  ControlItem,
  LedgerItem,
  ObservationItem,
  OutcomeItem,
  PoolItem,
  ThresholdsItem,
  WakeItem,
} from '../../../core/state/items.ts';
import { quotasKey, type QuotasItem } from '../../../core/state/throttle-items.ts';
import type { Lease, LeaseRequest, StateStore } from '../../../core/ports/index.ts';
import { fromAttributes, toAttributes } from '../attribute-values.ts';

const DAY_S = 86_400;
/** Processes of one application that are read at most. */
const OUTCOMES_MAX = 200;
const LEDGER_KEPT_DAYS = 400;

export class DynamoStateStore implements StateStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async latestObservations(zones: readonly string[]): Promise<readonly ObservationItem[]> {
    const found = await Promise.all(
      zones.map((zone) => this.#newest<ObservationItem>(observationPartition(zone), 1)),
    );
    return found.flat();
  }

  async putObservation(item: ObservationItem): Promise<void> {
    await this.#put(observationKey(item.az, item.at), item, item.at + OBSERVATION_KEPT_DAYS * DAY_S * 1000);
  }

  async outcomes(applications: readonly string[]): Promise<readonly OutcomeItem[]> {
    const found = await Promise.all(
      applications.map((name) => this.#newest<OutcomeItem>(outcomePartition(name), OUTCOMES_MAX)),
    );
    return found.flat();
  }

  acquireLease(request: LeaseRequest): Promise<Lease | null> {
    return this.#lease(request, '(attribute_not_exists(pk) OR #until < :now OR holder = :holder)');
  }

  async takeLease(request: LeaseRequest): Promise<Lease> {
    const lease = await this.#lease(request, null);
    if (lease === null) throw new Error(`lease ${request.name} was not given`);
    return lease;
  }

  async renewLease(lease: Lease, { now, ms }: { now: number; ms: number }): Promise<Lease | null> {
    const until = now + ms;
    return (await this.#setLeaseEnd(lease, until)) ? { ...lease, until } : null;
  }

  releaseLease(lease: Lease, now: number): Promise<boolean> {
    return this.#setLeaseEnd(lease, now - 1);
  }

  async readLease(name: string): Promise<Lease | null> {
    const item = await this.#get<Omit<Lease, 'name'>>(leaseKey(name));
    return item === null ? null : { name, holder: item.holder, token: item.token, until: item.until };
  }

  appendLedger(item: LedgerItem): Promise<boolean> {
    return this.#putIf(ledgerKey(item.clusterId, item.startedAt, item.id), item, {
      condition: 'attribute_not_exists(pk)',
      values: {},
      expiresAt: item.startedAt + LEDGER_KEPT_DAYS * DAY_S * 1000,
    });
  }

  updateLedger(item: LedgerItem): Promise<boolean> {
    return this.#putIf(ledgerKey(item.clusterId, item.startedAt, item.id), item, {
      condition: 'attribute_exists(pk) AND epoch <= :epoch',
      values: { ':epoch': item.epoch },
      expiresAt: item.startedAt + LEDGER_KEPT_DAYS * DAY_S * 1000,
    });
  }

  recentLedger(clusterId: string, count: number): Promise<readonly LedgerItem[]> {
    return this.#newest<LedgerItem>(ledgerPartition(clusterId), count);
  }

  readPool(clusterId: string): Promise<PoolItem | null> {
    return this.#get<PoolItem>(poolKey(clusterId));
  }

  putPool(item: PoolItem): Promise<boolean> {
    return this.#putIf(poolKey(item.clusterId), item, {
      condition: 'attribute_not_exists(pk) OR epoch <= :epoch',
      values: { ':epoch': item.epoch },
    });
  }

  readThresholds(tier: string): Promise<ThresholdsItem | null> {
    return this.#get<ThresholdsItem>(thresholdsKey(tier));
  }

  putThresholds(item: ThresholdsItem): Promise<void> {
    return this.#put(thresholdsKey(item.tier), item);
  }

  readQuotas(resource: string): Promise<QuotasItem | null> {
    return this.#get<QuotasItem>(quotasKey(resource));
  }

  putQuotas(item: QuotasItem): Promise<void> {
    return this.#put(quotasKey(item.quotas.resource), item);
  }

  readControl(tier: string): Promise<ControlItem | null> {
    return this.#get<ControlItem>(controlKey(tier));
  }

  putWake(item: WakeItem): Promise<void> {
    return this.#put(wakeKey(item.controller), item);
  }

  async #lease({ name, holder, now, ms }: LeaseRequest, condition: string | null): Promise<Lease | null> {
    const until = now + ms;
    const values = {
      ':holder': holder,
      ':now': now,
      ':until': until,
      ':one': 1,
      ':none': 0,
      ':kind': 'lease',
    };
    const { ':now': _now, ...unconditional } = values;
    const answer = await this.#conditional(() =>
      this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: sdk(leaseKey(name)),
          UpdateExpression:
            'SET kind = :kind, holder = :holder, #until = :until, #token = if_not_exists(#token, :none) + :one',
          ExpressionAttributeNames: { '#until': 'until', '#token': 'token' },
          ExpressionAttributeValues: sdk(condition === null ? unconditional : values),
          ...(condition === null ? {} : { ConditionExpression: condition }),
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    if (answer === null) return null;
    const token = plain(answer.Attributes ?? {})['token'] as number;
    return { name, holder, token, until };
  }

  async #setLeaseEnd(lease: Lease, until: number): Promise<boolean> {
    const answer = await this.#conditional(() =>
      this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: sdk(leaseKey(lease.name)),
          UpdateExpression: 'SET #until = :until',
          ConditionExpression: 'holder = :holder AND #token = :token',
          ExpressionAttributeNames: { '#until': 'until', '#token': 'token' },
          ExpressionAttributeValues: sdk({ ':until': until, ':holder': lease.holder, ':token': lease.token }),
        }),
      ),
    );
    return answer !== null;
  }

  async #get<T>(key: Key): Promise<T | null> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: sdk(key), ConsistentRead: true }),
    );
    return Item === undefined ? null : (plain(Item) as T);
  }

  /** The newest items of a partition, newest first; a partition without any has none. */
  async #newest<T>(partition: string, count: number): Promise<readonly T[]> {
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

  async #put(key: Key, item: object, expiresAtMs?: number): Promise<void> {
    await this.#client.send(
      new PutItemCommand({ TableName: this.#table, Item: stored(key, item, expiresAtMs) }),
    );
  }

  async #putIf(
    key: Key,
    item: object,
    rule: {
      readonly condition: string;
      readonly values: Readonly<Record<string, number>>;
      readonly expiresAt?: number;
    },
  ): Promise<boolean> {
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

  /** Null when the condition did not hold. */
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

function plain(item: Record<string, SdkValue>): Record<string, unknown> {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...rest } = fromAttributes(item);
  return rest;
}
