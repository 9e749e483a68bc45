import type { ThrottleStore, WrittenDemand, WrittenDemands } from '../../../core/ports/index.ts';
import type { DemandItem, ThrottleLeaseItem, ThrottlePlanItem } from '../../../core/state/throttle-items.ts';

/** The throttle table in memory, with the conditions of the real one. */
export class MemoryThrottleStore implements ThrottleStore {
  readonly written = new Map<string, WrittenDemand[]>();
  readonly leaseItems = new Map<string, ThrottleLeaseItem>();
  readonly plans = new Map<string, ThrottlePlanItem>();
  /** Epochs of all that was put, in order. */
  readonly epochs: number[] = [];
  complete = true;

  /** As an instance does: in the place of its last report. */
  report(item: DemandItem): void {
    this.write(item.application, `${item.resource}#${item.instance}`, item);
  }

  /** As whoever has the application's role may: anything. */
  write(application: string, sk: string, item: unknown): void {
    const others = (this.written.get(application) ?? []).filter((one) => one.sk !== sk);
    this.written.set(application, [...others, { sk, item: structuredClone(item) }]);
  }

  lease(resource: string, instance: string): ThrottleLeaseItem | null {
    return this.leaseItems.get(`${resource}#${instance}`) ?? null;
  }

  async demands(application: string): Promise<WrittenDemands> {
    return { items: this.written.get(application) ?? [], complete: this.complete };
  }
  async leases(application: string): Promise<readonly ThrottleLeaseItem[]> {
    return [...this.leaseItems.values()].filter((item) => item.application === application);
  }
  async readPlan(resource: string): Promise<ThrottlePlanItem | null> {
    return this.plans.get(resource) ?? null;
  }
  async putPlan(item: ThrottlePlanItem): Promise<boolean> {
    if ((this.plans.get(item.resource)?.epoch ?? 0) > item.epoch) return false;
    this.plans.set(item.resource, item);
    this.epochs.push(item.epoch);
    return true;
  }
  async putLease(item: ThrottleLeaseItem, before: number | null): Promise<boolean> {
    const name = `${item.resource}#${item.instance}`;
    const known = this.leaseItems.get(name);
    if (known !== undefined && known.epoch !== before && known.epoch !== item.epoch) return false;
    this.leaseItems.set(name, structuredClone(item));
    this.epochs.push(item.epoch);
    return true;
  }
}
