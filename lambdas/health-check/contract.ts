/** Names shared by the prober and the stack that deploys it. */
export const FUNCTION = 'health-check';

export const ENV = {
  /** The availability zone this prober stands in. */
  az: 'UNDERSTUDY_AZ',
} as const;

/** A prober hands over to its successor; it never runs longer than this. */
export const RUN_MS_MAX = 75_000;
export const TIMEOUT_S = 90;
export const RESERVED_CONCURRENCY = 2;

/** Name of the lease that the prober of a zone holds; its item is `leaseKey(leaseName(az))`. */
export function leaseName(az: string): string {
  return `prober-${az}`;
}

/**
 * `CACHE_ENV` is set where the environment has a cache: shards, copies, gutter and probeUser. Then the prober needs
 * `elasticache:Connect` on every replication group and on its user, egress to the shards, and the right to put
 * `cache-observation#<az>` in the state table.
 *
 * `FRONT_ENV.table` is set where the environment has a web tier. Then the prober needs egress to the tasks' port, the
 * right to read `targets#<env>` and `target-observation#<az>` of the front table, and to put the latter.
 *
 * High-resolution metrics: one EMF line a sweep of the database while something is wrong with it and for a minute
 * after, else one every ten seconds; one a sweep of the shards while something is wrong with them. What is not written
 * costs nothing, and the alarm takes it for no failure. A failure's metric has the failure's own name. `sweeps`,
 * `blind` and `blindToShards` have the dimensions environment and zone; all others environment and member, or
 * environment and shard. A line carries one member or shard: those with something to tell take turns.
 */
export const METRIC = {
  /** Sweeps since the line before: their absence is `prober-silent`. */
  sweeps: 'prober-sweeps',
  /** 1 while it is; else not written. */
  blind: 'prober-blind',
  /** Always, of one reader a line. */
  replicaLagMs: 'reader-lag-ms',
  /** Per member and failure: 1 while the verdict stands, 0 for a minute after; else not written. */
  readerUnreachable: 'reader-unreachable',
  readerBroken: 'reader-broken',
  readerLagging: 'reader-lagging',
  writerUnreachable: 'writer-unreachable',
  writerReadOnly: 'writer-read-only',
  writerStalled: 'writer-stalled',
  /** 1 while this prober cannot see more than half of all its targets, as it judges the shards; else not written. */
  blindToShards: 'prober-blind-to-shards',
  /** Per shard, by environment and shard: 1 while the verdict stands; else not written. */
  shardUnreachable: 'shard-unreachable',
  /**
   * How many targets of a zone it gets no good answer from, by environment and zone of the targets: a task has no name
   * that an alarm could keep. Written while one fails, and 0 once when none does any more.
   */
  targetUnreachable: 'target-unreachable',
} as const;
