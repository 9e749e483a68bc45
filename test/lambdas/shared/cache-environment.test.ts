import { describe, expect, it } from 'vitest';
import { EnvironmentReader } from '../../../lambdas/shared/environment.ts';

const SHARDS = 'demo-cache-0=a.example:6379,demo-cache-1=b.example:6380';

function read(variables: Readonly<Record<string, string>>) {
  const reader = new EnvironmentReader(variables);
  const shards = reader.cacheShards();
  reader.done('a function');
  return shards;
}

describe('the shards that a function is told', () => {
  it('are those of all copies, each with its place', () => {
    const shards = read({
      UNDERSTUDY_CACHE_SHARDS: SHARDS,
      UNDERSTUDY_CACHE_COPIES: 'demo-copy-0=c.example:6379',
      UNDERSTUDY_CACHE_GUTTER: 'demo-gutter-0=d.example:6379',
    });
    expect(
      shards.map(({ memberId, cache, shard, host, port }) => [memberId, cache, shard, host, port]),
    ).toEqual([
      ['demo-cache-0', 'main', 0, 'a.example', 6379],
      ['demo-cache-1', 'main', 1, 'b.example', 6380],
      ['demo-copy-0', 'copy', 0, 'c.example', 6379],
      ['demo-gutter-0', 'gutter', 0, 'd.example', 6379],
    ]);
  });

  it('are none where there is no cache', () => {
    expect(read({})).toEqual([]);
    expect(read({ UNDERSTUDY_CACHE_SHARDS: '', UNDERSTUDY_CACHE_GUTTER: '' })).toEqual([]);
  });

  it.each([
    [{ UNDERSTUDY_CACHE_SHARDS: 'demo-cache-0' }, 'UNDERSTUDY_CACHE_SHARDS'],
    [{ UNDERSTUDY_CACHE_SHARDS: SHARDS, UNDERSTUDY_CACHE_GUTTER: 'x=y:0' }, 'UNDERSTUDY_CACHE_GUTTER'],
  ])('are refused for %j, naming the variable', (variables, name) => {
    expect(() => read(variables)).toThrow(name);
  });
});
