/**
 * The prober of one zone: sweeps every member at the probe interval and writes one dated observation and at most one
 * metrics line a sweep. It runs until its successor takes the lease, so that there is always one.
 */

import { judgeSweep, NO_MEMORY, recall, type ProberMemory } from '../../core/database/index.ts';
import type { ShardEndpoint } from '../../core/cache/shards-text.ts';
import type {
  CacheStateStore,
  Clock,
  DatabaseMember,
  FrontStore,
  Log,
  MemberProbe,
  Metrics,
  ShardProbe,
  StateStore,
  TargetProbe,
} from '../../core/ports/index.ts';
import type { ObservationItem, Reach } from '../../core/state/items.ts';
import type { DatabaseThresholds } from '../../core/thresholds/database.ts';
import { wholeOf } from '../../core/thresholds/layer.ts';
import type { Invocation } from '../shared/invocation.ts';
import { databaseThresholds } from '../shared/thresholds.ts';
import { FUNCTION, leaseName, RUN_MS_MAX } from './contract.ts';
import { probeAll } from './probe-all.ts';
import { ProberLease } from './prober-lease.ts';
import { ShardSweeps } from './shard-sweeps.ts';
import { SweepLines } from './sweep-lines.ts';
import { TargetSweeps } from './target-sweeps.ts';

export interface ProberPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly probe: MemberProbe;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Where the environment has a cache. @default - no shards are looked at */
  readonly cache?: { readonly probe: ShardProbe; readonly store: CacheStateStore };
  /** Where the environment has a web tier. @default - no targets are looked at */
  readonly front?: { readonly probe: TargetProbe; readonly store: FrontStore };
}

export interface ProberSettings {
  readonly env: string;
  readonly az: string;
  readonly members: readonly DatabaseMember[];
  /** The shards of all copies of the cache. @default - none */
  readonly shards?: readonly ShardEndpoint[];
  /** @default RUN_MS_MAX of the contract */
  readonly runMsMax?: number;
}

export interface ProberReport {
  readonly az: string;
  readonly sweeps: number;
  /** Why it stopped. */
  readonly ended: 'handed-over' | 'time';
}

/** Thresholds are read again after this long. */
const THRESHOLDS_MS = 5000;
/** Left for the last sweep and for closing the connections. */
const MARGIN_MS = 8000;
const SWEEPS_MAX = 1000;

export type ProberHandler = (event: unknown, invocation: Invocation) => Promise<ProberReport>;

/** Any event starts a run: the schedule's payload says nothing, and nothing of it is used. */
export function createHandler(ports: ProberPorts, settings: ProberSettings): ProberHandler {
  return (_event, invocation) => new Prober(ports, settings).run(invocation);
}

class Prober {
  readonly #ports: ProberPorts;
  readonly #settings: ProberSettings;
  readonly #lease: ProberLease;
  readonly #lines: SweepLines;
  readonly #shards: ShardSweeps | null;
  readonly #targets: TargetSweeps | null;
  #memory: ProberMemory = NO_MEMORY;
  #thresholds = wholeOf('database', null) as DatabaseThresholds;
  #thresholdsReadAt = Number.NEGATIVE_INFINITY;
  #sweeps = 0;
  /** A change whose observation could not be written goes with the next one. */
  #unwrittenChange = false;
  #reaches: readonly Reach[] = [];
  #isOver = false;

  constructor(ports: ProberPorts, settings: ProberSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#lease = new ProberLease(ports, leaseName(settings.az));
    this.#lines = new SweepLines(ports, settings);
    const { cache, front, ...own } = ports;
    const { env, az, shards = [] } = settings;
    this.#shards =
      cache === undefined || shards.length === 0
        ? null
        : new ShardSweeps({ ...own, probe: cache.probe, cacheStore: cache.store }, { env, az, shards });
    this.#targets =
      front === undefined
        ? null
        : new TargetSweeps({ ...own, probe: front.probe, front: front.store }, { env, az });
  }

