import { describe, expect, it } from 'vitest';
import type { TargetSample, TargetsItem } from '../../../core/state/front-items.ts';
import type { Reach } from '../../../core/state/items.ts';
import { METRIC } from '../../../lambdas/health-check/contract.ts';
import { TargetSweeps } from '../../../lambdas/health-check/target-sweeps.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { MemoryFrontStore } from '../fakes/front-store.ts';
import { MemoryStore, RecordedMetrics, SILENT } from '../fakes/process.ts';
import { ENV, World, ZONES } from '../fakes/world.ts';

const IDS = ['10.0.1.1:8080', '10.0.2.1:8080', '10.0.3.1:8080'];

function listOf(change: Partial<TargetsItem['targets'][number]> = {}, epoch = 1): TargetsItem {
  const targets = IDS.map((memberId, index) => ({
    memberId,
    address: memberId.split(':')[0]!,
    port: 8080,
    az: ZONES[index]!,
    registered: true,
    balancer: 'healthy' as const,
    since: 0,
    ...(index === 0 ? change : {}),
  }));
  return {
    kind: 'targets',
    env: ENV,
    epoch,
    at: 0,
    healthPath: '/health',
    targets,
    removals: [],
    shifted: [],
  };
}

/** Sweeps in virtual time. A probe of a target that hangs takes its whole time-out, side by side with the others. */
function setUp(list: TargetsItem | null = listOf()) {
  const clock = new VirtualClock();
  const front = new MemoryFrontStore();
  front.targets = list;
  const hung = new Map<string, number>();
  const probes: { memberId: string; at: number; path: string }[] = [];
  const metrics = new RecordedMetrics();
  let waited = 0;
  const probe = {
    probe: async (
      { memberId }: { memberId: string },
      { path, timeoutMs }: { path: string; timeoutMs: number },
    ): Promise<TargetSample> => {
      const at = clock.now();
      probes.push({ memberId, at, path });
      await Promise.resolve();
      if (clock.now() < (hung.get(memberId) ?? Infinity)) {
        return { memberId, at, reach: 'ok', status: 200, latencyMs: 1 };
      }
      if (waited !== at) clock.advance(timeoutMs);
      waited = at;
      return { memberId, at, reach: 'timeout', status: null, latencyMs: null };
    },
  };
  const ports = { clock, store: new MemoryStore(new World(clock)), front, probe, metrics, log: SILENT };
  const sweeps = new TargetSweeps(ports, { env: ENV, az: ZONES[0] });
  const run = (ms: number, others: readonly Reach[] = ['ok', 'ok', 'ok']): Promise<number> => {
    const until = clock.now() + ms;
    return sweeps.run({ token: () => 7, reaches: () => others, isOver: () => clock.now() >= until });
  };
  return { clock, front, hung, probes, metrics, run };
}

describe('sweeps over the targets', () => {
  it('F-02: a hang is told within 2.3 s at the defaults, whenever in the rhythm it begins', async () => {
    for (const offset of [1, 250, 500, 750, 999]) {
      const rig = setUp();
      const hangsAt = rig.clock.now() + 5000 + offset;
      rig.hung.set(IDS[0]!, hangsAt);
      let toldAt = Infinity;
      const put = rig.front.putTargetObservation.bind(rig.front);
      rig.front.putTargetObservation = async (item) => {
        if (item.changed && item.verdicts.some(({ failure }) => failure !== null))
          toldAt = Math.min(toldAt, rig.clock.now());
        return put(item);
      };
      await rig.run(12_000);
      expect(toldAt - hangsAt, `offset ${offset}`).toBeLessThanOrEqual(2300);
    }
  });

  it('a failed probe is repeated at once, and one of a target that is known to fail is not', async () => {
    const rig = setUp();
    rig.hung.set(IDS[0]!, rig.clock.now() + 2500);
    await rig.run(8000);
    const of = rig.probes.filter(({ memberId }) => memberId === IDS[0]).map(({ at }) => at);
    const gaps = of.slice(1).map((at, index) => at - of[index]!);
    // Both probes of a hang take 1,200 ms: the next sweep is due by then, and asks once.
    const [repeat, next, ...later] = gaps.slice(gaps.indexOf(600));
    expect([repeat, next]).toEqual([600, 600]);
    expect(later.every((gap) => gap >= 999)).toBe(true);
  });

  it('writes an observation every few seconds without news, and asks each for the path of the list', async () => {
    const rig = setUp();
    await rig.run(21_000);
    expect(rig.front.written.length).toBeGreaterThanOrEqual(4);
    expect(rig.front.written.length).toBeLessThanOrEqual(6);
    expect(rig.front.written[0]).toMatchObject({
      kind: 'target-observation',
      az: ZONES[0],
      token: 7,
      blind: false,
    });
    expect(new Set(rig.probes.map(({ path }) => path))).toEqual(new Set(['/health']));
  });

  it('a target that the balancer checks for the first time is not accused before it has answered', async () => {
    const rig = setUp(listOf({ balancer: 'initial' }));
    rig.hung.set(IDS[0]!, 0);
    await rig.run(8000);
    expect(
      rig.front.written.flatMap(({ verdicts }) => verdicts).filter(({ failure }) => failure !== null),
    ).toEqual([]);
  });

  it('the last good list stays when the table is away, and a list of a lower epoch is none', async () => {
    const rig = setUp(listOf({}, 5));
    await rig.run(3000);
    rig.front.targets = { ...listOf({}, 4), healthPath: '/old' };
    await rig.run(6000);
    rig.front.readTargets = () => Promise.reject(new Error('away'));
    const before = rig.probes.length;
    await rig.run(6000);
    expect(rig.probes.length).toBeGreaterThan(before + 9);
    expect(rig.probes.some(({ path }) => path === '/old')).toBe(false);
  });

  it('F-06: with most of everything out of reach it is blind, accuses nobody and writes no metric', async () => {
    const rig = setUp();
    for (const id of IDS) rig.hung.set(id, 0);
    await rig.run(8000, ['timeout', 'ok', 'ok']);
    expect(rig.front.written.every(({ blind }) => blind)).toBe(true);
    expect(
      rig.front.written.flatMap(({ verdicts }) => verdicts).every(({ failure }) => failure === null),
    ).toBe(true);
    expect(rig.metrics.values(METRIC.targetUnreachable)).toEqual([]);
  });

  it('tells how many fail in a zone, and that none does any more', async () => {
    const rig = setUp();
    rig.hung.set(IDS[1]!, rig.clock.now() + 1500);
    await rig.run(8000);
    rig.hung.clear();
    await rig.run(9000);
    const told = rig.metrics.values(METRIC.targetUnreachable);
    expect([told[0], told.at(-1)]).toEqual([1, 0]);
    expect(rig.metrics.groups[0]?.dimensions).toEqual({ Environment: ENV, AvailabilityZone: ZONES[1] });
  });
});
