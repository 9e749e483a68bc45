import { describe, expect, it } from 'vitest';
import type { Clock, ShardProbe } from '../../../core/ports/index.ts';
import type { Reach, Sample } from '../../../core/state/items.ts';
import { METRIC, leaseName } from '../../../lambdas/health-check/contract.ts';
import { createHandler } from '../../../lambdas/health-check/handler.ts';
import { FRESH_LOGIN_SWEEPS } from '../../../lambdas/health-check/probe-all.ts';
import { DIMENSION } from '../../../lambdas/shared/contract.ts';
import { MemoryCacheStore } from '../fakes/cache-store.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { MemoryStore, RecordedMetrics, SILENT } from '../fakes/process.ts';
import { ENV, World, ZONES } from '../fakes/world.ts';

const AZ = ZONES[0];
const SHARDS = Array.from({ length: 4 }, (_, n) => ({
  id: `demo-cache-${n}`,
  host: `cache-${n}`,
  port: 6379,
}));
const MEMBERS = ['db-1', 'db-2', 'db-3'].map((id) => ({ id, host: id }));

/** Timers in virtual time: whoever is due first goes on, and the clock with it. */
class TimerClock implements Clock {
  #now = 1000;
  readonly #timers: { at: number; go: () => void }[] = [];

  now(): number {
    return Date.UTC(2026, 10, 22, 12, 0, 0) + this.#now;
  }
  monotonic(): number {
    return this.#now;
  }
  sleep(ms: number): Promise<void> {
    return new Promise((go) => {
      this.#timers.push({ at: this.#now + Math.max(0, ms), go });
    });
  }
  async run<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const end = (): void => void (isOver = true);
    work.then(end, end);
    for (let turn = 0; turn < 100_000; turn += 1) {
      await new Promise((resolve) => void setImmediate(resolve));
      if (isOver) return work;
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) throw new Error('nothing is due and nothing is over');
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.go();
    }
    throw new Error('does not end');
  }
}

function setUp() {
  const clock = new TimerClock();
  const store = new MemoryStore(new World(new VirtualClock()));
  store.latestObservations = async () => store.written.slice(-1);
  const cacheStore = new MemoryCacheStore();
  const metrics = new RecordedMetrics();
  const reach = new Map<string, Reach>();
  const member = new Map<string, Reach>();
  const logins: { id: string; fresh: boolean; sweep: number }[] = [];
  const closed: string[] = [];
  const shardProbe: ShardProbe = {
    async probe(shard, { timeoutMs, freshLogin }) {
      logins.push({ id: shard.id, fresh: freshLogin, sweep: logins.length });
      const at = clock.now();
      const seen = reach.get(shard.id) ?? 'ok';
      if (seen === 'timeout') await clock.sleep(timeoutMs);
      const isOk = seen === 'ok';
      return {
        memberId: shard.id,
        at,
        reach: seen,
        runId: isOk ? 'run-1' : null,
        latencyMs: isOk ? 1 : null,
      };
    },
    close: async () => void closed.push('shards'),
  };
  const memberProbe = {
    async probe({ id }: { id: string }) {
      const seen = member.get(id) ?? 'ok';
      const role = id === 'db-1' ? ('writer' as const) : ('reader' as const);
      const write = role === 'writer' ? ('ok' as const) : null;
      const sample: Sample = {
        memberId: id,
        at: clock.now(),
        reach: seen,
        sqlState: null,
        role,
        lagMs: 1,
        latencyMs: 1,
        write,
      };
      return { sample, status: [] };
    },
    close: async () => void closed.push('members'),
  };
  const cache = { probe: shardProbe, store: cacheStore };
  const ports = { clock, store, probe: memberProbe, metrics, log: SILENT, cache };
  const run = (requestId = 'one', runMsMax = 30_000) =>
    clock.run(
      createHandler(ports, { env: ENV, az: AZ, members: MEMBERS, shards: SHARDS, runMsMax })(
        {},
        { requestId, functionArn: '', remainingMs: () => 90_000 },
      ),
    );
  return { clock, store, cacheStore, metrics, reach, member, logins, closed, run };
}

