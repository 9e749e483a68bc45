/** The state table over DynamoDB. Conditions carry the fencing: the store refuses whoever was overtaken. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
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
import { ItemTable, plain } from './item-table.ts';

const DAY_S = 86_400;
/** Processes of one application that are read at most. */
const OUTCOMES_MAX = 200;
const LEDGER_KEPT_DAYS = 400;

export class DynamoStateStore implements StateStore {
  readonly #items: ItemTable;

  constructor(client: DynamoDBClient, table: string) {
    this.#items = new ItemTable(client, table);
  }

  async latestObservations(zones: readonly string[]): Promise<readonly ObservationItem[]> {
    const found = await Promise.all(
      zones.map((zone) => this.#items.newest<ObservationItem>(observationPartition(zone), 1)),
    );
    return found.flat();
  }

  async putObservation(item: ObservationItem): Promise<void> {
    await this.#items.put(
      observationKey(item.az, item.at),
      item,
      item.at + OBSERVATION_KEPT_DAYS * DAY_S * 1000,
    );
  }

  async outcomes(applications: readonly string[]): Promise<readonly OutcomeItem[]> {
    const found = await Promise.all(
      applications.map((name) => this.#items.newest<OutcomeItem>(outcomePartition(name), OUTCOMES_MAX)),
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
    const item = await this.#items.get<Omit<Lease, 'name'>>(leaseKey(name));
    return item === null ? null : { name, holder: item.holder, token: item.token, until: item.until };
  }

  appendLedger(item: LedgerItem): Promise<boolean> {
    return this.#items.putIf(ledgerKey(item.clusterId, item.startedAt, item.id), item, {
      condition: 'attribute_not_exists(pk)',
      values: {},
      expiresAt: item.startedAt + LEDGER_KEPT_DAYS * DAY_S * 1000,
    });
  }

  updateLedger(item: LedgerItem): Promise<boolean> {
    return this.#items.putIf(ledgerKey(item.clusterId, item.startedAt, item.id), item, {
      condition: 'attribute_exists(pk) AND epoch <= :epoch',
      values: { ':epoch': item.epoch },
      expiresAt: item.startedAt + LEDGER_KEPT_DAYS * DAY_S * 1000,
    });
  }

  recentLedger(clusterId: string, count: number): Promise<readonly LedgerItem[]> {
    return this.#items.newest<LedgerItem>(ledgerPartition(clusterId), count);
  }

  readPool(clusterId: string): Promise<PoolItem | null> {
    return this.#items.get<PoolItem>(poolKey(clusterId));
  }

  putPool(item: PoolItem): Promise<boolean> {
    return this.#items.putUnderEpoch(poolKey(item.clusterId), item);
  }

  readThresholds(tier: string): Promise<ThresholdsItem | null> {
    return this.#items.get<ThresholdsItem>(thresholdsKey(tier));
  }

  putThresholds(item: ThresholdsItem): Promise<void> {
    return this.#items.put(thresholdsKey(item.tier), item);
  }

  readQuotas(resource: string): Promise<QuotasItem | null> {
    return this.#items.get<QuotasItem>(quotasKey(resource));
  }

  putQuotas(item: QuotasItem): Promise<void> {
    return this.#items.put(quotasKey(item.quotas.resource), item);
  }

  readControl(tier: string): Promise<ControlItem | null> {
    return this.#items.get<ControlItem>(controlKey(tier));
  }

  putWake(item: WakeItem): Promise<void> {
    return this.#items.put(wakeKey(item.controller), item);
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
    const answer = await this.#items.updateIf(leaseKey(name), {
      UpdateExpression:
        'SET kind = :kind, holder = :holder, #until = :until, #token = if_not_exists(#token, :none) + :one',
      ExpressionAttributeNames: { '#until': 'until', '#token': 'token' },
      values: condition === null ? unconditional : values,
      ...(condition === null ? {} : { ConditionExpression: condition }),
      ReturnValues: 'ALL_NEW',
    });
    if (answer === null) return null;
    const token = plain(answer.Attributes ?? {})['token'] as number;
    return { name, holder, token, until };
  }

  async #setLeaseEnd(lease: Lease, until: number): Promise<boolean> {
    const answer = await this.#items.updateIf(leaseKey(lease.name), {
      UpdateExpression: 'SET #until = :until',
      ConditionExpression: 'holder = :holder AND #token = :token',
      ExpressionAttributeNames: { '#until': 'until', '#token': 'token' },
      values: { ':until': until, ':holder': lease.holder, ':token': lease.token },
    });
    return answer !== null;
  }
}
