import type { DescribedGroup, SeenRow } from '../../../core/cache/controller/index.ts';
import type { CacheControl, CallOutcome, ShardLedger } from '../../../core/ports/index.ts';
import type { CacheObservationItem } from '../../../core/state/cache-items.ts';
import type { ShardState } from '../../../core/cache/protocol/index.ts';
import type { Reach } from '../../../core/state/items.ts';
import type { VirtualClock } from '../fakes/clock.ts';
import { ENV, ZONES } from '../fakes/world.ts';

interface WorldShard {
  readonly id: string;
  readonly shard: number;
  /** Since when its process does not answer; null when it does. */
  downAt: number | null;
  reach: Reach;
  lives: number;
  row: { epoch: number; state: ShardState };
  rebootingUntil: number | null;
}

/** Samples until a verdict turns, at one sweep a second. */
const VERDICT_MS = 3000;
export const REBOOT_MS = 40_000;

/** Shards, what the probers see of them, the rows in the database, and AWS, in virtual time. */
export class CacheWorld {
  readonly clock: VirtualClock;
  readonly shards: WorldShard[];
  readonly reboots: { id: string; at: number }[] = [];
  readonly quarantines: { shard: number; epoch: number }[] = [];
  readonly readmissions: number[] = [];
  blind = new Set<string>();
  /** Zones whose prober reaches everything. */
  deaf = new Set<string>();
  /** Answers a reboot in AWS's place; null for AWS itself. */
  answerReboot: ((id: string) => CallOutcome) | null = null;
  /** A reboot that AWS accepts and that changes nothing. */
  rebootsInVain = false;
  isFrontAway = false;
  isAwsAway = false;
  hasAutomaticFailover = false;
  /** What AWS says instead, however long ago it was true. */
  stale: ((group: DescribedGroup) => DescribedGroup) | null = null;

  constructor(clock: VirtualClock, count = 4) {
    this.clock = clock;
    this.shards = Array.from({ length: count }, (_, shard) => ({
      id: `demo-cache-${shard}`,
      shard,
      downAt: null,
      reach: 'timeout',
      lives: 1,
      row: { epoch: 4, state: 'serving' },
      rebootingUntil: null,
    }));
  }

  shard(at: number): WorldShard {
    return this.shards[at]!;
  }

  hang(at: number, reach: Reach = 'timeout'): void {
    Object.assign(this.shard(at), { downAt: this.clock.now(), reach });
  }

  heal(at: number): void {
    this.shard(at).downAt = null;
  }

  move(at: number, state: ShardState): void {
    const { row } = this.shard(at);
    Object.assign(row, { state, epoch: row.epoch + 1 });
  }

  /** What time and the clients do: a reboot ends, and a shard that is reached again is opened. */
  settle(): void {
    for (const shard of this.shards) {
      const { rebootingUntil } = shard;
      if (rebootingUntil !== null && this.clock.now() >= rebootingUntil) {
        Object.assign(shard, { rebootingUntil: null, downAt: null, lives: shard.lives + 1 });
      }
    }
  }

  openAll(): void {
    this.settle();
    for (const { shard, row, downAt } of this.shards) {
      if (downAt === null && row.state !== 'serving') this.move(shard, 'serving');
    }
  }

  observations(zones: readonly string[]): CacheObservationItem[] {
    this.settle();
    return zones.filter((az) => (ZONES as readonly string[]).includes(az)).map((az) => this.#observe(az));
  }

  readonly ledgerPort: ShardLedger = {
    rows: async (): Promise<readonly SeenRow[]> => {
      if (this.isFrontAway) throw new Error('the front is away');
      return this.shards.map(({ shard, row }) => ({ shard, ...row }));
    },
    quarantine: async ({ shard, epoch }) => {
      this.quarantines.push({ shard, epoch });
      const { row } = this.shard(shard);
      if (row.epoch === epoch && row.state === 'serving') this.move(shard, 'closed');
      return { outcome: 'accepted' };
    },
    readmit: async ({ shard }) => {
      this.readmissions.push(shard);
      if (this.shard(shard).downAt !== null) {
        return { outcome: 'refused', code: 'row-is-closed', conflict: true, retryable: true };
      }
      this.move(shard, 'serving');
      return { outcome: 'accepted' };
    },
  };

  readonly controlPort: CacheControl = {
    describe: async (groupId) => {
      if (this.isAwsAway) throw new Error('AWS cannot be asked');
      const group = this.#described(groupId);
      return this.stale === null ? group : this.stale(group);
    },
    reboot: async ({ cacheClusterId }) => {
      const id = cacheClusterId.replace(/-001$/, '');
      if (this.answerReboot !== null) return this.answerReboot(id);
      return this.reboot(id);
    },
  };

  reboot(id: string): CallOutcome {
    this.settle();
    const shard = this.shards.find((one) => one.id === id)!;
    if (shard.rebootingUntil !== null) {
      return { outcome: 'refused', code: 'InvalidCacheClusterStateFault', conflict: true, retryable: true };
    }
    this.reboots.push({ id, at: this.clock.now() });
    if (!this.rebootsInVain) shard.rebootingUntil = this.clock.now() + REBOOT_MS;
    return { outcome: 'accepted' };
  }

  #described(groupId: string): DescribedGroup {
    this.settle();
    const shard = this.shards.find(({ id }) => id === groupId)!;
    const status = shard.rebootingUntil === null ? 'available' : 'rebooting cluster nodes';
    return {
      groupId,
      status: shard.rebootingUntil === null ? 'available' : 'modifying',
      hasAutomaticFailover: this.hasAutomaticFailover,
      hasPendingChange: false,
      nodes: [{ cacheClusterId: `${groupId}-001`, nodeId: '0001', status }],
      at: this.clock.now(),
    };
  }

  #observe(az: string): CacheObservationItem {
    const at = this.clock.now() - 200;
    return {
      kind: 'cache-observation',
      env: ENV,
      az,
      at,
      token: 1,
      sequence: 1,
      samples: this.shards.map((shard) => {
        const isDown = shard.downAt !== null && !this.deaf.has(az);
        const runId = isDown ? null : `life-${shard.lives}`;
        return {
          memberId: shard.id,
          at,
          reach: isDown ? shard.reach : 'ok',
          runId,
          latencyMs: isDown ? null : 1,
        };
      }),
      verdicts: this.shards.map((shard) => {
        const since = (shard.downAt ?? 0) + VERDICT_MS;
        const stands = shard.downAt !== null && !this.deaf.has(az) && at >= since;
        const failure = stands ? ('shard-unreachable' as const) : null;
        return { memberId: shard.id, failure, since: stands ? since : 0, samples: 3 };
      }),
      blind: this.blind.has(az),
      changed: false,
    };
  }
}
