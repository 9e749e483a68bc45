import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  USAGE,
  estimateCache,
  estimateCacheControl,
  estimateControlPlane,
  type Estimate,
  type PriceFile,
} from '../../../core/cost/index.ts';
import { cacheObservationKey, type CacheObservationItem } from '../../../core/state/cache-items.ts';
import { synthesize, type Synthesized } from '../../lib/synth.ts';
import { itemBytes } from './item-bytes.ts';

/** What watching and healing a cache of four shards and a gutter may cost, beside the nodes themselves. */
const USD_A_MONTH_MAX = 9;

const prices = JSON.parse(
  readFileSync(new URL('../../../docs/prices/2026-11.json', import.meta.url), 'utf8'),
) as PriceFile;

const withCache = (cache: object): Synthesized =>
  synthesize({ tiers: { database: {}, cache: { shards: 4, ...cache } } });
const controlOf = ({ json }: Synthesized): Estimate =>
  estimateCacheControl({ templates: [json.state, json.control], prices });
const nodesOf = ({ json }: Synthesized): Estimate => estimateCache({ template: json.cache, prices });

let made: Synthesized;
beforeAll(() => {
  made = withCache({});
});

describe('the cost of watching a cache', () => {
  it('is all that the control plane costs more with it, and nothing without it', () => {
    const without = synthesize({ tiers: { database: {} } });
    const controlPlane = ({ json }: Synthesized): number =>
      estimateControlPlane({ templates: [json.state, json.control], prices }).usd;
    expect(controlOf(made).usd).toBeCloseTo(controlPlane(made) - controlPlane(without), 6);
    expect(controlOf(without)).toEqual({ items: [], usd: 0 });
  });

  it(`is below ${USD_A_MONTH_MAX} USD a month for four shards and a gutter`, () => {
    const { items, usd } = controlOf(made);
    const lines = items.map((item) => `${item.usd.toFixed(2).padStart(8)}  ${item.what} (${item.because})`);
    console.info(`${lines.join('\n')}\n${usd.toFixed(2)} in all`);
    expect(usd).toBeGreaterThan(4);
    expect(usd).toBeLessThan(USD_A_MONTH_MAX);
  });

  it('follows the template: more shards cost more, by less than two USD each', () => {
    const usd = controlOf(made).usd;
    const more = controlOf(withCache({ shards: 8 })).usd;
    expect(more).toBeGreaterThan(usd + 4 * 0.5);
    expect(more).toBeLessThan(usd + 4 * 2);
  });

  it('assumes an observation of five shards no smaller than it really is, and that it is one write unit', () => {
    const at = Date.UTC(2026, 10, 22);
    const ids = ['demo-cache-0', 'demo-cache-1', 'demo-cache-2', 'demo-cache-3', 'demo-gutter-0'];
    const item: CacheObservationItem = {
      kind: 'cache-observation',
      env: 'demo',
      az: 'us-east-1a',
      at,
      token: 123_456,
      sequence: 123_456,
      samples: ids.map((memberId) => ({
        memberId,
        at,
        reach: 'ok',
        runId: '0123456789012345678901234567890123456789',
        latencyMs: 1234,
      })),
      verdicts: ids.map((memberId) => ({ memberId, failure: null, since: at, samples: 86_400 })),
      blind: false,
      changed: false,
    };
    const bytes = itemBytes({ ...cacheObservationKey('us-east-1a', at), ...item, expiresAt: at / 1000 });
    const assumed = USAGE.cacheObservationBytes + ids.length * USAGE.cacheObservationShardBytes;
    expect(bytes).toBeGreaterThan(assumed / 2);
    expect(bytes).toBeLessThanOrEqual(assumed);
    expect(assumed).toBeLessThanOrEqual(1024);
  });
});

describe('the cost of the nodes', () => {
  it('is that of every node, the gutter and replicas among them, and of the key', () => {
    const usdOf = (type: string, nodes: number): number =>
      nodes * USAGE.hoursPerMonth * prices.nodeHours[type]!.usd;
    const key = prices.prices.kmsKeyMonth.usd;
    const masked = usdOf('cache.m7g.large', 4) + usdOf('cache.t4g.small', 1) + key;
    expect(nodesOf(made).usd).toBeCloseTo(masked, 6);
    const twice = usdOf('cache.m7g.large', 8) + key;
    expect(nodesOf(withCache({ redundancy: 'replicated' })).usd).toBeCloseTo(twice, 6);
    expect(nodesOf(withCache({ redundancy: 'double' })).usd).toBeCloseTo(twice, 6);
  });

  it.each(['solo', 'pair', 'fleet'] as const)('is known for %s', (size) => {
    const { json } = synthesize({ size, tiers: { database: {}, cache: { shards: 1 } } });
    const { items, usd } = estimateCache({ template: json.cache, prices });
    expect(items.at(-1)!.what).toBe('Keys');
    expect(usd).toBeGreaterThan(10);
  });

  it('fails for a node that the price file does not know', () => {
    const Properties = { CacheNodeType: 'cache.x', NumCacheClusters: 1 };
    const template = { Resources: { A: { Type: 'AWS::ElastiCache::ReplicationGroup', Properties } } };
    expect(() => estimateCache({ template, prices })).toThrow(/no price for cache\.x/);
  });
});
