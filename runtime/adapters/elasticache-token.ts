/**
 * IAM tokens of ElastiCache: a presigned request that is never sent, as the password of a login. Signed locally, so no
 * AWS API is needed to log in (SEC-12). AWS's format: "Authenticating with IAM", ElastiCache user guide.
 */

import { Sha256 } from '@aws-crypto/sha256-js';
import { ElastiCacheClient, type ElastiCacheClientConfig } from '@aws-sdk/client-elasticache';
import { formatUrl } from '@aws-sdk/core/util';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

/** AWS takes a token for so long at most. */
const EXPIRES_S = 900;

export interface ElastiCacheTokenOptions {
  readonly region: string;
  /** The user's id, which for logins by IAM is its name as well. */
  readonly user: string;
  /** @default - the SDK's provider chain */
  readonly credentials?: ElastiCacheClientConfig['credentials'];
}

/** Makes a password for one login to a replication group. */
export function elastiCacheToken(options: ElastiCacheTokenOptions): (groupId: string) => Promise<string> {
  const { region, user, credentials } = options;
  // The client is never asked for anything: it knows where the SDK's credentials come from, and when to renew them.
  const client = new ElastiCacheClient(credentials === undefined ? { region } : { region, credentials });
  const signer = new SignatureV4({
    service: 'elasticache',
    region,
    credentials: client.config.credentials,
    sha256: Sha256,
  });
  return async (groupId) => {
    const request = new HttpRequest({
      method: 'GET',
      protocol: 'http:',
      hostname: groupId,
      path: '/',
      query: { Action: 'connect', User: user },
      headers: { host: groupId },
    });
    const presigned = await signer.presign(request, { expiresIn: EXPIRES_S });
    return formatUrl(presigned).replace('http://', '');
  };
}
