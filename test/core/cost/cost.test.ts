import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  USAGE,
  estimateCacheControl,
  estimateControlPlane,
  estimateDatabase,
  estimateFrontControl,
  estimateThrottle,
  type Estimate,
  type Price,
  type PriceFile,
} from '../../../core/cost/index.ts';
import { ALWAYS_WRITTEN } from '../../../core/cost/metrics.ts';
import { observationKey } from '../../../core/state/keys.ts';
import type { ObservationItem, Sample } from '../../../core/state/items.ts';
import { sweepMetrics } from '../../../lambdas/health-check/metrics.ts';
import { emfLine } from '../../../lambdas/shared/aws/emf-line.ts';
import { demo } from '../../../environments/index.ts';
import { QUIET_LINE_MS } from '../../../lambdas/health-check/sweep-lines.ts';
import { METRIC as EDGE_METRIC } from '../../../lambdas/dns-failover/contract.ts';
import { METRIC as THROTTLE_METRIC } from '../../../lambdas/throttle/contract.ts';
import { metricsOf } from '../../../lambdas/throttle/plan.ts';
import { synthesize, type Synthesized } from '../../lib/synth.ts';
import { itemBytes } from './item-bytes.ts';

const USD_A_MONTH_MAX = 60;

const prices = JSON.parse(
  readFileSync(new URL('../../../docs/prices/2026-11.json', import.meta.url), 'utf8'),
) as PriceFile;

/** What CloudWatch Logs adds to each line. */
const LOG_EVENT_BYTES = 26;
const MEMBERS = [1, 2, 3].map((n) => `demo-database-databaseauroraclustermember${n}-a1b2c3d4e5f6`);

function samplesAt(at: number): Sample[] {
  return MEMBERS.map((memberId, index) => ({
    memberId,
    at,
    reach: 'ok',
    sqlState: null,
    role: index === 0 ? 'writer' : 'reader',
    lagMs: index === 0 ? null : 21,
    latencyMs: 3,
    write: index === 0 ? 'ok' : null,
  }));
}

function controlPlaneOf({ json }: Synthesized): Estimate {
  return estimateControlPlane({ templates: [json.state, json.control, json.edge], prices });
}

const shown = ({ items, usd }: Estimate): string =>
  [
    ...items.map((item) => `${item.usd.toFixed(2).padStart(8)}  ${item.what} (${item.because})`),
    `${usd.toFixed(2)} in all`,
  ].join('\n');

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

describe('the cost of the control plane', () => {
  it(`is below ${USD_A_MONTH_MAX} USD a month for the example, a pair with every tier and a throttle`, () => {
    expect(Object.keys(demo.tiers).toSorted()).toEqual(['cache', 'database', 'edge', 'service', 'web']);
    expect([demo.size, Object.keys(demo.throttle ?? {})]).toEqual(['pair', ['quotes']]);
    const estimate = controlPlaneOf(made);
    console.info(`Self-healing of 'demo', ${prices.date}, USD a month:\n${shown(estimate)}`);
    expect(estimate.usd).toBeGreaterThan(30);
    expect(estimate.usd).toBeLessThan(USD_A_MONTH_MAX);
  });

  it('is that of the database, and what throttle, cache and the tiers in front say that they add', () => {
    const templates = [made.json.state, made.json.control, made.json.edge];
    const alone = controlPlaneOf(synthesize({ throttle: {}, tiers: { database: {} } })).usd;
    const added = [estimateThrottle, estimateCacheControl, estimateFrontControl].map(
      (estimate) => estimate({ templates, prices }).usd,
    );
    const names = ['database', 'throttle', 'cache', 'front'];
    console.info([alone, ...added].map((usd, n) => `${names[n]!}: ${usd.toFixed(2)}`).join(', '));
    const sum = added.reduce((total, usd) => total + usd, alone);
    expect(controlPlaneOf(made).usd).toBeCloseTo(sum, 6);
  });

  it('is the sum of its items, each a quantity at a price of the file', () => {
    const { items, usd } = controlPlaneOf(made);
    expect(items.reduce((sum, item) => sum + item.usd, 0)).toBeCloseTo(usd, 6);
    for (const { price, quantity, usd: cost } of items) {
      const listed = prices.prices[price as keyof PriceFile['prices']];
      expect(cost).toBeCloseTo(quantity * listed.usd, 6);
    }
  });

  it('follows the template: probing half as often costs less, a fourth member and a fifth zone more', () => {
    const { usd } = controlPlaneOf(made);
    const slower = synthesize({ thresholds: { database: { 'probe-interval-ms': 2000 } } });
    expect(controlPlaneOf(slower).usd).toBeLessThan(usd - 4);
    expect(controlPlaneOf(synthesize({ size: 'fleet' })).usd).toBeGreaterThan(usd + 2);
    const zones = ['a', 'b', 'c', 'd'].map((letter) => `us-east-1${letter}`);
    expect(controlPlaneOf(synthesize({ zones })).usd).toBeGreaterThan(usd + 7);
  });

  it('assumes an observation no smaller than one of three members really is', () => {
    const at = Date.UTC(2026, 10, 22);
    const item: ObservationItem = {
      kind: 'observation',
      env: 'demo',
      az: 'us-east-1a',
      at,
      token: 123_456,
      sequence: 123_456,
      samples: samplesAt(at),
      verdicts: MEMBERS.map((memberId) => ({ memberId, failure: null, since: at, samples: 86_400 })),
      blind: false,
      writer: { memberId: MEMBERS[0]!, since: null },
      changed: false,
    };
    expect(
      itemBytes({ ...observationKey('us-east-1a', at), ...item, expiresAt: at / 1000 }),
    ).toBeLessThanOrEqual(USAGE.observationBytes);
  });
});

