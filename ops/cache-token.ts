/** IAM tokens for the cache, signed here; a token lives 15 minutes. AWS's format: "Authenticating with IAM", ElastiCache. */

import { Sha256 } from '@aws-crypto/sha256-js';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { formatUrl } from '@aws-sdk/core/util';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Target } from './target.ts';

const EXPIRES_S = 900;

export interface CacheTokenRequest {
  readonly groupId: string;
  /** The user's id, which for logins by IAM is its name as well. */
  readonly user: string;
}

/** The password of one login to a replication group. */
export async function cacheToken(target: Target, { groupId, user }: CacheTokenRequest): Promise<string> {
  const { region, credentials } = target;
  // The client is never asked for anything: it knows where the SDK's credentials come from.
  const client = new ElastiCacheClient(credentials ? { region, credentials } : { region });
  const signer = new SignatureV4({
    service: 'elasticache',
    region,
    credentials: client.config.credentials,
    sha256: Sha256,
  });
  const request = new HttpRequest({
    method: 'GET',
    protocol: 'http:',
    hostname: groupId,
    path: '/',
    query: { Action: 'connect', User: user },
    headers: { host: groupId },
  });
  const presigned = await signer.presign(request, { expiresIn: EXPIRES_S });
  client.destroy();
  return formatUrl(presigned).replace('http://', '');
}
