/** The drills of edge, web, service, zones and deployments, and controls of some. */

import { describe, expect, it, vi } from 'vitest';
import type { FrontLine } from '../../../proving/drills/index.ts';
import { itInFull, LOAD_PCT } from '../in-full.ts';
import { brokenAnyhow, stage } from './stage.ts';
import { TraceStage } from './trace.ts';

/** Expectations that a slow machine may fail. */
const OF_TIME =
  /^(bad_until_ms|normal_after_ms|writes_bad_until_ms|failed|failed_idempotent|balancer_failed|worst_10s_failed_pct|failed_after_10s|requests recover|stale_reads|rds:FailoverDBCluster called) ?/;
const REQUESTS_MIN = 15 * LOAD_PCT;
const ACKED_MIN = 3 * LOAD_PCT;
/** Share of requests that may fail on a slow machine; while a writer is replaced, writes wait or fail. */
const FAILED_MAX = 0.05;
const FAILED_WITHOUT_WRITER_MAX = 0.2;

/** Access logs are delivered every 30 s at the fast pace. */
const SEEN = { timeout: 90_000, interval: 1000 };

async function withEverything(scenario: string, fault: string, failedMax = FAILED_MAX): Promise<FrontLine> {
  const drilled = await stage.drill<FrontLine>(scenario, fault);
  const { line } = drilled;
  expect(brokenAnyhow(drilled, OF_TIME), JSON.stringify(line)).toEqual([]);
  expect(line.requests).toBeGreaterThan(REQUESTS_MIN);
  expect(line.acked_writes).toBeGreaterThan(ACKED_MIN);
  expect(line.failed / line.requests, JSON.stringify(line)).toBeLessThan(failedMax);
  expect(line, JSON.stringify(line)).toMatchObject({
    lost_acked_writes: 0,
    invented_writes: 0,
    duplicated: 0,
    control_plane_calls: 0,
    denied: [],
  });
  return line;
}

/** What the fault does to whoever has a plain client and no function: something fails. */
async function control(scenario: string, fault: string): Promise<FrontLine> {
  const { line } = await stage.drill<FrontLine>(scenario, fault, '--control');
  expect(line, JSON.stringify(line)).toMatchObject({ control: true, held: false, detected_ms: null });
  expect(line.failed).toBeGreaterThan(0);
  return line;
}

export function frontDrills(): void {
  describe('one trace id', () => {
    it('is seen at all six seams', async () => {
      const trace = await TraceStage.open(stage.stateDir);
      expect(await trace.ask('PUT', '/catalog/7', { priceCents: 1234 })).toMatchObject({ status: 200 });
      expect(await trace.ask('GET', '/catalog/7')).toMatchObject({ status: 200 });
      expect(await trace.ask('GET', '/products/7')).toMatchObject({ status: 200 });
      expect(await trace.databaseRoles()).toEqual(expect.arrayContaining(['writer', 'reader']));
      await vi.waitFor(() => expect(trace.toldBy('service')).toHaveLength(3), SEEN);
      expect(trace.toldBy('web')).toHaveLength(3);
      const told = trace.toldBy('service').join('\n');
      expect(told).toMatch(/"cache":\{[^}]*"shard":"demo-cache-\d"/);
      expect(told).toMatch(/"database":\{[^}]*"read":"/);
      expect(told).toMatch(/"database":\{[^}]*"write":"/);
      await vi.waitFor(async () => expect(await trace.accessLog()).toHaveLength(3), SEEN);
    });
  });

  describe('a drill of what clients come through', () => {
    itInFull('edge-node kill: clients go on at the next address', async () => {
      const line = await withEverything('edge-node', 'kill');
      expect(line.balancer_failed).toBeGreaterThan(0);
    });
    itInFull('edge-node kill, its control: clients that try no other address fail', () =>
      control('edge-node', 'kill'),
    );

    it('I-06, F-02: web-task hang: it is taken out before the balancer does, and nothing is done twice', async () => {
      const line = await withEverything('web-task', 'hang');
      expect(line.control_failed).toBeGreaterThan(0);
      expect(line.detected_ms).toBeGreaterThan(0);
    });
    itInFull('web-task kill, its control: what the balancer lets through', () => control('web-task', 'kill'));

    itInFull('F-01: service-task kill: the pool goes on without it', () =>
      withEverything('service-task', 'kill'),
    );
    itInFull('service-task hang, its control: clients that take it in turns fail', () =>
      control('service-task', 'hang'),
    );

    it('I-29: edge-primary kill with the control plane of Route 53 denied: the name leads elsewhere', async () => {
      const { line } = await stage.drill<FrontLine>('edge-primary', 'kill', '--deny', 'route53-control');
      expect(line, JSON.stringify(line)).toMatchObject({ deny: 'route53-control', control_plane_calls: 0 });
      expect(line.recovered_ms).not.toBeNull();
    });

    itInFull('F-24: zone kill: reads go on', () => withEverything('zone', 'kill'));
    it('F-24: zone-writer kill: writes wait for the writer', async () => {
      const line = await withEverything('zone-writer', 'kill', FAILED_WITHOUT_WRITER_MAX);
      expect(line.managed_ms).toBeGreaterThan(0);
    });

    itInFull('deploy-new-version: nothing fails, and every task is new', async () => {
      const line = await withEverything('deploy-new-version', 'deploy');
      expect(line).toMatchObject({ completed: true, new_version_pct: 100 });
    });
    it('deploy-bad-version: it is rolled back with the reason', async () => {
      const line = await withEverything('deploy-bad-version', 'deploy');
      expect(line).toMatchObject({ completed: false, new_version_pct: 0, reason: expect.any(String) });
    });
  });
}