describe('the prober and the shards', () => {
  it('writes an observation at once, and every five seconds while nothing changes', async () => {
    const rig = setUp();
    await rig.run();
    const { written } = rig.cacheStore;
    expect(written[0]).toMatchObject({
      kind: 'cache-observation',
      env: ENV,
      az: AZ,
      token: 1,
      blind: false,
      changed: false,
    });
    expect(written[0]!.samples.map(({ memberId, runId }) => `${memberId} ${runId}`)).toEqual(
      SHARDS.map(({ id }) => `${id} run-1`),
    );
    const gaps = written.slice(1).map((item, n) => item.at - written[n]!.at);
    expect(new Set(gaps)).toEqual(new Set([5000]));
    expect(written).toHaveLength(6);
    expect(rig.closed.toSorted()).toEqual(['members', 'shards']);
  });

  it('writes at once when a verdict turns', async () => {
    const rig = setUp();
    rig.reach.set('demo-cache-1', 'refused');
    await rig.run();
    const changed = rig.cacheStore.written.filter((item) => item.changed);
    expect(changed).toHaveLength(1);
    expect(changed[0]!.verdicts[1]).toMatchObject({ memberId: 'demo-cache-1', failure: 'shard-unreachable' });
    expect(changed[0]!.at - rig.cacheStore.written[0]!.at).toBe(2000);
  });

  it('a change whose observation could not be written goes with the next one', async () => {
    const rig = setUp();
    rig.reach.set('demo-cache-1', 'refused');
    const put = rig.cacheStore.putCacheObservation.bind(rig.cacheStore);
    let refused = 0;
    rig.cacheStore.putCacheObservation = (item) => {
      if (!item.changed || refused > 0) return put(item);
      refused += 1;
      return Promise.reject(new Error('the table is slow'));
    };
    await rig.run();
    expect(refused).toBe(1);
    const changed = rig.cacheStore.written.filter((item) => item.changed);
    expect(changed).toHaveLength(1);
    expect(changed[0]!.at - rig.cacheStore.written[0]!.at).toBe(3000);
  });

  it('shards that hang delay no sweep of the database', async () => {
    const rig = setUp();
    const slow = { 'probe-timeout-ms': 5000, 'reboot-after-ms': 120_000 };
    rig.store.thresholds.set('cache', {
      kind: 'thresholds',
      tier: 'cache',
      values: slow,
      at: 0,
      refused: {},
    });
    for (const { id } of SHARDS.slice(0, 2)) rig.reach.set(id, 'timeout');
    await rig.run();
    const gaps = rig.store.written.slice(1).map((item, n) => item.at - rig.store.written[n]!.at);
    expect(new Set(gaps)).toEqual(new Set([1000]));
    expect(rig.store.written).toHaveLength(30);
    expect(rig.cacheStore.written.at(-1)!.sequence).toBeLessThan(8);
  });

  it('I-06: is blind when it fails on more than half of all its targets, and says so at once', async () => {
    const rig = setUp();
    for (const { id } of SHARDS) rig.reach.set(id, 'refused');
    await rig.run('one', 6000);
    expect(rig.cacheStore.written.at(-1)).toMatchObject({ blind: true });
    expect(
      rig.cacheStore.written.flatMap(({ verdicts }) => verdicts.filter(({ failure }) => failure !== null)),
    ).toEqual([]);
    expect(rig.metrics.values(METRIC.blindToShards)).toContain(1);
    expect(rig.metrics.values(METRIC.shardUnreachable)).toEqual([]);
  });

  it('the members it sees are targets too: half of the shards away is no blindness', async () => {
    const rig = setUp();
    for (const { id } of SHARDS.slice(0, 3)) rig.reach.set(id, 'refused');
    await rig.run('one', 6000);
    expect(rig.cacheStore.written.at(-1)).toMatchObject({ blind: false });
    rig.member.set('db-2', 'timeout');
    await rig.run('two', 6000);
    expect(rig.cacheStore.written.at(-1)).toMatchObject({ blind: true });
  });

  it('does not let the shards make it blind to the database', async () => {
    const rig = setUp();
    for (const { id } of SHARDS) rig.reach.set(id, 'refused');
    await rig.run('one', 6000);
    expect(rig.store.written.every(({ blind }) => !blind)).toBe(true);
  });

  it('reports one failed shard a sweep, in turn', async () => {
    const rig = setUp();
    const away = ['demo-cache-1', 'demo-cache-2'];
    for (const id of away) rig.reach.set(id, 'refused');
    await rig.run();
    const told = rig.metrics.groups.filter(({ dimensions }) => DIMENSION.shard in dimensions);
    const of = (id: string) => told.filter(({ dimensions }) => dimensions[DIMENSION.shard] === id);
    expect(told.length).toBeGreaterThan(20);
    expect(Math.abs(of(away[0]!).length - of(away[1]!).length)).toBeLessThanOrEqual(1);
    for (const { values } of told) {
      expect(values).toEqual([{ name: METRIC.shardUnreachable, value: 1, unit: 'Count' }]);
    }
    expect(of('demo-cache-0')).toEqual([]);
  });

  it('each shard makes a new login in its turn', async () => {
    const rig = setUp();
    await rig.run('one', FRESH_LOGIN_SWEEPS * 1000);
    const perShard = SHARDS.map(
      ({ id }) => rig.logins.filter((login) => login.id === id && login.fresh).length,
    );
    expect(perShard).toEqual([1, 1, 1, 1]);
  });

  it('writes no metric of the shards while all is well: it would cost without telling anything', async () => {
    const rig = setUp();
    await rig.run('one', 6000);
    expect(rig.metrics.values(METRIC.blindToShards)).toEqual([]);
    expect(rig.metrics.values(METRIC.shardUnreachable)).toEqual([]);
  });

  it('I-12: writes nothing after a successor has taken over', async () => {
    const rig = setUp();
    const put = rig.store.putObservation.bind(rig.store);
    rig.store.putObservation = async (item) => {
      await put(item);
      const request = { name: leaseName(AZ), holder: 'two', now: rig.clock.now(), ms: 1000 };
      if (rig.store.written.length === 7) await rig.store.takeLease(request);
    };
    const report = await rig.run();
    expect(report.ended).toBe('handed-over');
    const last = rig.store.written.at(-1)!.at;
    expect(rig.cacheStore.written.every(({ at }) => at - last <= 1000)).toBe(true);
  });

  it('the successor goes on from the verdicts of its predecessor', async () => {
    const rig = setUp();
    rig.reach.set('demo-cache-1', 'refused');
    await rig.run('one', 6000);
    const before = rig.cacheStore.written.length;
    await rig.run('two', 1000);
    const first = rig.cacheStore.written[before]!;
    expect(first).toMatchObject({ token: 2, changed: false });
    expect(first.verdicts[1]!.failure).toBe('shard-unreachable');
  });

  it('takes the thresholds of the cache', async () => {
    const rig = setUp();
    const values = { 'unreachable-samples': 5, 'healthy-samples': 5 };
    rig.store.thresholds.set('cache', { kind: 'thresholds', tier: 'cache', values, at: 0, refused: {} });
    rig.reach.set('demo-cache-1', 'refused');
    await rig.run();
    const [changed] = rig.cacheStore.written.filter((item) => item.changed);
    expect(changed!.at - rig.cacheStore.written[0]!.at).toBe(4000);
  });

  it('a failure of the sweeps over the shards ends those alone', async () => {
    const rig = setUp();
    rig.metrics.emit = (groups) => {
      if (groups.some(({ values }) => values.some(({ name }) => name === METRIC.shardUnreachable)))
        throw new Error('bug');
    };
    rig.reach.set('demo-cache-1', 'refused');
    expect(await rig.run()).toMatchObject({ sweeps: 30, ended: 'time' });
  });
});
