/**
 * Login tokens of AWS's data services: a presigned request (Signature Version 4) that a client brings as its password,
 * 15 minutes long good for one host and one user. RDS and ElastiCache differ in its names alone.
 */

import { timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsError, type Authorization, type Identity } from '../kernel/index.ts';

export interface TokenRules {
  /** What the token is signed for: `rds-db`, `elasticache`. */
  readonly service: string;
  /** What the token is called in a refusal: `IAM database token`. */
  readonly name: string;
  /** The query parameter that names the user. */
  readonly userParameter: string;
  /** Hosts that the token may be for. */
  readonly hosts: readonly string[];
  /** The port that it must be for; null where tokens name none. */
  readonly port: number | null;
  readonly user: string;
  readonly region: string;
  /** What the caller needs the right to. */
  readonly authorizations: readonly Authorization[];
  /** Epoch ms. */
  readonly now: number;
}

export const TOKEN_AGE_MS_MAX = 15 * 60_000;
/** A clock of a client may be ahead of ours. */
const AHEAD_MS_MAX = 5 * 60_000;
const DEFAULT_PORT = 80;
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
export async function refusePresigned(
  token: string,
  rules: TokenRules,
  identity: Identity,
): Promise<string | null> {
  const url = parse(token);
  if (url === null) return `the password is no ${rules.name}`;
  const query = Object.fromEntries(url.searchParams);
  const addressed = refuseAddress(url, query, rules);
  if (addressed !== null) return addressed;
  const [accessKeyId = '', day = '', region, service] = (query['X-Amz-Credential'] ?? '').split('/');
  if (region !== rules.region || service !== rules.service) return 'the token is for another scope';
  const signedAt = signingTime(query['X-Amz-Date'] ?? '');
  const expiresMs = Number(query['X-Amz-Expires']) * 1_000;
  if (Number.isNaN(signedAt) || !(expiresMs > 0)) return 'the token has no valid date';
  if (!(query['X-Amz-Date'] ?? '').startsWith(day)) return 'the dates of the token differ';
  const age = rules.now - signedAt;
  if (age < -AHEAD_MS_MAX) return 'the token is from the future';
  if (age > Math.min(expiresMs, TOKEN_AGE_MS_MAX)) return 'the token has expired';
  const known = identity.lookup(accessKeyId);
  if (known === undefined) return `the access key ${accessKeyId} is unknown or has expired`;
  const credentials = {
    accessKeyId,
    secretAccessKey: known.secretAccessKey,
    ...(known.sessionToken === null ? {} : { sessionToken: known.sessionToken }),
  };
  const ours = await sign({ rules, url, query, credentials, signedAt });
  if (!sameText(ours, query['X-Amz-Signature'] ?? '')) return 'the signature does not match';
  try {
    identity.authorize(known.principal, rules.authorizations);
    return null;
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}

/** Host, port, action and user. */
function refuseAddress(url: URL, query: Readonly<Record<string, string>>, rules: TokenRules): string | null {
  const port = Number(url.port || DEFAULT_PORT);
  if (!rules.hosts.includes(url.hostname)) return `the token is for the host ${url.hostname}`;
  if (port !== (rules.port ?? DEFAULT_PORT)) return `the token is for port ${port}`;
  if (query['Action'] !== 'connect') return 'the token is for another action';
  const user = query[rules.userParameter] ?? '';
  return user === rules.user ? null : `the token is for the user ${user}`;
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
  readonly rules: TokenRules;
  readonly url: URL;
  readonly query: Readonly<Record<string, string>>;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly signedAt: number;
}): Promise<string> {
  const { rules, url, query, credentials, signedAt } = request;
  const { service, region, port } = rules;
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const own = Object.entries(query).filter(([name]) => !SIGNING.has(name.toLowerCase()));
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: url.hostname,
      ...(port === null ? {} : { port }),
      path: '/',
      query: Object.fromEntries(own),
      headers: { host: port === null ? url.hostname : `${url.hostname}:${port}` },
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
