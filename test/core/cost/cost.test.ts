import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  USAGE,
  estimateControlPlane,
  estimateDatabase,
  type Estimate,
  type Price,
  type PriceFile,
} from '../../../core/cost/index.ts';
import { observationKey } from '../../../core/state/keys.ts';
import type { ObservationItem, Sample } from '../../../core/state/items.ts';
import { sweepMetrics } from '../../../lambdas/health-check/metrics.ts';
import { emfMetrics } from '../../../lambdas/shared/aws/emf-line.ts';
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
  return estimateControlPlane({ templates: [json.state, json.control], prices });
}

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

describe('the cost of the control plane', () => {
  it('is below 60 USD a month for a pair, with the throttle of the example and without a cache', () => {
    const { items, usd } = controlPlaneOf(synthesize({ tiers: { database: {} } }));
    const lines = items.map((item) => `${item.usd.toFixed(2).padStart(8)}  ${item.what} (${item.because})`);
    console.info(
      `Control plane of 'pair', ${prices.date}, USD a month:\n${lines.join('\n')}\n${usd.toFixed(2)} in all`,
    );
    expect(usd).toBeGreaterThan(20);
    expect(usd).toBeLessThan(USD_A_MONTH_MAX);
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
    expect(controlPlaneOf(synthesize({ size: 'fleet' })).usd).toBeGreaterThan(usd + 3);
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

describe('the logs of the probers', () => {
  it('are assumed no smaller than one line of a sweep of three members really is', () => {
    const at = Date.UTC(2026, 10, 22);
    const lines: string[] = [];
    const metrics = emfMetrics({ now: () => at, write: (line) => void lines.push(line) });
    const verdicts = MEMBERS.map((memberId) => ({ memberId, failure: null, since: at, samples: 5 }));
    metrics.emit(
      sweepMetrics({
        env: 'demo',
        az: 'us-east-1a',
        verdicts,
        blind: false,
        samples: samplesAt(at),
        sweep: 1,
      }),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]!.length).toBeGreaterThan(500);
    expect(lines[0]!.length + LOG_EVENT_BYTES).toBeLessThanOrEqual(USAGE.metricLineBytes);
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
