/**
 * The prober's sweeps over the shards of the cache, beside those over the database and at the same interval: a shard
 * that hangs costs these time and those none. Writes an observation when a verdict changes, and every few seconds.
 */

import {
  judgeShardSweep,
  NO_SHARD_MEMORY,
  recallShards,
  type ShardProberMemory,
} from '../../core/cache/controller/index.ts';
import type { ShardEndpoint } from '../../core/cache/shards-text.ts';
import type { CacheStateStore, Clock, Log, Metrics, ShardProbe, StateStore } from '../../core/ports/index.ts';
import type { CacheObservationItem, ShardSample } from '../../core/state/cache-items.ts';
import type { Reach } from '../../core/state/items.ts';
import type { CacheThresholds } from '../../core/thresholds/cache.ts';
import { wholeOf } from '../../core/thresholds/layer.ts';
import { cacheThresholds } from '../shared/thresholds.ts';
import { shardMetrics } from './metrics.ts';
import { isFreshLoginDue } from './probe-all.ts';

export interface ShardSweepPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly cacheStore: CacheStateStore;
  readonly probe: ShardProbe;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface ShardSweepSettings {
  readonly env: string;
  readonly az: string;
  readonly shards: readonly ShardEndpoint[];
}

/** What the sweeps over the database know and these need. */
export interface Beside {
  /** The fencing token of the prober's lease; null while it has none. */
  token(): number | null;
  /** How far its newest probes of the database's members got. */
  reaches(): readonly Reach[];
  readonly intervalMs: () => number;
  readonly observationAgeMsMax: () => number;
  /** No further sweep is to begin. */
  isOver(): boolean;
}

/** Thresholds are read again after this long. */
const THRESHOLDS_MS = 5000;
/** An observation without news is written after this long, or in half the time in which one grows too old. */
const WRITE_MS = 5000;
const SWEEPS_MAX = 1000;

export class ShardSweeps {
  readonly #ports: ShardSweepPorts;
  readonly #settings: ShardSweepSettings;
  #memory: ShardProberMemory = NO_SHARD_MEMORY;
  #thresholds = wholeOf('cache', null) as CacheThresholds;
  #thresholdsReadAt = Number.NEGATIVE_INFINITY;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #unwrittenChange = false;
  #sweeps = 0;
  #reaches: readonly Reach[] = [];

  constructor(ports: ShardSweepPorts, settings: ShardSweepSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** How far its newest probes got. */
  get reaches(): readonly Reach[] {
    return this.#reaches;
  }

  async run(beside: Beside): Promise<number> {
    const { clock, probe } = this.#ports;
    await this.#prepare(beside.observationAgeMsMax());
    let next = clock.monotonic();
    while (this.#sweeps < SWEEPS_MAX && !beside.isOver()) {
      await this.#sweep(beside);
      next = Math.max(next + beside.intervalMs(), clock.monotonic());
      await clock.sleep(next - clock.monotonic());
    }
    await probe.close();
    return this.#sweeps;
  }

  /** Connects to every shard, and learns what the predecessor held of them. */
  async #prepare(observationAgeMsMax: number): Promise<void> {
    const { cacheStore, clock } = this.#ports;
    await this.#readThresholds();
    const [[last]] = await Promise.all([
      cacheStore.latestCacheObservations([this.#settings.az]).catch(() => []),
      this.#probeAll(),
    ]);
    const isRecent = last !== undefined && clock.now() - last.at <= observationAgeMsMax;
    if (isRecent) this.#memory = recallShards(last);
  }

  async #sweep(beside: Beside): Promise<void> {
    const { clock, metrics, log } = this.#ports;
    const { env, az } = this.#settings;
    const at = clock.now();
    const [samples] = await Promise.all([this.#probeAll(), this.#readThresholds()]);
    this.#reaches = samples.map(({ reach }) => reach);
    const seen = { samples, others: beside.reaches(), thresholds: this.#thresholds, now: at };
    const { memory, verdicts, blind, changed } = judgeShardSweep(this.#memory, seen);
    this.#memory = memory;
    this.#sweeps += 1;
    const measured = shardMetrics({ env, az, verdicts, blind, sweep: this.#sweeps });
    if (measured.length > 0) metrics.emit(measured);
    if (changed) log.info('shards changed', { verdicts, blind });
    const token = beside.token();
    if (token === null || beside.isOver()) return;
    const item = { kind: 'cache-observation', env, az, at, token, sequence: this.#sweeps } as const;
    await this.#write({ ...item, samples, verdicts, blind, changed }, beside.observationAgeMsMax());
  }

  async #write(item: CacheObservationItem, observationAgeMsMax: number): Promise<void> {
    const { clock, cacheStore, log } = this.#ports;
    const changed = item.changed || this.#unwrittenChange;
    const dueMs = Math.min(WRITE_MS, observationAgeMsMax / 2);
    if (!changed && clock.monotonic() - this.#writtenAt < dueMs) return;
    try {
      await cacheStore.putCacheObservation({ ...item, changed });
      this.#writtenAt = clock.monotonic();
      this.#unwrittenChange = false;
    } catch (error) {
      this.#unwrittenChange = changed;
      log.warn('observation of the shards not written', { error: String(error) });
    }
  }

  /** All side by side: each has the whole time-out, and none waits for another. */
  #probeAll(): Promise<readonly ShardSample[]> {
    const timeoutMs = this.#thresholds['probe-timeout-ms'];
    return Promise.all(
      this.#settings.shards.map((shard, index) =>
        this.#ports.probe.probe(shard, { timeoutMs, freshLogin: isFreshLoginDue(this.#sweeps, index) }),
      ),
    );
  }

  async #readThresholds(): Promise<void> {
    const { clock, store, log } = this.#ports;
    if (clock.monotonic() - this.#thresholdsReadAt < THRESHOLDS_MS) return;
    this.#thresholdsReadAt = clock.monotonic();
    try {
      this.#thresholds = await cacheThresholds(store);
    } catch (error) {
      log.warn('thresholds of the cache not read, the last good ones stay', { error: String(error) });
    }
  }
}
