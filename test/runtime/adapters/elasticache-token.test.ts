import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { elastiCacheToken } from '../../../runtime/adapters/elasticache-token.ts';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'a+session/token==',
};

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Signature Version 4 of a presigned GET, from its description and nothing else. */
function signatureOf(host: string, query: URLSearchParams): string {
  const [, day = '', region = '', service = ''] = query.get('X-Amz-Credential')!.split('/');
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = [...query].filter(([name]) => name !== 'X-Amz-Signature');
  const canonicalQuery = pairs
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const emptyHash = createHash('sha256').update('').digest('hex');
  const canonical = ['GET', '/', canonicalQuery, `host:${host}`, '', 'host', emptyHash].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const hash = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', query.get('X-Amz-Date'), scope, hash].join('\n');
  const parts = [day, region, service, 'aws4_request'];
  const key = parts.reduce<Buffer>((from, part) => hmac(from, part), Buffer.from('AWS4secret'));
  return hmac(key, toSign).toString('hex');
}

describe('the token of ElastiCache', () => {
  it('is a presigned request without its scheme, for the replication group, the user and 15 minutes', async () => {
    const password = elastiCacheToken({ region: 'eu-central-1', user: 'demo-shop', credentials });
    const token = await password('demo-cache-3');
    expect(token).toMatch(/^demo-cache-3\/\?/);
    const query = new URL(`http://${token}`).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      Action: 'connect',
      User: 'demo-shop',
      'X-Amz-Expires': '900',
      'X-Amz-Security-Token': credentials.sessionToken,
      'X-Amz-SignedHeaders': 'host',
    });
    expect(query.get('X-Amz-Credential')).toMatch(
      /^AKIDEXAMPLE\/\d{8}\/eu-central-1\/elasticache\/aws4_request$/,
    );
    expect(query.get('X-Amz-Signature')).toBe(signatureOf('demo-cache-3', query));
  });

  it('is made of the credentials that are in force at that moment', async () => {
    let asked = 0;
    const provider = () =>
      Promise.resolve({ accessKeyId: `KEY${(asked += 1)}`, secretAccessKey: 's', expiration: new Date(0) });
    const password = elastiCacheToken({ region: 'eu-central-1', user: 'u', credentials: provider });
    const used = new Set<string>();
    for (let n = 0; n < 2; n += 1) used.add(/Credential=(\w+)/.exec(await password('g-0'))![1]!);
    expect(used.size).toBe(2);
  });

  it('fails where there are no credentials', async () => {
    const none = () => Promise.reject(new Error('no credentials here'));
    const password = elastiCacheToken({ region: 'eu-central-1', user: 'u', credentials: none });
    await expect(password('g-0')).rejects.toThrow('no credentials here');
  });
});
