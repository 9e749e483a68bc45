import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  jainIndex,
  NEWCOMER_RATIO,
  OTHERS_RATIO,
  planLeases,
  SAFE_RATIO,
  type Lease,
  type LeaseHolder,
  type Quota,
} from '../../../core/throttle/index.ts';

const CAPACITY = 1000;
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
const GONE_AFTER_MS = 120_000;
const EQUAL: Quota = { weight: 1, floor: 0, priority: 0 };

/** One process: reports and fetches when it can reach the store, and admits what its lease says. */
class Instance {
  lease: Lease | null = null;
  demand: Record<string, number>;
  others = 0;
  reaches = true;
  isLate = false;
  reportedAt = 0;
  /** When it reported again after it had been taken for gone. */
  returnedAt = Number.NEGATIVE_INFINITY;
  readonly name: string;

  constructor(name: string, demand: Record<string, number>) {
    this.name = name;
    this.demand = demand;
  }

  /** Requests a second that it may admit now. */
  rate(now: number): number {
    if (this.lease === null) return CAPACITY * NEWCOMER_RATIO;
    return this.lease.until > now ? this.lease.total : this.lease.total * SAFE_RATIO;
  }
}

/** The table and the function, in steps of one renewal. */
class Service {
  now = 1_000_000;
  instances: Instance[];
  isDead = false;
  quotaOf: (caller: string) => Quota = () => EQUAL;
  readonly #reports = new Map<string, LeaseHolder>();
  readonly #granted = new Map<string, Lease[]>();
  #epoch = 0;
  #learningUntil = 0;

  constructor(...instances: Instance[]) {
    this.instances = instances;
  }

  /** Everything in the table is lost; the instances still hold their leases. */
  loseTable(): void {
    this.#reports.clear();
    this.#granted.clear();
    this.#learningUntil = this.now + LEASE_MS;
  }

  renew(): void {
    this.now += RENEW_MS;
    if (this.isDead) return;
    for (const instance of this.instances.filter(({ reaches }) => reaches)) this.#report(instance);
    this.#epoch += 1;
    const { leases, inForceMax } = planLeases({
      now: this.now,
      epoch: this.#epoch,
      capacity: CAPACITY,
      holders: [...this.#reports.values()].map((holder) => ({ ...holder, granted: this.#newer(holder) })),
      quotaOf: this.quotaOf,
      others: EQUAL,
      leaseMs: LEASE_MS,
      goneAfterMs: GONE_AFTER_MS,
      learningUntil: this.#learningUntil,
    });
    expect(inForceMax).toBeGreaterThanOrEqual(0);
    for (const [name, holder] of this.#reports) {
      if (leases.has(name)) this.#reports.set(name, { ...holder, answered: true });
    }
    for (const [name, lease] of leases) this.#granted.set(name, [...(this.#granted.get(name) ?? []), lease]);
    for (const instance of this.instances) this.#fetch(instance);
  }

  run(renewals: number): void {
    for (let n = 0; n < renewals; n += 1) this.renew();
  }

  /** What all of them may admit now, requests a second. */
  total(): number {
    return this.instances.reduce((sum, instance) => sum + instance.rate(this.now), 0);
  }

  #newer({ instance, held }: LeaseHolder): Lease[] {
    return (this.#granted.get(instance) ?? []).filter(({ epoch }) => epoch > (held?.epoch ?? 0));
  }

  /** Takes up the newest lease; a late one sees it only at the next turn. */
  #fetch(instance: Instance): void {
    if (!instance.reaches) return;
    const seen = this.#granted.get(instance.name)?.filter(({ at }) => !instance.isLate || at < this.now);
    instance.lease = seen?.at(-1) ?? instance.lease;
  }

  #report(instance: Instance): void {
    const { name, demand, others, lease } = instance;
    if (instance.lease !== null && this.now - instance.reportedAt > GONE_AFTER_MS)
      instance.returnedAt = this.now;
    instance.reportedAt = this.now;
    const held = lease === null ? null : { epoch: lease.epoch, until: lease.until, total: lease.total };
    this.#reports.set(name, {
      instance: name,
      at: this.now,
      answered: false,
      demand,
      others,
      held,
      granted: [],
    });
  }
}

const instances = (count: number, demand: Record<string, number>): Instance[] =>
  Array.from({ length: count }, (_, n) => new Instance(`i${n}`, { ...demand }));
const close = (value: number, wanted: number): void => expect(Math.abs(value - wanted)).toBeLessThan(1e-6);

