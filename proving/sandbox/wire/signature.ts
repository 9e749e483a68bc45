/** Verifies AWS Signature Version 4 by computing it again with the caller's secret. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsError, type Identity, type Principal, type World } from '../kernel/index.ts';
import type { WireRequest } from './message.ts';

export interface SignedScope {
  readonly accessKeyId: string;
  readonly shortDate: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly longDate: string;
  readonly sessionToken: string | null;
  /** Seconds a presigned URL is good for; null where the signature is in the headers. */
  readonly expiresS: number | null;
}

/** AWS refuses a signature whose date is further away than this. */
const SKEW_MS_MAX = 15 * 60 * 1000;
const PRESIGNED_S_MAX = 7 * 24 * 3600;
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** Null for a request that carries no signature at all. */
export function readScope(request: WireRequest): SignedScope | null {
  const header = request.headers['authorization'];
  if (header?.startsWith('AWS4-HMAC-SHA256')) return scopeOfHeader(request, header);
  if (request.query.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256') return scopeOfQuery(request);
  return null;
}

/**
 * Who made this request.
 * @throws AwsError `InvalidClientTokenId` for an unknown key, `SignatureDoesNotMatch` for a wrong signature, date or
 * Region (all 403).
 */
export async function authenticate(
  world: World,
  identity: Identity,
  request: WireRequest,
  scope: SignedScope,
): Promise<Principal> {
  const caller = identity.lookup(scope.accessKeyId);
  if (!caller || (caller.sessionToken ?? null) !== scope.sessionToken) {
    throw forbidden('InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  checkScope(world, scope);
  checkBody(request, scope);
  const signer = new Verifier(scope, caller.secretAccessKey);
  if (!equal(await signer.expected(request, scope), scope.signature)) {
    throw forbidden(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    );
  }
  return caller.principal;
}

function scopeOfHeader(request: WireRequest, header: string): SignedScope {
  const parts = Object.fromEntries(
    header
      .slice('AWS4-HMAC-SHA256'.length)
      .split(',')
      .map((part) => part.trim().split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  return {
    ...credentialScope(parts['Credential'] ?? ''),
    signedHeaders: (parts['SignedHeaders'] ?? '').split(';'),
    signature: parts['Signature'] ?? '',
    longDate: request.headers['x-amz-date'] ?? '',
    sessionToken: request.headers['x-amz-security-token'] ?? null,
    expiresS: null,
  };
}

function scopeOfQuery(request: WireRequest): SignedScope {
  const { query } = request;
  return {
    ...credentialScope(query.get('X-Amz-Credential') ?? ''),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    longDate: query.get('X-Amz-Date') ?? '',
    sessionToken: query.get('X-Amz-Security-Token'),
    expiresS: Number(query.get('X-Amz-Expires') ?? Number.NaN),
  };
}

function credentialScope(
  credential: string,
): Pick<SignedScope, 'accessKeyId' | 'shortDate' | 'region' | 'service'> {
  const [accessKeyId = '', shortDate = '', region = '', service = ''] = credential.split('/');
  return { accessKeyId, shortDate, region, service };
}

function checkScope(world: World, scope: SignedScope): void {
  // The global endpoint of STS takes signatures for us-east-1 wherever it is called from.
  const isGlobal = scope.service === 'sts' && scope.region === 'us-east-1';
  if (scope.region !== world.region && !isGlobal) {
    throw forbidden(
      'SignatureDoesNotMatch',
      `Credential should be scoped to a valid region: '${scope.region}' was given, this endpoint serves '${world.region}'. Set AWS_REGION=${world.region}.`,
    );
  }
  const signedAt = parseLongDate(scope.longDate);
  const age = world.now() - signedAt;
  const isLate = scope.expiresS === null ? Math.abs(age) > SKEW_MS_MAX : age > scope.expiresS * 1000;
  const isBadExpiry = scope.expiresS !== null && !(scope.expiresS > 0 && scope.expiresS <= PRESIGNED_S_MAX);
  if (Number.isNaN(signedAt) || isLate || isBadExpiry || !scope.longDate.startsWith(scope.shortDate)) {
    throw forbidden('SignatureDoesNotMatch', `Signature expired or not yet current: '${scope.longDate}'.`);
  }
  if (!scope.signedHeaders.includes('host')) {
    throw forbidden('SignatureDoesNotMatch', "'host' must be a signed header.");
  }
}

/** The signature covers the hash that the header claims; the hash itself must fit the body. */
function checkBody(request: WireRequest, scope: SignedScope): void {
  const claimed = request.headers['x-amz-content-sha256'];
  if (claimed === undefined || scope.expiresS !== null || !/^[0-9a-f]{64}$/.test(claimed)) return;
  if (claimed !== sha256(request.body)) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
}

class Verifier extends SignatureV4 {
  private readonly secret: string;

  constructor(scope: SignedScope, secret: string) {
    super({
      credentials: { accessKeyId: scope.accessKeyId, secretAccessKey: secret },
      region: scope.region,
      service: scope.service,
      sha256: NodeSha256,
      uriEscapePath: scope.service !== 's3',
    });
    this.secret = secret;
  }

  async expected(request: WireRequest, scope: SignedScope): Promise<string> {
    const canonical = this.createCanonicalRequest(
      {
        method: request.method,
        path: request.path,
        query: signedQuery(request),
        headers: {},
        protocol: 'http:',
        hostname: '',
      },
      signedHeaders(request, scope),
      payloadHash(request, scope),
    );
    const credentialScope = `${scope.shortDate}/${scope.region}/${scope.service}/aws4_request`;
    const text = await this.createStringToSign(
      scope.longDate,
      credentialScope,
      canonical,
      'AWS4-HMAC-SHA256',
    );
    return hmac(signingKey(this.secret, scope), text).toString('hex');
  }
}

function signedHeaders(request: WireRequest, scope: SignedScope): Record<string, string> {
  return Object.fromEntries(
    scope.signedHeaders.map((name) => [
      name,
      (request.headers[name] ?? '').replaceAll(/[ \t\r\n]+/g, ' ').trim(),
    ]),
  );
}

function signedQuery(request: WireRequest): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [key, value] of request.query) {
    if (key !== 'X-Amz-Signature') (query[key] ??= []).push(value);
  }
  return query;
}

function payloadHash(request: WireRequest, scope: SignedScope): string {
  const claimed = request.headers['x-amz-content-sha256'];
  if (scope.expiresS !== null && scope.service === 's3') return claimed ?? UNSIGNED;
  return claimed ?? sha256(request.body);
}

function signingKey(secret: string, scope: SignedScope): Buffer {
  return [scope.shortDate, scope.region, scope.service, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  );
}

class NodeSha256 {
  private hash = createHash('sha256');

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    this.hash = createHash('sha256');
  }
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function parseLongDate(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function forbidden(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 403 });
}
