/** The public name by the twin of Route 53: records, the health check that reads the metric, and who answers. */

import type { ExpectedRecord, PublishedRecord } from '../../../core/front/index.ts';
import { asPublished } from '../../../core/front/index.ts';
import type { RecordBatch } from '../../../core/ports/index.ts';
import { hostedAnswer, type HostedRecordSet } from '../../twin/dns/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import type { SimBalancer } from './balancer.ts';
import { dnsNameOf, EDGE_CHECK, NAME, RECORDS } from './site.ts';

/** A metric of a minute is read some time after it. */
const METRIC_READ_MS = 60_000;

export class SimNames {
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #balancers: readonly SimBalancer[];
  /** What the API holds, and what the name servers answer by. */
  records: readonly PublishedRecord[] = RECORDS.map(asPublished);
  #served: readonly PublishedRecord[] = RECORDS.map(asPublished);
  #isEdgeHealthy = true;
  /** A change reaches the name servers so much later; null where it never does (F-13). */
  lateMs: number | null = 0;

  constructor(options: { clock: SimClock; random: Random; balancers: readonly SimBalancer[] }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#balancers = options.balancers;
  }

  get served(): readonly PublishedRecord[] {
    return this.#served;
  }

  /** Atomic: every deletion must match exactly, and nothing may be created twice. */
  apply({ remove, create }: RecordBatch): boolean {
    const text = (record: PublishedRecord): string => JSON.stringify(sorted(record));
    const standing = new Set(this.records.map(text));
    if (!remove.every((record) => standing.has(text(record)))) return false;
    const gone = new Set(remove.map(text));
    const left = this.records.filter((record) => !gone.has(text(record)));
    if (create.some((record) => left.some((one) => one.setIdentifier === record.setIdentifier))) return false;
    this.set([...left, ...create]);
    return true;
  }

  /** Somebody, or a repair, has changed what the API holds. */
  set(records: readonly PublishedRecord[]): void {
    this.records = records;
    const { lateMs } = this;
    if (lateMs === null) return;
    this.#clock.after(lateMs, () => {
      this.#served = records;
    });
  }

  /** The function has written the metric. */
  told(isHealthy: boolean): void {
    this.#clock.after(METRIC_READ_MS, () => {
      this.#isEdgeHealthy = isHealthy;
    });
  }

  /** `<balancer>|<zone>` of the nodes that a client gets to know. */
  resolve(): readonly string[] {
    const view = {
      records: (name: string) => (name === NAME ? this.#served.map(hosted) : []),
      isCheckHealthy: (id: string) => id !== EDGE_CHECK || this.#isEdgeHealthy,
      isBalancerHealthy: (name: string) => this.#byName(name)?.isHealthy() ?? null,
      outside: (name: string) => {
        const balancer = this.#byName(name);
        if (balancer === undefined) return undefined;
        const values = balancer.published().map((zone) => `${balancer.name}|${zone}`);
        return { type: 'A' as const, ttlS: 60, values };
      },
    };
    return hostedAnswer(view, { name: NAME, type: 'A' }, () => this.#random.next())?.values ?? [];
  }

  resolves(name: string): boolean {
    return this.#byName(name) !== undefined;
  }

  #byName(name: string): SimBalancer | undefined {
    return this.#balancers.find((balancer) => dnsNameOf(balancer.name) === name);
  }
}

function hosted({
  name,
  type,
  failover,
  setIdentifier,
  alias,
  healthCheckId,
}: PublishedRecord): HostedRecordSet {
  const routing =
    failover === null ? { kind: 'simple' as const } : { kind: 'failover' as const, role: failover };
  return { name, type, routing, setIdentifier, ttlS: null, values: [], alias, healthCheckId };
}

function sorted(record: PublishedRecord): readonly unknown[] {
  const { name, type, setIdentifier, failover, healthCheckId, alias } = record satisfies Omit<
    ExpectedRecord,
    'alias'
  >;
  return [name, type, setIdentifier, failover, healthCheckId, alias?.dnsName, alias?.evaluateTargetHealth];
}
