import { describe, expect, it } from 'vitest';
import { METRIC, leaseName } from '../../lambdas/health-check/contract.ts';
import { createHandler } from '../../lambdas/health-check/handler.ts';
import { FRESH_LOGIN_SWEEPS } from '../../lambdas/health-check/probe-all.ts';
import type { DatabaseMember, MemberProbe, ProbeRequest, ProbeResult } from '../../core/ports/index.ts';
import { DIMENSION } from '../../lambdas/shared/contract.ts';
import { VirtualClock } from './fakes/clock.ts';
import { MemoryStore, RecordedMetrics, SILENT } from './fakes/process.ts';
import { ENV, World, ZONES } from './fakes/world.ts';

const AZ = ZONES[0];
const NAME = leaseName(AZ);

class FakeProbe implements MemberProbe {
  readonly world: World;
  readonly requests: { id: string; request: ProbeRequest }[] = [];
  closed = 0;
  constructor(world: World) {
    this.world = world;
  }
  async probe(member: DatabaseMember, request: ProbeRequest): Promise<ProbeResult> {
    this.requests.push({ id: member.id, request });
    const [item] = this.world.observations([AZ]);
    const sample = item!.samples.find(({ memberId }) => memberId === member.id)!;
    const status =
      sample.reach === 'ok'
        ? this.world.members.map(({ id, lagMs }) => ({
            memberId: id,
            isWriter: id === this.world.writer,
            lagMs,
          }))
        : [];
    return { sample: { ...sample, lagMs: null }, status };
  }
  async close(): Promise<void> {
    this.closed += 1;
  }
}

function setUp() {
  const clock = new VirtualClock();
  const world = new World(clock);
  const store = new MemoryStore(world);
  // The prober reads back its own observations, not the world's.
  store.latestObservations = async () => store.written.slice(-1);
  const metrics = new RecordedMetrics();
  const probe = new FakeProbe(world);
  const members = world.members.map(({ id }) => ({ id, host: `${id}.example` }));
  const ports = { clock, store, probe, metrics, log: SILENT };
  const run = (requestId = 'one', runMsMax = 20_000) =>
    createHandler(ports, { env: ENV, az: AZ, members, runMsMax })(
      {},
      { requestId, functionArn: '', remainingMs: () => 90_000 },
    );
  return { clock, world, store, metrics, probe, run };
}

