/** Logins to the shards of an account's cache, judged as a shard judges them. */

import type { ShardProbe } from '../../../core/ports/index.ts';
import { refusePresigned } from '../../../proving/sandbox/identity/presigned-token.ts';
import { elastiCacheToken } from '../../../runtime/adapters/elasticache-token.ts';
import { ACCOUNT, REGION, type Account } from './account.ts';

/** Those of the example. */
export const GROUPS = ['demo-cache-0', 'demo-cache-1', 'demo-cache-2', 'demo-cache-3', 'demo-gutter-0'];

/** Null when the user may log in to the group with a token that the role in force has signed; else why not. */
export async function refusalOf(account: Account, groupId: string, user: string): Promise<string | null> {
  const arn = (resource: string): string => `arn:aws:elasticache:${REGION}:${ACCOUNT}:${resource}`;
  const token = await elastiCacheToken({ region: REGION, user })(groupId);
  const rules = {
    service: 'elasticache',
    name: 'IAM authentication token',
    userParameter: 'User',
    hosts: [groupId],
    port: null,
    user,
    region: REGION,
    authorizations: [`replicationgroup:${groupId}`, `user:${user}`].map((resource) => ({
      action: 'elasticache:Connect',
      resource: arn(resource),
    })),
    now: Date.now(),
  };
  return refusePresigned(token, rules, account.parts.identity);
}

/** A probe that does nothing but to log in as a user. */
export function loginProbeOf(account: () => Account, user: string, now: () => number): ShardProbe {
  return {
    async probe({ id }) {
      const refusal = await refusalOf(account(), id, user);
      const reach = refusal === null ? ('ok' as const) : ('login' as const);
      return { memberId: id, at: now(), reach, runId: refusal === null ? 'r' : null, latencyMs: 1 };
    },
    close: async () => undefined,
  };
}