  async run(invocation: Invocation): Promise<ProberReport> {
    const { clock, log, probe } = this.#ports;
    const started = clock.monotonic();
    const endAt =
      started + Math.min(this.#settings.runMsMax ?? RUN_MS_MAX, invocation.remainingMs() - MARGIN_MS);
    await this.#prepare(invocation);
    const besides = [this.#sweepShards(endAt), this.#sweepTargets(endAt)];
    const ended = await this.#sweepUntil(endAt, invocation).finally(() => {
      this.#isOver = true;
    });
    await Promise.all([probe.close(), ...besides]);
    const report: ProberReport = { az: this.#settings.az, sweeps: this.#sweeps, ended };
    log.info(`${FUNCTION} ends`, { ...report, ms: clock.monotonic() - started });
    return report;
  }

  async #sweepUntil(endAt: number, invocation: Invocation): Promise<ProberReport['ended']> {
    const { clock } = this.#ports;
    let next = clock.monotonic();
    while (this.#sweeps < SWEEPS_MAX && clock.monotonic() < endAt) {
      if (!(await this.#sweep(invocation))) return 'handed-over';
      next = Math.max(next + this.#thresholds['probe-interval-ms'], clock.monotonic());
      await clock.sleep(next - clock.monotonic());
    }
    return 'time';
  }

  #sweepShards(endAt: number): Promise<void> {
    return this.#beside('shards', async () => {
      await this.#shards?.run({
        token: () => this.#lease.token,
        reaches: () => this.#reaches,
        intervalMs: () => this.#thresholds['probe-interval-ms'],
        observationAgeMsMax: () => this.#thresholds['observation-age-ms-max'],
        isOver: () => this.#isOver || this.#ports.clock.monotonic() >= endAt,
      });
    });
  }

  #sweepTargets(endAt: number): Promise<void> {
    return this.#beside('targets', async () => {
      await this.#targets?.run({
        token: () => this.#lease.token,
        reaches: () => [...this.#reaches, ...(this.#shards?.reaches ?? [])],
        isOver: () => this.#isOver || this.#ports.clock.monotonic() >= endAt,
      });
    });
  }

  /** Whatever becomes of it, the sweeps over the database go on. */
  async #beside(what: string, sweeps: () => Promise<void>): Promise<void> {
    try {
      await sweeps();
    } catch (error) {
      this.#ports.log.error(`the sweeps over the ${what} have ended`, { error: String(error) });
    }
  }

  /** Connects first and takes the lease then, so that the predecessor sweeps until the successor can. */
  async #prepare(invocation: Invocation): Promise<void> {
    const { probe, clock } = this.#ports;
    await this.#readThresholds();
    const timeoutMs = this.#thresholds['probe-timeout-ms'];
    await Promise.all(
      this.#settings.members.map((member) =>
        probe.probe(member, { timeoutMs, expectWriter: false, freshLogin: false }),
      ),
    );
    await this.#lease.take(invocation.requestId);
    const last = await this.#lastObservation();
    const isRecent = last !== null && clock.now() - last.at <= this.#thresholds['observation-age-ms-max'];
    if (isRecent) this.#memory = recall(last);
  }

  /** False when a successor has the lease: its observation counts, ours is not written. */
  async #sweep(invocation: Invocation): Promise<boolean> {
    const { clock, store, log } = this.#ports;
    const { env, az, members } = this.#settings;
    const at = clock.now();
    const [probed, isOurs] = await Promise.all([
      probeAll(this.#ports.probe, {
        members,
        writer: this.#memory.writer?.memberId ?? null,
        timeoutMs: this.#thresholds['probe-timeout-ms'],
        sweep: this.#sweeps,
      }),
      this.#lease.isOurs(invocation.requestId),
      this.#readThresholds(),
    ]);
    if (!isOurs) return false;
    this.#reaches = probed.samples.map(({ reach }) => reach);
    const judged = judgeSweep(this.#memory, { ...probed, thresholds: this.#thresholds, now: at });
    this.#memory = judged.memory;
    this.#sweeps += 1;
    const { verdicts, blind, writer } = judged;
    this.#lines.tell({ verdicts, blind, samples: probed.samples, now: at });
    const changed = judged.changed || this.#unwrittenChange;
    if (judged.changed) log.info('changed', { verdicts, blind, writer });
    if (this.#lease.token === null) return true;
    this.#unwrittenChange = await store
      .putObservation({
        kind: 'observation',
        env,
        az,
        at,
        token: this.#lease.token,
        sequence: this.#sweeps,
        samples: probed.samples,
        verdicts,
        blind,
        ...(writer === null ? {} : { writer }),
        changed,
      })
      .then(() => false)
      .catch((error: unknown) => {
        log.warn('observation not written', { error: String(error) });
        return changed;
      });
    return true;
  }

  async #readThresholds(): Promise<void> {
    const { clock, store, log } = this.#ports;
    if (clock.monotonic() - this.#thresholdsReadAt < THRESHOLDS_MS) return;
    this.#thresholdsReadAt = clock.monotonic();
    try {
      this.#thresholds = await databaseThresholds(store);
    } catch (error) {
      log.warn('thresholds not read, the last good ones stay', { error: String(error) });
    }
  }

  async #lastObservation(): Promise<ObservationItem | null> {
    try {
      const [last] = await this.#ports.store.latestObservations([this.#settings.az]);
      return last ?? null;
    } catch {
      return null;
    }
  }
}