describe('health-check', () => {
  it('sweeps every probe interval until its time is over, one observation and one line a sweep', async () => {
    const rig = setUp();
    const report = await rig.run();
    expect(report).toEqual({ az: AZ, sweeps: 20, ended: 'time' });
    expect(rig.store.written).toHaveLength(20);
    expect(rig.metrics.values(METRIC.sweeps)).toHaveLength(20);
    const gaps = rig.store.written.slice(1).map((item, i) => item.at - rig.store.written[i]!.at);
    expect(new Set(gaps)).toEqual(new Set([1000]));
    expect(rig.probe.closed).toBe(1);
  });

  it('writes dated samples with the lag as the writer reports it, and who the writer is', async () => {
    const rig = setUp();
    await rig.run('one', 2000);
    const [item] = rig.store.written;
    expect(item).toMatchObject({
      kind: 'observation',
      env: ENV,
      az: AZ,
      token: 1,
      blind: false,
      changed: false,
    });
    expect(item!.samples.map(({ lagMs }) => lagMs)).toEqual([null, 20, 20]);
    expect(item!.writer).toEqual({ memberId: 'db-1', since: null });
  });

  it('marks the sweep in which a verdict turns, and only that one', async () => {
    const rig = setUp();
    rig.clock.onSleep = () => {
      if (rig.store.written.length === 5) rig.world.hang('db-2');
    };
    await rig.run();
    const changed = rig.store.written.filter((item) => item.changed);
    expect(changed).toHaveLength(1);
    expect(changed[0]!.verdicts.find(({ memberId }) => memberId === 'db-2')!.failure).toBe(
      'reader-unreachable',
    );
  });

  it('asks the known writer for a heartbeat even when it is silent, and each member for a new login in turn', async () => {
    const rig = setUp();
    await rig.run('one', FRESH_LOGIN_SWEEPS * 1000);
    const sweeps = rig.probe.requests.slice(3);
    expect(
      sweeps
        .slice(3)
        .filter(({ id }) => id === 'db-1')
        .every(({ request }) => request.expectWriter),
    ).toBe(true);
    for (const id of ['db-1', 'db-2', 'db-3']) {
      const fresh = sweeps.filter((entry) => entry.id === id && entry.request.freshLogin);
      expect(fresh).toHaveLength(1);
    }
  });

  it('I-12: hands over to a successor with a higher token, and writes nothing after that', async () => {
    const rig = setUp();
    let successor: Promise<unknown> | null = null;
    rig.clock.onSleep = () => {
      if (rig.store.written.length !== 3 || successor !== null) return;
      successor = rig.store.takeLease({ name: NAME, holder: 'two', now: rig.clock.now(), ms: 1000 });
    };
    const report = await rig.run();
    expect(report).toEqual({ az: AZ, sweeps: 3, ended: 'handed-over' });
    expect(rig.store.written).toHaveLength(3);
  });

  it('the successor goes on from the verdicts of its predecessor', async () => {
    const rig = setUp();
    rig.world.hang('db-2');
    await rig.run('one', 6000);
    const before = rig.store.written.length;
    await rig.run('two', 2000);
    const first = rig.store.written[before]!;
    expect(first.token).toBe(2);
    expect(first.changed).toBe(false);
    expect(first.verdicts.find(({ memberId }) => memberId === 'db-2')!.failure).toBe('reader-unreachable');
  });

  it('takes new thresholds within about five seconds, and keeps the last good ones when they cannot be read', async () => {
    const rig = setUp();
    rig.clock.onSleep = () => {
      if (rig.store.written.length !== 2) return;
      const values = { 'probe-interval-ms': 2000 };
      rig.store.thresholds.set('database', {
        kind: 'thresholds',
        tier: 'database',
        values,
        at: 0,
        refused: {},
      });
    };
    const fallible = rig.store.readThresholds.bind(rig.store);
    rig.store.readThresholds = async (tier) => {
      if (rig.store.written.length > 10) throw new Error('the table is away');
      return fallible(tier);
    };
    await rig.run('one', 40_000);
    const ats = rig.store.written.map(({ at }) => at);
    const slowFrom = ats.findIndex((at, i) => i > 0 && 2000 === at - ats[i - 1]!);
    expect(ats[slowFrom]! - ats[2]!).toBeLessThanOrEqual(8000);
    expect(ats.at(-1)! - ats.at(-2)!).toBe(2000);
  });

  it('F-40: goes on with its metrics while the table is away, and brings the change later', async () => {
    const rig = setUp();
    const put = rig.store.putObservation.bind(rig.store);
    let away = true;
    rig.store.putObservation = (item) => (away ? Promise.reject(new Error('away')) : put(item));
    rig.store.readLease = () => Promise.reject(new Error('away'));
    rig.world.hang('db-2');
    rig.clock.onSleep = () => {
      away = rig.metrics.values(METRIC.sweeps).length < 10;
    };
    const report = await rig.run();
    expect(report.sweeps).toBe(20);
    expect(rig.store.written.map(({ changed }) => changed).slice(0, 3)).toEqual([true, false, false]);
  });

  it('each member has a metric point at least every few sweeps, failed ones more often', async () => {
    const rig = setUp();
    rig.world.hang('db-2');
    await rig.run();
    const members = rig.metrics.groups
      .map((group) => group.dimensions[DIMENSION.member])
      .filter((id) => id !== undefined);
    for (const id of ['db-1', 'db-2', 'db-3']) {
      for (let i = 0; i + 10 <= members.length; i += 1) expect(members.slice(i, i + 10)).toContain(id);
    }
    expect(members.filter((id) => id === 'db-2').length).toBeGreaterThan(members.length / 2);
    expect(rig.metrics.values(METRIC.readerUnreachable)).toContain(1);
  });

  it('I-30: a blind prober reports itself and no member', async () => {
    const rig = setUp();
    for (const { id } of rig.world.members) rig.world.hang(id);
    await rig.run('one', 5000);
    expect(rig.metrics.values(METRIC.blind)).toEqual([1, 1, 1, 1, 1]);
    expect(rig.metrics.values(METRIC.readerUnreachable)).toEqual([]);
    expect(rig.store.written.every(({ blind }) => blind)).toBe(true);
  });
});
