import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  estimateCache,
  estimateCacheControl,
  estimateControlPlane,
  estimateDatabase,
  estimateFrontControl,
  estimateThrottle,
  usdOfFurtherInstance,
  type PriceFile,
} from '../../core/cost/index.ts';
import { CACHE_NODE_TYPES, GUTTER_NODE_TYPES, type Size } from '../../core/profile/index.ts';
import { ALARM_CATALOGUE, roleOutputKey } from '../../lib/index.ts';
import { synthesize } from './synth.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const prices = JSON.parse(read('docs/prices/2026-11.json')) as PriceFile;

describe("the tier's README", () => {
  const readme = read('lib/tiers/database/README.md');

  it('shows the example that is compiled', () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
    const compiled = read('test/lib/tiers/database/example.ts').replace(
      '../../../../lib/index.ts',
      'understudy',
    );
    expect(shown).toBe(compiled);
  });

  it('has an example that runs', async () => {
    const { database } = await import('./tiers/database/example.ts');
    expect(database.members).toHaveLength(3);
  });

  it.each(['solo', 'pair', 'fleet'] as const)('says what %s costs', (size) => {
    const { json } = synthesize({ size, throttle: {}, tiers: { database: {} } });
    const database = estimateDatabase({ template: json.database, prices }).usd;
    const control = estimateControlPlane({ templates: [json.state, json.control], prices }).usd;
    const row = new RegExp(
      `\\| \`${size}\` +\\|.*\\| ${Math.round(database)} +\\| +${Math.round(control)} +\\|`,
    );
    expect(readme, `${Math.round(database)} and ${Math.round(control)}`).toMatch(row);
  });

  it('says what the throttle of the example adds', () => {
    const { json } = synthesize();
    const input = { templates: [json.state, json.control], prices };
    const usd = Math.round(estimateThrottle(input).usd);
    expect(readme).toContain(`throttle of the example, which adds ${usd}.`);
    expect(read('lib/README.md')).toContain(
      `A throttle of one resource adds about ${usd} with three processes`,
    );
    expect(usdOfFurtherInstance(input)).toBeLessThan(1);
  });
});

describe("the cache's README", () => {
  const readme = read('lib/tiers/cache/README.md');
  const withCache = (size: Size, cache: object) =>
    synthesize({ size, tiers: { database: {}, cache: { shards: 4, ...cache } } }).json;

  it('shows the example that is compiled', () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
    expect(shown).toBe(
      read('test/lib/tiers/cache/example.ts').replace('../../../../lib/index.ts', 'understudy'),
    );
  });

  it('has an example that runs', async () => {
    const { cache } = await import('./tiers/cache/example.ts');
    expect(cache.shards.map(({ id }) => id)).toEqual([
      ...[0, 1, 2, 3].map((n) => `orders-cache-${n}`),
      'orders-gutter-0',
    ]);
  });

  it.each(['solo', 'pair', 'fleet'] as const)('says what four shards of %s cost', (size) => {
    const usd = (cache: object): number =>
      Math.round(estimateCache({ template: withCache(size, cache).cache, prices }).usd);
    const [masked, replicated, double] = [{}, { redundancy: 'replicated' }, { redundancy: 'double' }].map(
      usd,
    );
    expect(replicated).toBe(double);
    const nodes = [CACHE_NODE_TYPES[size], size === 'solo' ? 'none' : GUTTER_NODE_TYPES[size]];
    const row = new RegExp(`\\| \`${size}\` +\\| ${nodes.join(' +\\| ')} +\\| ${masked} +\\| ${double} +\\|`);
    expect(readme, `${masked} and ${double}`).toMatch(row);
  });

  it('says what watching it adds', () => {
    const usd = (cache: object): number => {
      const json = withCache('pair', cache);
      return estimateCacheControl({ templates: [json.state, json.control], prices }).usd;
    };
    const four = usd({});
    const one = Math.round((usd({ shards: 8 }) - four) / 4);
    const text = `four shards and a gutter adds ${Math.round(four)} to the control plane, and each further shard about ${one}.`;
    expect(readme.replaceAll('\n', ' ')).toContain(text);
  });

  it("promises what the router's page promises, word for word", () => {
    const promise = /## What is promised\n\n([\s\S]*?)\n\n/.exec(read('runtime/cache/README.md'))![1]!;
    expect(readme).toContain(promise);
  });

  it('names every failure of the tier', () => {
    for (const { failure } of ALARM_CATALOGUE.filter(({ tier }) => tier === 'cache')) {
      expect(readme).toContain(`\`${failure}\``);
    }
  });
});

describe("the library's README", () => {
  it('lists every output', () => {
    const { json } = synthesize();
    const keys = [json.database, json.cache, json.control].flatMap((template) =>
      Object.entries(template.Outputs)
        .filter(([, { Export }]) => Export === undefined)
        .map(([key]) => key),
    );
    const readme = read('lib/README.md');
    const documented = keys.filter((key) => key !== roleOutputKey('shop'));
    for (const key of documented) expect(readme).toContain(`\`${key}\``);
    expect(readme).toContain('`ShopRoleArn`');
  });

  it('says what the self-healing of the example costs, tier by tier, and all of it', () => {
    const { json } = synthesize();
    const templates = [json.state, json.control, json.edge];
    const of = (estimate: typeof estimateThrottle): number => estimate({ templates, prices }).usd;
    const [whole, throttle, cache, front] = [
      estimateControlPlane,
      estimateThrottle,
      estimateCacheControl,
      estimateFrontControl,
    ].map(of);
    const rows: readonly (readonly [string, number])[] = [
      ['the database', whole! - throttle! - cache! - front!],
      ['the throttle', throttle!],
      ['the cache', cache!],
      ['the tiers in front', front!],
      ['the example, all of it', whole!],
    ];
    const readme = read('lib/README.md');
    for (const [part, usd] of rows) {
      expect(readme).toMatch(new RegExp(`\\| ${part} +\\| ${usd.toFixed(0)} +\\|`));
    }
    expect(readme).toContain(`is ${whole!.toFixed(0)} USD a month`);
  });
});
