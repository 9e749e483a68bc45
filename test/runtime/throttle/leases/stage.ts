/** An instance in virtual time in front of a store that does what the test says. */

import type { DemandItem, ThrottleLeaseItem } from '../../../../core/state/throttle-items.ts';
import { InstanceLease } from '../../../../runtime/throttle/leases/instance-lease.ts';
import type { LeaseStore } from '../../../../runtime/throttle/leases/store.ts';
import type { Cancel } from '../../../../runtime/ports.ts';
import { VirtualClock } from '../../simulated/virtual-clock.ts';

export const IDENTITY = { application: 'shop', resource: 'quotes', instance: 'i-1' };

/** A wall clock that can be wrong. */
export class SteppingClock extends VirtualClock {
  stepMs = 0;
  /** Timers are early by this, as the system's may be by a part of a millisecond. */
  earlyMs = 0;

  override after(ms: number, wake: () => void): Cancel {
    return super.after(Math.max(0, ms - this.earlyMs), wake);
  }

  override epoch(): number {
    return super.epoch() + this.stepMs;
  }

  /** What everybody else's clock says. */
  get trueEpoch(): number {
    return super.epoch();
  }
}

export class FakeStore implements LeaseStore {
  readonly reports: { readonly item: DemandItem; readonly atMs: number }[] = [];
  readonly readsAtMs: number[] = [];
  readonly #clock: VirtualClock;
  answer: () => unknown = () => null;
  onReport: () => Promise<void> = () => Promise.resolve();
  isClosed = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  report(item: DemandItem): Promise<void> {
    this.reports.push({ item, atMs: this.#clock.now() });
    return this.onReport();
  }

  lease(): Promise<ThrottleLeaseItem | null> {
    this.readsAtMs.push(this.#clock.now());
    return this.answer() as Promise<ThrottleLeaseItem | null>;
  }

  close(): void {
    this.isClosed = true;
  }

  /** Answers this to whoever reads. */
  gives(answer: unknown): void {
    this.answer = () => Promise.resolve(answer);
  }
}

export interface Stage {
  readonly clock: SteppingClock;
  readonly store: FakeStore;
  readonly instance: InstanceLease;
  readonly changes: number[];
  /** A lease as the function would write it now, by its own clock. */
  leaseItem(change?: Partial<ThrottleLeaseItem>): ThrottleLeaseItem;
  /** Requests of one caller, `perSecond` for `ms`. */
  offer(caller: string, perSecond: number, ms: number): Promise<void>;
}

export function stage(random: () => number = () => 0): Stage {
  const clock = new SteppingClock();
  const store = new FakeStore(clock);
  const changes: number[] = [];
  const instance = new InstanceLease({
    clock,
    random,
    store,
    identity: IDENTITY,
    capacityPerS: 100,
    burstS: 1,
    reportMs: 10_000,
    onChange: () => changes.push(clock.now()),
  });
  let epoch = 0;
  return {
    clock,
    store,
    instance,
    changes,
    leaseItem: (change = {}) => ({
      kind: 'throttle-lease',
      ...IDENTITY,
      epoch: (epoch += 1),
      at: clock.trueEpoch,
      until: clock.trueEpoch + 30_000,
      callers: { alpha: 40, beta: 10 },
      others: 5,
      total: 55,
      burstS: 1,
      answers: store.reports.at(-1)?.item.at ?? 0,
      criticalities: { alpha: 'critical-plus' },
      othersCriticality: 'sheddable',
      granted: [],
      ...change,
    }),
    async offer(caller, perSecond, ms) {
      for (let n = 0; n < (perSecond * ms) / 1000; n += 1) {
        instance.count({ caller, cost: 1 });
        await clock.advance(1000 / perSecond);
      }
    },
  };
}
