/**
 * The prober's sweeps over the tasks behind the balancers, beside those over database and shards and in a rhythm of
 * their own: a task that hangs costs these time and those none. A failed probe is repeated at once, so that a hang is a
 * verdict within one sweep. Writes an observation when a verdict changes, and every few seconds.
 *
 * At the defaults a hang is told after 1000 + 600 + 600 ms at most: until the next sweep, and two probes that time out.
 */

import { NO_REACH_MEMORY, recallReach, type ReachMemory } from '../../core/database/reach-sweep.ts';
import { judgeTargetSweep, toRepeat } from '../../core/front/index.ts';
import type { Clock, FrontStore, Log, Metrics, StateStore, TargetProbe } from '../../core/ports/index.ts';
import type { TargetObservationItem, TargetSample, TargetsItem } from '../../core/state/front-items.ts';
import type { Reach } from '../../core/state/items.ts';
import { wholeOf } from '../../core/thresholds/layer.ts';
import type { WebThresholds } from '../../core/thresholds/web.ts';
import { webThresholds } from '../shared/thresholds.ts';
import { targetMetrics } from './target-metrics.ts';

export interface TargetSweepPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly front: FrontStore;
  readonly probe: TargetProbe;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface TargetSweepSettings {
  readonly env: string;
  readonly az: string;
}

/** What the sweeps over database and shards know and these need. */
export interface BesideTargets {
  /** The fencing token of the prober's lease; null while it has none. */
  token(): number | null;
  /** How far its newest probes of members and shards got. */
  reaches(): readonly Reach[];
  /** No further sweep is to begin. */
  isOver(): boolean;
}

/** Thresholds are read again after this long. */
const THRESHOLDS_MS = 5000;
/** And the list of targets. */
const TARGETS_MS = 2000;
/** An observation without news is written after this long, or in half the time in which one grows too old. */
const WRITE_MS = 5000;
const SWEEPS_MAX = 1000;

export class TargetSweeps {
  readonly #ports: TargetSweepPorts;
  readonly #settings: TargetSweepSettings;
  #memory: ReachMemory = NO_REACH_MEMORY;
  #thresholds = wholeOf('web', null) as WebThresholds;
  #thresholdsReadAt = Number.NEGATIVE_INFINITY;
  /** The last good list. */
  #item: TargetsItem | null = null;
  #itemReadAt = Number.NEGATIVE_INFINITY;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #unwrittenChange = false;
  /** Zones that targets failed in when it was last told. */
  #told: ReadonlySet<string> = new Set();
  #sweeps = 0;

  constructor(ports: TargetSweepPorts, settings: TargetSweepSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  async run(beside: BesideTargets): Promise<number> {
    const { clock } = this.#ports;
    await this.#prepare();
    let next = clock.monotonic();
    while (this.#sweeps < SWEEPS_MAX && !beside.isOver()) {
      await this.#sweep(beside);
      next = Math.max(next + this.#thresholds['probe-interval-ms'], clock.monotonic());
      await clock.sleep(next - clock.monotonic());
    }
    return this.#sweeps;
  }

  /** Learns what there is to probe, and what the predecessor held of it. */
  async #prepare(): Promise<void> {
    const { front, clock } = this.#ports;
    const [[last]] = await Promise.all([
      front.latestTargetObservations([this.#settings.az]).catch(() => []),
      this.#readThresholds(),
      this.#readTargets(),
    ]);
    const ageMsMax = this.#thresholds['observation-age-ms-max'];
    if (last !== undefined && clock.now() - last.at <= ageMsMax) this.#memory = recallReach(last);
  }

  async #sweep(beside: BesideTargets): Promise<void> {
    const { clock, log } = this.#ports;
    const { env, az } = this.#settings;
    const at = clock.now();
    const [samples] = await Promise.all([this.#probeAll(), this.#readThresholds(), this.#readTargets()]);
    this.#sweeps += 1;
    const targets = this.#item?.targets ?? [];
    if (targets.length === 0) return;
    const seen = { targets, samples, others: beside.reaches(), thresholds: this.#thresholds };
    const judged = judgeTargetSweep(this.#memory, { ...seen, now: clock.now() });
    this.#memory = judged.memory;
    const { verdicts, blind, changed } = judged;
    this.#tell(targetMetrics({ env, az, verdicts, blind, targets, told: this.#told }));
    if (changed) log.info('targets changed', { verdicts, blind });
    const token = beside.token();
    if (token === null || beside.isOver()) return;
    const newest = newestOf(samples);
    const item = { kind: 'target-observation', env, az, at, token, sequence: this.#sweeps } as const;
    await this.#write({ ...item, samples: newest, verdicts, blind, changed });
  }

  /** Side by side; whoever fails for the first time is asked again at once, until it answers or is known to fail. */
  async #probeAll(): Promise<readonly TargetSample[]> {
    const item = this.#item;
    if (item === null) return [];
    const { 'probe-timeout-ms': timeoutMs, 'unreachable-samples': tries } = this.#thresholds;
    const samples: TargetSample[] = [];
    let due = item.targets;
    for (let round = 0; round < tries && due.length > 0; round += 1) {
      const probed = await Promise.all(
        due.map((target) => this.#ports.probe.probe(target, { path: item.healthPath, timeoutMs })),
      );
      samples.push(...probed);
      const again = new Set(toRepeat(this.#memory, probed));
      due = due.filter(({ memberId }) => again.has(memberId));
    }
    return samples;
  }

  async #write(item: TargetObservationItem): Promise<void> {
    const { clock, front, log } = this.#ports;
    const changed = item.changed || this.#unwrittenChange;
    const dueMs = Math.min(WRITE_MS, this.#thresholds['observation-age-ms-max'] / 2);
    if (!changed && clock.monotonic() - this.#writtenAt < dueMs) return;
    try {
      await front.putTargetObservation({ ...item, changed });
      this.#writtenAt = clock.monotonic();
      this.#unwrittenChange = false;
    } catch (error) {
      this.#unwrittenChange = changed;
      log.warn('observation of the targets not written', { error: String(error) });
    }
  }

  #tell({ groups, told }: ReturnType<typeof targetMetrics>): void {
    this.#told = told;
    for (const group of groups) this.#ports.metrics.emit([group]);
  }

  async #readTargets(): Promise<void> {
    const { clock, front, log } = this.#ports;
    if (clock.monotonic() - this.#itemReadAt < TARGETS_MS) return;
    this.#itemReadAt = clock.monotonic();
    try {
      const read = await front.readTargets(this.#settings.env);
      const isOlder = read !== null && this.#item !== null && read.epoch < this.#item.epoch;
      if (read !== null && !isOlder) this.#item = read;
    } catch (error) {
      log.warn('the list of targets is not read, the last good one stays', { error: String(error) });
    }
  }

  async #readThresholds(): Promise<void> {
    const { clock, store, log } = this.#ports;
    if (clock.monotonic() - this.#thresholdsReadAt < THRESHOLDS_MS) return;
    this.#thresholdsReadAt = clock.monotonic();
    try {
      this.#thresholds = await webThresholds(store);
    } catch (error) {
      log.warn('thresholds of the web tier not read, the last good ones stay', { error: String(error) });
    }
  }
}

/** The last probe of each. */
function newestOf(samples: readonly TargetSample[]): readonly TargetSample[] {
  return [...new Map(samples.map((sample) => [sample.memberId, sample])).values()];
}
