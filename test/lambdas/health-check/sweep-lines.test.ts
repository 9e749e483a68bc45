import { describe, expect, it } from 'vitest';
import type { Sample, Verdict } from '../../../core/state/items.ts';
import { METRIC } from '../../../lambdas/health-check/contract.ts';
import { SETTLED_MS } from '../../../lambdas/health-check/metrics.ts';
import { QUIET_LINE_MS, SweepLines } from '../../../lambdas/health-check/sweep-lines.ts';
import { DIMENSION } from '../../../lambdas/shared/contract.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { RecordedMetrics } from '../fakes/process.ts';

const MEMBERS = ['db-1', 'db-2', 'db-3'];
const INTERVAL_MS = 1000;
const LONG_AGO = 0;

function setUp() {
  const clock = new VirtualClock();
  const metrics = new RecordedMetrics();
  const lines = new SweepLines({ clock, metrics }, { env: 'demo', az: 'us-east-1a' });
  let verdicts: readonly Verdict[] = MEMBERS.map((memberId) => ({
    memberId,
    failure: null,
    since: LONG_AGO,
    samples: 9,
  }));
  const samples = MEMBERS.map((memberId, index): Sample => {
    const role = index === 0 ? 'writer' : 'reader';
    const lagMs = index === 0 ? null : 20 + index;
    return {
      memberId,
      at: 0,
      reach: 'ok',
      sqlState: null,
      role,
      lagMs,
      latencyMs: 3,
      write: null,
    };
  });
  return {
    clock,
    metrics,
    turn: (memberId: string, failure: Verdict['failure']) => {
      verdicts = verdicts.map((one) =>
        one.memberId === memberId ? { ...one, failure, since: clock.now() } : one,
      );
    },
    sweep: async (count: number, blind = false) => {
      for (let n = 0; n < count; n += 1) {
        lines.tell({ verdicts, blind, samples, now: clock.now() });
        await clock.sleep(INTERVAL_MS);
      }
    },
    told: (memberId: string, name: string) =>
      metrics.groups
        .filter(({ dimensions }) => dimensions[DIMENSION.member] === memberId)
        .flatMap(({ values }) => values.filter((value) => value.name === name).map(({ value }) => value)),
  };
}

describe('the lines of a prober that sees nothing wrong', () => {
  it('are one in ten seconds, and count every sweep all the same', async () => {
    const rig = setUp();
    await rig.sweep(61);
    expect(rig.metrics.values(METRIC.sweeps)).toEqual([1, 10, 10, 10, 10, 10, 10]);
    expect(QUIET_LINE_MS).toBeLessThan(60_000);
  });

  it('name no failure and no blindness, and the lag of each reader in turn', async () => {
    const rig = setUp();
    await rig.sweep(41);
    const names = rig.metrics.groups.flatMap(({ values }) => values.map(({ name }) => name));
    expect(new Set(names)).toEqual(new Set([METRIC.sweeps, METRIC.replicaLagMs]));
    expect(rig.told('db-1', METRIC.replicaLagMs)).toEqual([]);
    expect(rig.told('db-2', METRIC.replicaLagMs)).toEqual([21, 21, 21]);
    expect(rig.told('db-3', METRIC.replicaLagMs)).toEqual([22, 22]);
  });
});

describe('the lines of a prober that sees a failure', () => {
  it('begin with the very sweep that finds it, and are one a sweep while it stands', async () => {
    const rig = setUp();
    await rig.sweep(4);
    rig.turn('db-2', 'reader-lagging');
    await rig.sweep(20);
    expect(rig.metrics.values(METRIC.sweeps)).toEqual([1, 4, ...Array.from({ length: 19 }, () => 1)]);
    expect(rig.told('db-2', METRIC.readerLagging)).toEqual(Array.from({ length: 20 }, () => 1));
    expect(rig.told('db-3', METRIC.readerLagging)).toEqual([]);
  });

  it('give two failed members a point each in every ten seconds, and more', async () => {
    const rig = setUp();
    rig.turn('db-1', 'writer-stalled');
    rig.turn('db-3', 'reader-broken');
    await rig.sweep(40);
    expect(rig.told('db-1', METRIC.writerStalled)).toHaveLength(20);
    expect(rig.told('db-3', METRIC.readerBroken)).toHaveLength(20);
  });

  it('say 0 for a minute once it has ended, so that the alarm ends too, and then nothing', async () => {
    const rig = setUp();
    rig.turn('db-2', 'reader-broken');
    await rig.sweep(5);
    rig.turn('db-2', null);
    await rig.sweep(120);
    const zeros = rig.told('db-2', METRIC.readerBroken).filter((value) => value === 0);
    expect(zeros).toHaveLength(SETTLED_MS / INTERVAL_MS);
  });

  it('I-30: name no member while it is blind', async () => {
    const rig = setUp();
    rig.turn('db-2', 'reader-unreachable');
    await rig.sweep(3, true);
    expect(rig.metrics.values(METRIC.blind)).toEqual([1, 1, 1]);
    expect(rig.metrics.values(METRIC.readerUnreachable)).toEqual([]);
  });
});
