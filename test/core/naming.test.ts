import { describe, expect, it } from 'vitest';
import { CACHE_ID_LENGTH_MAX, CACHE_NAMES, cacheGroupId, cacheNodeId, cacheUser } from '../../core/naming.ts';
import { CACHE_SHARDS_MAX } from '../../core/profile/index.ts';
import { ENVIRONMENT_NAME } from '../../core/profile/names.ts';

describe('the names of the cache', () => {
  it('are the words of its copies', () => {
    expect(CACHE_NAMES.map((cache) => cacheGroupId('demo', cache, 0))).toEqual([
      'demo-cache-0',
      'demo-copy-0',
      'demo-gutter-0',
    ]);
    expect(cacheNodeId('demo-cache-3', 1)).toBe('demo-cache-3-001');
  });

  it('are what ElastiCache allows, for the longest name of an environment and the last shard', () => {
    const env = `a${'b'.repeat(23)}`;
    expect(env).toMatch(ENVIRONMENT_NAME.pattern);
    expect(`${env}b`).not.toMatch(ENVIRONMENT_NAME.pattern);
    for (const cache of CACHE_NAMES) {
      const id = cacheGroupId(env, cache, CACHE_SHARDS_MAX - 1);
      expect(id.length).toBeLessThanOrEqual(CACHE_ID_LENGTH_MAX);
      expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    }
  });

  it('have no underscore, which a user of ElastiCache may not have', () => {
    expect(cacheUser('demo', 'order_service')).toBe('demo-order-service');
  });
});
