/** The nodes of the cache as a drill names them, and how a plain client logs in to one. */

import { parseShards } from '../../core/cache/index.ts';
import type { CacheName } from '../../core/cache/protocol/index.ts';
import { cacheUser } from '../../core/naming.ts';
import { cacheToken } from '../../ops/cache-token.ts';
import { output, type Outputs } from '../../ops/outputs.ts';
import type { Target } from '../../ops/target.ts';
import type { CacheNode, DrillPlace } from '../../proving/drills/index.ts';
import type { SandboxClient } from '../../proving/sandbox/index.ts';
import { APPLICATION } from './applications.ts';
import { CACHE_OUTPUTS } from './cache-variables.ts';

type CacheNodes = Pick<DrillPlace, 'cacheNodes' | 'cacheLogin' | 'restartOnOldData'>;

export function cacheNodes(
  client: SandboxClient,
  target: Target,
  { outputs, ca }: { readonly outputs: Outputs; readonly ca: string },
): CacheNodes {
  return {
    cacheNodes: async () => {
      const nodes = await client.cacheNodes();
      return shardsOf(outputs).flatMap(({ cache, shard, id }): CacheNode[] => {
        const found = nodes.find(({ groupId, role }) => groupId === id && role === 'primary');
        if (!found) return [];
        const { nodeId, az, state: status, address, port, endpoint, pid } = found;
        return [{ id, nodeId, cache, shard, az, status, address, port, endpoint, pid }];
      });
    },
    cacheLogin: async ({ id }) => {
      const user = cacheUser(output(outputs, 'Environment'), APPLICATION);
      return { user, password: await cacheToken(target, { groupId: id, user }), ca };
    },
    restartOnOldData: ({ nodeId }) => client.restartCacheNode(nodeId, 'kept'),
  };
}

interface ShardOf {
  readonly cache: CacheName;
  readonly shard: number;
  readonly id: string;
}

function shardsOf(outputs: Outputs): readonly ShardOf[] {
  return Object.entries(CACHE_OUTPUTS).flatMap(([cache, { output: name }]) => {
    const text = outputs[name];
    if (text === undefined) return [];
    return parseShards(text, name).map(({ id }, shard) => ({ cache: cache as CacheName, shard, id }));
  });
}
