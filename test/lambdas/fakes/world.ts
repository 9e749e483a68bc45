import type { DescribedCluster } from '../../../core/database/index.ts';
import type { CallOutcome } from '../../../core/ports/index.ts';
import type { Failure } from '../../../core/failures.ts';
import type { ObservationItem, OutcomeItem, Reach, Sample, Verdict } from '../../../core/state/items.ts';
import type { VirtualClock } from './clock.ts';

export const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] as const;
export const ENV = 'demo';
export const CLUSTER = 'demo-cluster';

interface WorldMember {
  readonly id: string;
  readonly az: string;
  tier: number;
  /** Since when it does not answer; null when it does. */
  downAt: number | null;
  reach: Reach;
  lagMs: number;
}

/** Samples until a verdict turns, at one sweep a second. */
const VERDICT_MS = 3000;
const FAILOVER_MS = 2000;

/** A cluster, its probers' views and its control plane, in virtual time. */
export class World {
  readonly clock: VirtualClock;
  readonly members: WorldMember[];
  writer = 'db-1';
  writerMovedAt: number | null = null;
  failovers: { target: string; at: number }[] = [];
  #pending: { target: string; at: number } | null = null;
  blind = new Set<string>();
  /** Zones whose prober does not see the member fail. */
  deaf = new Set<string>();
  outcomes: OutcomeItem[] = [];
  excluded: string[] = [];
  edits: { excluded: readonly string[]; at: number }[] = [];
  /** Answers an edit of the custom endpoint in AWS's place; null for AWS itself. */
  setExcluded: (() => CallOutcome) | null = null;
  statusOverride: string | null = null;
  describedWriter: string | null = null;

  constructor(clock: VirtualClock, readers = 2) {
    this.clock = clock;
    this.members = Array.from({ length: readers + 1 }, (_, i) => ({
      id: `db-${i + 1}`,
      az: ZONES[i % ZONES.length]!,
      tier: 1,
      downAt: null,
      reach: 'timeout',
      lagMs: 20,
    }));
  }

  member(id: string): WorldMember {
    return this.members.find((member) => member.id === id)!;
  }

  hang(id: string, reach: Reach = 'timeout'): void {
    Object.assign(this.member(id), { downAt: this.clock.now(), reach });
  }

  heal(id: string): void {
    this.member(id).downAt = null;
  }

  settle(): void {
    if (this.#pending === null || this.clock.now() < this.#pending.at + FAILOVER_MS) return;
    const old = this.writer;
    this.writer = this.#pending.target;
    this.writerMovedAt = this.#pending.at + FAILOVER_MS;
    this.#pending = null;
    if (old !== this.writer) this.heal(old);
  }

  failover(target: string): CallOutcome {
    this.settle();
    if (this.#pending !== null) {
      return { outcome: 'refused', code: 'InvalidDBClusterStateFault', conflict: true, retryable: true };
    }
    this.#pending = { target, at: this.clock.now() };
    this.failovers.push(this.#pending);
    return { outcome: 'accepted' };
  }

  describe(): DescribedCluster {
    this.settle();
    return {
      clusterId: CLUSTER,
      status: this.statusOverride ?? (this.#pending === null ? 'available' : 'failing-over'),
      members: this.members.map(({ id, az, tier }) => ({
        id,
        az,
        promotionTier: tier,
        isWriter: id === (this.describedWriter ?? this.writer),
        status: 'available',
      })),
      at: this.clock.now(),
    };
  }

  observations(zones: readonly string[]): ObservationItem[] {
    this.settle();
    return zones.filter((az) => (ZONES as readonly string[]).includes(az)).map((az) => this.#observe(az));
  }

  #observe(az: string): ObservationItem {
    const at = this.clock.now() - 200;
    return {
      kind: 'observation',
      env: ENV,
      az,
      at,
      token: 1,
      sequence: 1,
      samples: this.members.map((member) => this.#sample(member, az, at)),
      verdicts: this.members.map((member) => this.#verdict(member, az, at)),
      blind: this.blind.has(az),
      writer: { memberId: this.writer, since: this.writerMovedAt },
      changed: false,
    };
  }

  #isDown(member: WorldMember, az: string): boolean {
    return member.downAt !== null && !this.deaf.has(az);
  }

  #sample(member: WorldMember, az: string, at: number): Sample {
    const down = this.#isDown(member, az);
    const isWriter = member.id === this.writer;
    return {
      memberId: member.id,
      at,
      reach: down ? member.reach : 'ok',
      sqlState: null,
      role: down ? null : isWriter ? 'writer' : 'reader',
      lagMs: down || isWriter ? null : member.lagMs,
      latencyMs: down ? null : 2,
      write: !down && isWriter ? 'ok' : null,
    };
  }

  #verdict(member: WorldMember, az: string, at: number): Verdict {
    const kind: Failure = member.id === this.writer ? 'writer-unreachable' : 'reader-unreachable';
    const since = (member.downAt ?? 0) + VERDICT_MS;
    const stands = this.#isDown(member, az) && at >= since;
    return { memberId: member.id, failure: stands ? kind : null, since: stands ? since : 0, samples: 3 };
  }
}
