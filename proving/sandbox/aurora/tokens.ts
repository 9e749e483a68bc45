/**
 * IAM database tokens: a presigned request (Signature Version 4, service `rds-db`) that a client brings as its
 * password. Good for the endpoint's host and port and for one database user, 15 minutes long.
 */

import { refusePresigned } from '../identity/presigned-token.ts';
import type { Identity } from '../kernel/index.ts';

export { TOKEN_AGE_MS_MAX } from '../identity/presigned-token.ts';

export interface TokenExpectation {
  /** Names under which clients reach the instance. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly user: string;
  readonly region: string;
  /** `arn:aws:rds-db:<region>:<account>:dbuser:<DbClusterResourceId>/<user>`. */
  readonly resourceArn: string;
  /** Epoch ms. */
  readonly now: number;
}

/** Null when the token is good; else why it is not, as a phrase. */
export function refuseToken(
  token: string,
  expected: TokenExpectation,
  identity: Identity,
): Promise<string | null> {
  const { resourceArn, ...rest } = expected;
  const rules = {
    ...rest,
    service: 'rds-db',
    name: 'IAM database token',
    userParameter: 'DBUser',
    authorizations: [{ action: 'rds-db:connect', resource: resourceArn }],
  };
  return refusePresigned(token, rules, identity);
}
