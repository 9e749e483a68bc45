/** The function, its two tables and honest instances that report to it, in virtual time. */

import type { Log } from '../../../core/ports/index.ts';
import type { DemandItem, ThrottleLeaseItem } from '../../../core/state/throttle-items.ts';
import { NEWCOMER_RATIO, SAFE_RATIO, type ResourceQuotas } from '../../../core/throttle/index.ts';
import { defaultsOf, type ThrottleThresholds } from '../../../core/thresholds/index.ts';
import { createHandler, type ThrottleReport } from '../../../lambdas/throttle/handler.ts';
import { VirtualClock } from '../fakes/clock.ts';
import {
  ACCOUNT,
  invocation,
  MemoryStore,
  Process,
  RecordedMetrics,
  REGION,
  TABLE,
} from '../fakes/process.ts';
import { demandItem, quotasItem } from '../fakes/throttle-items.ts';
import { MemoryThrottleStore } from '../fakes/throttle-store.ts';
import { World } from '../fakes/world.ts';

export const THROTTLE_TABLE = 'demo-throttle';
export const RENEW_MS = 10_000;

/** The stream carries keys alone. */
export function demandEvent(pk = 'demand#shop', table = THROTTLE_TABLE, eventName = 'MODIFY'): unknown {
  return {
    Records: [
      {
        eventName,
        eventSource: 'aws:dynamodb',
        eventSourceARN: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}/stream/2026-11-22T00:00:00.000`,
        dynamodb: { Keys: { pk: { S: pk }, sk: { S: 'quotes#i1' } } },
      },
    ],
  };
}

/** A process of the application, as the runtime behaves. */
export class Instance {
  lease: ThrottleLeaseItem | null = null;
  demand: Readonly<Record<string, number>>;
  reaches = true;
  readonly name: string;
  readonly resource: string;
  readonly #capacityPerS: number;

  constructor(name: string, demand: Readonly<Record<string, number>>, quotas: ResourceQuotas) {
    this.name = name;
    this.demand = demand;
    this.resource = quotas.resource;
    this.#capacityPerS = quotas.capacityPerS;
  }

  report(at: number, application: string): DemandItem {
    const held = this.lease && {
      epoch: this.lease.epoch,
      until: this.lease.until,
      total: this.lease.total,
    };
    const { name: instance, resource, demand: callers } = this;
    return demandItem({ application, resource, instance, at, callers, held });
  }

  /** Requests a second that it may admit now. */
  rate(now: number): number {
    if (this.lease === null) return this.#capacityPerS * NEWCOMER_RATIO;
    return this.lease.until > now ? this.lease.total : this.lease.total * SAFE_RATIO;
  }
}

export class Rig {
  readonly clock = new VirtualClock();
  readonly store = new MemoryStore(new World(this.clock));
  readonly throttle = new MemoryThrottleStore();
  readonly metrics = new RecordedMetrics();
  readonly logged: string[] = [];
  readonly quotas: ResourceQuotas;
  resources = [{ resource: 'quotes', application: 'shop' }];
  instances: Instance[] = [];
  /** What `createHandler` remembers lives as long as this. */
  #handler: ReturnType<typeof createHandler> | null = null;

  constructor(change: Partial<ResourceQuotas> = {}) {
    this.quotas = quotasItem(change);
    this.putQuotas(this.quotas);
  }

  putQuotas(quotas: ResourceQuotas): void {
    this.store.quotas.set(quotas.resource, { kind: 'quotas', quotas, at: 0, refused: {} });
  }

  setThresholds(change: Partial<ThrottleThresholds>): void {
    const values = { ...defaultsOf('throttle'), ...change };
    this.store.thresholds.set('throttle', {
      kind: 'thresholds',
      tier: 'throttle',
      values,
      at: 0,
      refused: {},
    });
  }

  add(name: string, demand: Readonly<Record<string, number>>, quotas = this.quotas): Instance {
    const instance = new Instance(name, demand, quotas);
    this.instances.push(instance);
    return instance;
  }

  /** One run in a process of its own, which may be killed; else in the one that stays. */
  run(event: unknown = demandEvent(), process?: Process): Promise<ThrottleReport> {
    const kept = (this.#handler ??= this.#make(new Process()));
    const handler = process === undefined ? kept : this.#make(process);
    return handler(event, invocation(this.clock, 'throttle'));
  }

  report(): void {
    for (const one of this.instances.filter(({ reaches }) => reaches)) {
      const { application } = this.resources.find(({ resource }) => resource === one.resource)!;
      this.throttle.report(one.report(this.clock.now(), application));
    }
  }

  fetch(): void {
    for (const one of this.instances.filter(({ reaches }) => reaches)) {
      const lease = this.throttle.lease(one.resource, one.name);
      if (lease !== null && lease.epoch > (one.lease?.epoch ?? 0)) one.lease = lease;
    }
  }

  /** Reports, a run and what it gives, a period later each. */
  async renew(times = 1): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      this.clock.advance(RENEW_MS);
      this.report();
      await this.run();
      this.fetch();
    }
  }

  /** Beyond learning, with every lease taken up. */
  settle(): Promise<void> {
    return this.renew(8);
  }

  /** What all may admit of a resource now. */
  total(resource = 'quotes'): number {
    const own = this.instances.filter((one) => one.resource === resource);
    return own.reduce((sum, one) => sum + one.rate(this.clock.now()), 0);
  }

  rateOf(caller: string): number {
    return this.instances.reduce((sum, { lease }) => sum + (lease?.callers[caller] ?? 0), 0);
  }

  #make(process: Process): ReturnType<typeof createHandler> {
    const note = (message: string, fields?: object): void =>
      void this.logged.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { info: note, warn: note, error: note };
    const { clock, metrics } = this;
    const ports = {
      clock,
      store: process.wrap(this.store),
      throttle: process.wrap(this.throttle),
      metrics,
      log,
    };
    const place = { env: 'demo', functionName: 'throttle', table: TABLE, region: REGION };
    return createHandler(ports, {
      ...place,
      throttleTable: THROTTLE_TABLE,
      resources: this.resources,
      mode: 'act',
    });
  }
}
