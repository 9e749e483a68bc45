/**
 * IAM database tokens: a presigned request (Signature Version 4, service `rds-db`) that a client brings as its
 * password. Good for the endpoint's host and port and for one database user, 15 minutes long.
 */

import { timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsError, type Identity } from '../kernel/index.ts';

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

export const TOKEN_AGE_MS_MAX = 15 * 60_000;
/** A clock of a client may be ahead of ours. */
const AHEAD_MS_MAX = 5 * 60_000;
/** Query parameters that signing adds itself. */
const SIGNING = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
  'x-amz-content-sha256',
]);

/** Null when the token is good; else why it is not, as a phrase. */
export async function refuseToken(
  token: string,
  expected: TokenExpectation,
  identity: Identity,
): Promise<string | null> {
  const url = parse(token);
  if (url === null) return 'the password is no IAM database token';
  const query = Object.fromEntries(url.searchParams);
  const port = Number(url.port || 80);
  if (!expected.hosts.includes(url.hostname)) return `the token is for the host ${url.hostname}`;
  if (port !== expected.port) return `the token is for port ${port}`;
  if (query.Action !== 'connect') return 'the token is for another action';
  if (query.DBUser !== expected.user) return `the token is for the user ${query.DBUser ?? ''}`;
  const [accessKeyId = '', day = '', region, service] = (query['X-Amz-Credential'] ?? '').split('/');
  if (region !== expected.region || service !== 'rds-db') return 'the token is for another scope';
  const signedAt = signingTime(query['X-Amz-Date'] ?? '');
  const expiresMs = Number(query['X-Amz-Expires']) * 1_000;
  if (Number.isNaN(signedAt) || !(expiresMs > 0)) return 'the token has no valid date';
  if (!(query['X-Amz-Date'] ?? '').startsWith(day)) return 'the dates of the token differ';
  const age = expected.now - signedAt;
  if (age < -AHEAD_MS_MAX) return 'the token is from the future';
  if (age > Math.min(expiresMs, TOKEN_AGE_MS_MAX)) return 'the token has expired';
  const known = identity.lookup(accessKeyId);
  if (known === undefined) return `the access key ${accessKeyId} is unknown or has expired`;
  const credentials = {
    accessKeyId,
    secretAccessKey: known.secretAccessKey,
    ...(known.sessionToken === null ? {} : { sessionToken: known.sessionToken }),
  };
  const ours = await sign({ url, port, query, region, credentials, signedAt });
  if (!sameText(ours, query['X-Amz-Signature'] ?? '')) return 'the signature does not match';
  try {
    const action = 'rds-db:connect';
    identity.authorize(known.principal, [{ action, resource: expected.resourceArn }]);
    return null;
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}

function parse(token: string): URL | null {
  try {
    return new URL(`http://${token}`);
  } catch {
    return null;
  }
}

/** `20261122T111213Z` as epoch ms; NaN when it is none. */
function signingTime(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

async function sign(request: {
  readonly url: URL;
  readonly port: number;
  readonly query: Readonly<Record<string, string>>;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly signedAt: number;
}): Promise<string> {
  const { url, port, query, region, credentials, signedAt } = request;
  const signer = new SignatureV4({ service: 'rds-db', region, credentials, sha256: Sha256 });
  const own = Object.entries(query).filter(([name]) => !SIGNING.has(name.toLowerCase()));
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: url.hostname,
      port,
      path: '/',
      query: Object.fromEntries(own),
      headers: { host: `${url.hostname}:${port}` },
    },
    { signingDate: new Date(signedAt), expiresIn: Number(query['X-Amz-Expires']) },
  );
  const signature = signed.query?.['X-Amz-Signature'];
  return typeof signature === 'string' ? signature : '';
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length > 0 && left.length === right.length && timingSafeEqual(left, right);
}
