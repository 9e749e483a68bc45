/** Route 53 over the wire: signed requests, answered in its XML. */

import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { route53Service } from '../../../../proving/sandbox/dns/route53.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { OPERATOR_KEY, REGION, testIdentity, testWorld } from '../wire/world.ts';

let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = createEndpoint(testWorld(), { identity: testIdentity() });
  endpoint.add(route53Service());
  await endpoint.listen(0);
});
afterAll(() => endpoint.stop());

async function get(path: string): Promise<{ status: number; text: string }> {
  const signer = new SignatureV4({
    service: 'route53',
    region: REGION,
    credentials: OPERATOR_KEY,
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    headers: { host: new URL(endpoint.addressUrl).host },
  });
  const answer = await fetch(`${endpoint.addressUrl}${path}`, { headers });
  return { status: answer.status, text: await answer.text() };
}

describe('Route 53', () => {
  it('has no zones', async () => {
    const { status, text } = await get('/2013-04-01/hostedzone');
    expect(status).toBe(200);
    expect(text).toContain('<IsTruncated>false</IsTruncated>');
    expect(text).not.toContain('<HostedZone>');
  });

  it.each(['/2013-04-01/hostedzone/Z1', '/2013-04-01/hostedzone/Z1/rrset'])(
    'finds no zone at %s',
    async (path) => {
      const { status, text } = await get(path);
      expect(status).toBe(404);
      expect(text).toContain(
        '<Code>NoSuchHostedZone</Code><Message>No hosted zone found with ID: Z1</Message>',
      );
    },
  );

  it('says what each operation needs', () => {
    const { operations } = route53Service();
    const needs = (name: string, input: object) => operations[name]!.authorize(input as never, {} as never);
    expect(needs('ListHostedZones', {})).toEqual([{ action: 'route53:ListHostedZones', resource: '*' }]);
    expect(needs('ListResourceRecordSets', { HostedZoneId: 'Z1' })).toEqual([
      { action: 'route53:ListResourceRecordSets', resource: 'arn:aws:route53:::hostedzone/Z1' },
    ]);
  });
});