describe('leases', () => {
  it('reach the whole capacity within two renewals, shared by demand', () => {
    const service = new Service(...instances(3, { a: 1000 }), new Instance('idle', {}));
    service.run(2);
    close(service.total(), CAPACITY);
    for (const { lease } of service.instances.slice(0, 3)) {
      close(lease!.callers['a']!, (CAPACITY * (1 - OTHERS_RATIO)) / 3);
    }
    expect(service.instances[3]!.lease!.others).toBeGreaterThan(0);
  });

  it('I-24: give 99 callers all they want and the one that wants 100 times as much what is left', () => {
    const demand = Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`good-${n}`, 2]));
    const service = new Service(...instances(4, { ...demand, flood: 20_000 }));
    service.run(3);
    for (let n = 0; n < 99; n += 1) {
      const rate = service.instances.reduce((sum, { lease }) => sum + lease!.callers[`good-${n}`]!, 0);
      expect(rate).toBeGreaterThan(7.99);
    }
  });

  it("are fair to callers of equal weight: Jain's index is at least 0.99", () => {
    const callers = Array.from({ length: 50 }, (_, n) => [`c${n}`, 100 + n] as const);
    const service = new Service(...instances(5, Object.fromEntries(callers)));
    service.run(3);
    const rates = callers.map(([name]) =>
      service.instances.reduce((sum, { lease }) => sum + lease!.callers[name]!, 0),
    );
    expect(jainIndex(rates)).toBeGreaterThanOrEqual(0.99);
  });

  it('follow demand that moves from one instance to another, never above the capacity on the way', () => {
    const [a, b] = [new Instance('a', { x: 900 }), new Instance('b', { x: 10 })];
    const service = new Service(a, b);
    service.run(3);
    const before = b.rate(service.now);
    a.demand = { x: 10 };
    b.demand = { x: 900 };
    for (let n = 0; n < 4; n += 1) {
      service.renew();
      expect(service.total()).toBeLessThanOrEqual(CAPACITY + 1e-6);
    }
    expect(b.rate(service.now)).toBeGreaterThan(before + 500);
  });
});

describe('with the store or the function dead', () => {
  it('each instance goes on with a safe share, and at most a tenth too much is admitted, never for longer than a lease', () => {
    const service = new Service(...instances(5, { a: 1000 }));
    service.run(3);
    service.isDead = true;
    const shares = service.instances.map((instance) => instance.rate(service.now));
    for (let n = 0; n < 10; n += 1) service.instances.push(new Instance(`new-${n}`, { a: 1000 }));
    for (let at = 0; at < 20; at += 1) {
      service.renew();
      const isLeased = at < LEASE_MS / RENEW_MS - 1;
      expect(service.total()).toBeLessThanOrEqual(CAPACITY * (isLeased ? 1.1 : 1) + 1e-6);
    }
    for (const [at, share] of shares.entries()) {
      close(service.instances[at]!.rate(service.now), share * SAFE_RATIO);
    }
  });

  it('a table that was lost gives nothing away: nothing grows until every lease of before has ended', () => {
    const service = new Service(...instances(4, { a: 1000 }));
    service.run(3);
    const silent = service.instances[0]!;
    silent.reaches = false;
    service.loseTable();
    for (let n = 0; n < 2; n += 1) {
      service.renew();
      expect(service.total()).toBeLessThanOrEqual(CAPACITY + 1e-6);
    }
    silent.reaches = true;
    service.run(4);
    close(service.total(), CAPACITY);
  });

  it('an instance that is cut off keeps its share reserved; one that is gone frees it', () => {
    const service = new Service(...instances(2, { a: 1000 }));
    service.run(3);
    const [lost, other] = service.instances;
    lost!.reaches = false;
    service.run(6);
    expect(service.total()).toBeLessThanOrEqual(CAPACITY + 1e-6);
    service.instances = [other!];
    service.run(12);
    close(other!.rate(service.now), CAPACITY);
  });
});

it('whatever comes and goes, what is in force never exceeds the capacity by more than the newcomers bring', () => {
  const step = fc.record({
    who: fc.integer({ min: 0, max: 5 }),
    what: fc.constantFrom('demand', 'cut', 'mend', 'restart', 'dead', 'alive', 'late'),
    demand: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 2000 })),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const service = new Service(...instances(6, { a: 100 }));
      service.run(3);
      let newcomers = 0;
      for (const { who, what, demand } of steps) {
        const instance = service.instances[who]!;
        if (what === 'demand') instance.demand = demand;
        if (what === 'cut' || what === 'mend') instance.reaches = what === 'mend';
        if (what === 'late') instance.isLate = !instance.isLate;
        if (what === 'dead' || what === 'alive') service.isDead = what === 'dead';
        if (what === 'restart') {
          // The old process is gone; the new one has another name and no lease yet.
          newcomers += 1;
          service.instances[who] = new Instance(`i${who}-${newcomers}`, instance.demand);
        }
        service.renew();
        const withoutLease = service.instances.filter(({ lease }) => lease === null).length;
        // When it is back, the others take up smaller leases at their next renewal, a late one at the one after.
        const cutOff = service.instances.filter(
          ({ reportedAt, returnedAt }) =>
            service.now - reportedAt > GONE_AFTER_MS || service.now - returnedAt <= 2 * RENEW_MS,
        );
        const takenForGone = cutOff.reduce((sum, one) => sum + one.rate(service.now), 0);
        const allowed = CAPACITY * (1 + NEWCOMER_RATIO * Math.max(withoutLease, newcomers)) + takenForGone;
        expect(service.total()).toBeLessThanOrEqual(allowed + 1e-6);
      }
    }),
    { numRuns: 300 },
  );
});
