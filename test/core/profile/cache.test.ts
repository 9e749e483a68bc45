import { describe, expect, it } from 'vitest';
import { CACHE_NODE_TYPES, validate, type EnvironmentProfile } from '../../../core/profile/index.ts';
import { faultsOf, maximal, minimal } from './profiles.ts';

const withCache = (cache: unknown, rest: object = {}): object => ({
  ...minimal,
  ...rest,
  tiers: { database: {}, cache },
});
const cacheOf = (profile: unknown) => validate(profile).profile.tiers.cache;

describe('the cache of a profile', () => {
  it('is not made where the profile has none', () => {
    expect(cacheOf(minimal)).toBeNull();
  });

  it('gets every default', () => {
    expect(cacheOf(withCache({ shards: 4 }))).toEqual({
      shards: 4,
      redundancy: 'masked',
      gutter: true,
      nodeType: CACHE_NODE_TYPES.pair,
      mode: null,
    });
  });

  it('keeps everything that is written', () => {
    expect(cacheOf(maximal)).toEqual(maximal.tiers.cache);
  });

  it.each(['solo', 'pair', 'fleet'] as const)('has the node of its size: %s', (size) => {
    expect(cacheOf(withCache({ shards: 1 }, { size }))?.nodeType).toBe(CACHE_NODE_TYPES[size]);
  });

  it.each([
    ['solo', 'masked', false],
    ['pair', 'masked', true],
    ['fleet', 'masked', true],
    ['pair', 'replicated', false],
    ['fleet', 'double', false],
  ] as const)('in %s, %s: has a gutter by default: %s', (size, redundancy, gutter) => {
    expect(cacheOf(withCache({ shards: 2, redundancy }, { size }))?.gutter).toBe(gutter);
  });

  it('may be without a gutter, and with one', () => {
    expect(cacheOf(withCache({ shards: 2, gutter: false }))?.gutter).toBe(false);
    expect(cacheOf(withCache({ shards: 2, redundancy: 'double', gutter: true }))?.gutter).toBe(true);
  });

  type Row = readonly [what: string, cache: unknown, field: string, rule: RegExp, fix: RegExp];
  const rows: readonly Row[] = [
    ['a cache that is no object', 4, 'tiers.cache', /must be an object/, /\{/],
    ['no number of shards', {}, 'tiers.cache.shards', /is required/, /for example 4/],
    ['no shard', { shards: 0 }, 'tiers.cache.shards', /from 1 to 64/, /for example 4/],
    ['too many shards', { shards: 65 }, 'tiers.cache.shards', /from 1 to 64/, /for example 4/],
    ['half a shard', { shards: 2.5 }, 'tiers.cache.shards', /whole number/, /for example 4/],
    [
      'an unknown redundancy',
      { shards: 4, redundancy: 'replicate' },
      'tiers.cache.redundancy',
      /masked, replicated, double/,
      /did you mean 'replicated'/,
    ],
    ['a gutter of text', { shards: 4, gutter: 'yes' }, 'tiers.cache.gutter', /true or false/, /leave it out/],
    [
      'a database node',
      { shards: 4, nodeType: 'db.r7g.large' },
      'tiers.cache.nodeType',
      /ElastiCache/,
      /m7g/,
    ],
    ['an old node', { shards: 4, nodeType: 'cache.m3.medium' }, 'tiers.cache.nodeType', /m5/, /m7g/],
    ['a node with disks', { shards: 4, nodeType: 'cache.r6gd.xlarge' }, 'tiers.cache.nodeType', /m5/, /m7g/],
    [
      'an unknown mode',
      { shards: 4, mode: 'on' },
      'tiers.cache.mode',
      /act, observe, off/,
      /use one of|mean/,
    ],
    ['an unknown field', { shards: 4, shard: 4 }, 'tiers.cache.shard', /not a field/, /did you mean shards/],
  ];
  it.each(rows)('fails for %s', (_what, cache, field, rule, fix) => {
    const fault = faultsOf(withCache(cache)).find((candidate) => candidate.field === field);
    expect(fault).toBeDefined();
    expect(fault!.rule).toMatch(rule);
    expect(fault!.fix).toMatch(fix);
  });

  it.each(['health_check', 'cache_front', 'cache_default'])('fails for the application %s', (application) => {
    const applications = ['shop', application];
    expect(faultsOf(withCache({ shards: 4 }, { applications }))).toEqual([
      expect.objectContaining({ field: 'applications[1]', rule: expect.stringMatching(/the kit owns/) }),
    ]);
    expect(() => validate({ ...minimal, applications })).not.toThrow();
  });

  it('fails where environment and application together are no name of a user', () => {
    const name = 'a2345678901234567890';
    const longest = 'b234567890123456789';
    const named = (application: string): EnvironmentProfile =>
      withCache({ shards: 1 }, { name, applications: [application] }) as EnvironmentProfile;
    expect(() => validate(named(longest))).not.toThrow();
    expect(faultsOf(named(`${longest}0`))).toEqual([
      expect.objectContaining({ field: 'applications[0]', rule: expect.stringMatching(/41 characters/) }),
    ]);
  });

  const shardsMax = (cache: object, rest: object = {}): number => {
    const [fault] = faultsOf(withCache({ shards: 64, ...cache }, rest));
    expect(fault).toMatchObject({
      field: 'tiers.cache.shards',
      rule: expect.stringMatching(/function's variables/),
    });
    return Number(/at most (\d+) shards/.exec(fault!.fix)![1]);
  };

  it('fails where the names of all shards do not fit into the variables of a function, and says how many do', () => {
    const most = shardsMax({ gutter: false });
    expect(most).toBeGreaterThan(30);
    expect(() => validate(withCache({ shards: most, gutter: false }))).not.toThrow();
    expect(faultsOf(withCache({ shards: most + 1, gutter: false }))).toHaveLength(1);
    expect(shardsMax({ gutter: true })).toBe(most - 1);
    expect(shardsMax({ redundancy: 'double' })).toBe(Math.floor(most / 2));
    expect(shardsMax({ gutter: false }, { name: 'a-much-longer-name' })).toBeLessThan(most);
    expect(shardsMax({ gutter: false }, { size: 'fleet' })).toBeLessThan(most);
  });
});