describe('what a quiet control plane writes', () => {
  const at = Date.UTC(2026, 10, 22);
  const since = at - 86_400_000;
  const verdicts = MEMBERS.map((memberId) => ({ memberId, failure: null, since, samples: 86_400 }));
  const place = { env: 'demo', az: 'us-east-1a' };
  const sweep = { ...place, verdicts, blind: false, samples: samplesAt(at), sweeps: 10, now: at };
  const lines = [0, 1, 2].map((line) => sweepMetrics({ ...sweep, line }));

  it('is assumed no smaller than a line of a prober of three members really is, and no rarer', () => {
    const sizes = lines.map((groups) => emfLine(groups, at).length + LOG_EVENT_BYTES);
    for (const bytes of sizes) {
      expect(bytes).toBeGreaterThan(USAGE.metricLineBytes / 2);
      expect(bytes).toBeLessThanOrEqual(USAGE.metricLineBytes);
    }
    expect(USAGE.quietLineMs).toBe(QUIET_LINE_MS);
  });

  it('is assumed no smaller than what a run of the throttle says of a resource', () => {
    const item = {
      resource: 'quotes',
      capacityPerS: 100,
      wantedPerS: 33.333333,
      inForceMaxPerS: 100,
      instances: 3,
    };
    const group = metricsOf('demo', { refused: 0 } as never, { item } as never);
    const bytes = emfLine([group], at).length + LOG_EVENT_BYTES;
    expect(bytes).toBeLessThanOrEqual(USAGE.throttleResourceLogBytes / 2);
  });

  it('has no metric but those that the estimate counts', () => {
    const names = lines.flatMap((groups) => groups.flatMap(({ values }) => values.map(({ name }) => name)));
    expect(new Set(names)).toEqual(new Set([ALWAYS_WRITTEN.sweeps, ALWAYS_WRITTEN.lag]));
    expect(THROTTLE_METRIC.wanted).toBe(ALWAYS_WRITTEN.wanted);
    expect(EDGE_METRIC.edgeHealthy).toBe(ALWAYS_WRITTEN.edge);
    const { items } = controlPlaneOf(made);
    const counted = items.find(({ what }) => what === 'Custom metrics')!.quantity;
    const [zones, readers, resources, edges] = [3, 2, 1, 1];
    expect(counted).toBe(zones + readers + resources + edges);
  });
});

describe('the cost of the database', () => {
  it.each(['solo', 'pair', 'fleet'] as const)('is known for %s', (size) => {
    const { json } = synthesize({ size });
    const { items, usd } = estimateDatabase({ template: json.database, prices });
    expect(items.map(({ what }) => what)).toEqual(['Members', 'Keys', 'Secrets']);
    expect(usd).toBeGreaterThan(100);
  });

  it('fails for a class that the price file does not know', () => {
    const template = {
      Resources: { A: { Type: 'AWS::RDS::DBInstance', Properties: { DBInstanceClass: 'db.x' } } },
    };
    expect(() => estimateDatabase({ template, prices })).toThrow(/no price for db\.x/);
  });
});

describe('the price file', () => {
  it('names for every number its unit, its source, and whether anybody compared it', () => {
    const groups = [prices.prices, prices.instanceHours, prices.nodeHours];
    for (const price of groups.flatMap((group) => Object.values<Price>(group))) {
      expect(price).toEqual({
        usd: expect.any(Number),
        per: expect.stringMatching(/\w/),
        verified: expect.any(Boolean),
        source: expect.stringMatching(/\w/),
      });
    }
  });
});
