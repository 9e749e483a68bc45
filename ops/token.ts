/** IAM tokens for the database, signed here; a token lives 15 minutes. */

import { Signer } from '@aws-sdk/rds-signer';
import type { Target } from './target.ts';

export interface TokenRequest {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

export function databaseToken(target: Target, request: TokenRequest): Promise<string> {
  const signer = new Signer({
    hostname: request.host,
    port: request.port,
    username: request.user,
    region: target.region,
    ...(target.credentials ? { credentials: target.credentials } : {}),
  });
  return signer.getAuthToken();
}
