import { describe, expect, it } from 'vitest';
import { NO_EDGE_MEMORY } from '../../../core/front/index.ts';
import type { EdgeMemory } from '../../../core/state/front-items.ts';
import type { EdgeThresholds } from '../../../core/thresholds/edge.ts';
import { defaultsOf } from '../../../core/thresholds/index.ts';
import { checkEdge } from '../../../lambdas/dns-failover/check-edge.ts';
import { METRIC, TIMEOUT_S } from '../../../lambdas/dns-failover/contract.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { setUp } from './rig.ts';

const CHECK = { url: 'https://shop.demo.example.com/health', connectTo: 'demo-primary' };
const THRESHOLDS = defaultsOf('edge') as EdgeThresholds;
const UNHEALTHY: EdgeMemory = { healthy: false, since: 1, good: 0, bad: 2 };

/** @param statuses what the edge answers, one after the other; null for a request that times out */
async function check(
  statuses: readonly (number | null)[],
  { before = NO_EDGE_MEMORY, change = {}, remainingMs = 20_000 } = {},
) {
  const clock = new VirtualClock();
  const endsAt = clock.monotonic() + remainingMs;
  const asked: number[] = [];
  const edge = {
    ask: async ({ timeoutMs }: { timeoutMs: number }) => {
      const status = statuses[asked.length] ?? null;
      asked.push(clock.monotonic());
      const at = clock.now();
      if (status === null) clock.advance(timeoutMs);
      return { at, status, latencyMs: null, error: null };
    },
  };
  const memory = await checkEdge({ edge, clock }, CHECK, {
    before,
    thresholds: { ...THRESHOLDS, ...change },
    remainingMs: () => endsAt - clock.monotonic(),
  });
  return {
    memory,
    asked: asked.length,
    pauses: asked.map((at) => at - asked[0]!),
    leftMs: endsAt - clock.monotonic(),
  };
}

describe('a look at the edge', () => {
  it('is one request while the answer is what is called of it', async () => {
    expect(await check([200])).toMatchObject({ asked: 1, memory: { healthy: true, good: 1 } });
    expect(await check([503], { before: UNHEALTHY })).toMatchObject({ asked: 1, memory: { healthy: false } });
  });

  it('goes on at once, with a pause between, until the other is called of it', async () => {
    const failed = await check([503, 503, 503]);
    expect(failed).toMatchObject({ asked: 2, memory: { healthy: false, bad: 2 }, pauses: [0, 250] });
    const back = await check([200, 200, 200, 200], { before: UNHEALTHY });
    expect(back).toMatchObject({ asked: 3, memory: { healthy: true, good: 3 } });
  });

  it('ends where one failure was none of a row', async () => {
    expect(await check([503, 200])).toMatchObject({ asked: 2, memory: { healthy: true, bad: 0 } });
  });

  it('leaves the time that is needed to tell of it, whatever legal thresholds say', async () => {
    const change = { 'edge-timeout-ms': 10_000, 'edge-unreachable-samples': 10, 'edge-healthy-samples': 20 };
    const { memory, asked, leftMs } = await check([], { change, remainingMs: TIMEOUT_S * 1000 });
    expect(leftMs).toBeGreaterThanOrEqual(4000);
    expect(memory).toMatchObject({ healthy: true, bad: asked });
    expect(asked).toBe(2);
  });

  it('I-30: does not ask where the answer could not be told any more, and then says nothing', async () => {
    expect(await check([200], { remainingMs: 7000 })).toMatchObject({ asked: 0, memory: null });
    expect(await check([200], { remainingMs: 7250 })).toMatchObject({ asked: 1 });
  });
});

describe('an edge that hangs', () => {
  it.each([
    [{}, 1],
    [{ 'edge-timeout-ms': 10_000, 'edge-unreachable-samples': 5, 'edge-healthy-samples': 5 }, 3],
  ])(
    'F-18: with %o is called unhealthy within %i minutes, and no run is killed for it',
    async (change, minutes) => {
      const rig = setUp();
      rig.store.thresholds.set('edge', {
        kind: 'thresholds',
        tier: 'edge',
        values: { ...THRESHOLDS, ...change },
        at: 0,
        refused: {},
      });
      Object.assign(rig.world.edge, {
        ask: async ({ timeoutMs }: { timeoutMs: number }) => {
          const at = rig.clock.now();
          rig.clock.advance(timeoutMs);
          return { at, status: null, latencyMs: null, error: 'ETIMEDOUT' };
        },
      });
      for (let minute = 0; minute < minutes; minute += 1) {
        const started = rig.clock.now();
        await rig.run();
        expect(rig.clock.now() - started).toBeLessThan(TIMEOUT_S * 1000);
        rig.clock.advance(60_000);
      }
      expect(rig.metrics.values(METRIC.edgeHealthy)).toEqual([
        ...Array.from({ length: minutes - 1 }, () => 1),
        0,
      ]);
    },
  );
});
