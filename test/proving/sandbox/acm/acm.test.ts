/** Certificate Manager over the wire, and the certificates it issues in use. */

import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import type net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import * as sdk from '@aws-sdk/client-acm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Acm, createAcm } from '../../../../proving/sandbox/acm/index.ts';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import { createCertificateAuthority } from '../../../../proving/sandbox/tls/index.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { create, providerOf, resource } from '../events/doubles.ts';
import { OPERATOR_KEY, testIdentity, testWorld } from '../wire/world.ts';

const TYPE = 'AWS::CertificateManager::Certificate';
const NAME = 'shop.demo.example.com';
const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-acm-'));
const world = testWorld({ stateDir, managed: (ms) => ms / 50 });
const authority = createCertificateAuthority(world);
let dns: Dns;
let acm: Acm;
let endpoint: Endpoint;
let client: sdk.ACMClient;
let zoneId: string;

const asked = (more: object = {}) => ({
  DomainName: NAME,
  ValidationMethod: 'DNS',
  DomainValidationOptions: [{ DomainName: NAME, HostedZoneId: zoneId }],
  ...more,
});
const records = () =>
  [...dns.hostedZones.get(zoneId).written.values()].filter(({ type }) => type === 'CNAME');

beforeAll(async () => {
  dns = createDns(world);
  acm = createAcm(world, { tls: authority, zones: dns.hostedZones });
  endpoint = createEndpoint(world, { identity: testIdentity() });
  for (const service of acm.services!) endpoint.add(service);
  await endpoint.listen(0);
  const credentials = OPERATOR_KEY;
  client = new sdk.ACMClient({
    region: 'us-east-1',
    endpoint: endpoint.addressUrl,
    credentials,
    maxAttempts: 1,
  });
  zoneId = (await create(dns, 'AWS::Route53::HostedZone', { Name: 'demo.example.com' })).physicalId;
});
afterAll(async () => {
  client.destroy();
  await acm.stop?.();
  await dns.stop?.();
  await endpoint.stop();
  fs.rmSync(stateDir, { recursive: true, force: true });
});

describe('a certificate', () => {
  it('waits for its validation, by a record in the zone, and is issued for its names', async () => {
    const names = [NAME, `*.${NAME}`];
    const options = names.map((DomainName) => ({ DomainName, HostedZoneId: zoneId }));
    const creation = create(
      acm,
      TYPE,
      asked({ SubjectAlternativeNames: names, DomainValidationOptions: options }),
    );
    const pending = (await client.send(new sdk.ListCertificatesCommand({}))).CertificateSummaryList!;
    expect(pending).toMatchObject([{ DomainName: NAME, Status: 'PENDING_VALIDATION' }]);
    expect(() => acm.certificates.material(pending[0]!.CertificateArn!)).toThrow('pending validation');
    const arn = (await creation).physicalId;
    expect(arn).toBe(pending[0]!.CertificateArn);

    const { Certificate } = await client.send(new sdk.DescribeCertificateCommand({ CertificateArn: arn }));
    expect(Certificate).toMatchObject({
      Status: 'ISSUED',
      SubjectAlternativeNames: names,
      Type: 'AMAZON_ISSUED',
    });
    const { ResourceRecord, ValidationStatus } = Certificate!.DomainValidationOptions![0]!;
    expect(ValidationStatus).toBe('SUCCESS');
    // A wildcard is validated by the record of its parent.
    expect(records().map(({ name, values }) => [`${name}.`, values])).toEqual([
      [ResourceRecord!.Name, [ResourceRecord!.Value]],
    ]);
    const { certificate } = acm.certificates.material(arn);
    expect(new X509Certificate(certificate).subjectAltName).toBe(`DNS:${NAME}, DNS:*.${NAME}`);
    const got = await client.send(new sdk.GetCertificateCommand({ CertificateArn: arn }));
    expect(got.Certificate).toBe(certificate);

    await providerOf(acm, TYPE).delete({ ...resource(TYPE, asked()), physicalId: arn });
    expect(records()).toEqual([]);
    const gone = client.send(new sdk.DescribeCertificateCommand({ CertificateArn: arn }));
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('serves a client that trusts the sandbox and verifies the name', async () => {
    const { physicalId } = await create(acm, TYPE, asked());
    const { certificate, privateKey } = acm.certificates.material(physicalId);
    const server = https.createServer({ cert: certificate, key: privateKey }, (_, response) =>
      response.end('hello'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const get = (servername: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { host: '127.0.0.1', port, servername, ca: authority.caPem, agent: false };
        https.get(options, (response) => resolve(response.resume().statusCode)).on('error', reject);
      });
    await expect(get(NAME)).resolves.toBe(200);
    await expect(get('other.example.com')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    server.close();
  });

  it.each([
    [{ ValidationMethod: 'EMAIL' }, 'must be DNS'],
    [{ DomainValidationOptions: [] }, `names no HostedZoneId for ${NAME}`],
    [{ SubjectAlternativeNames: ['more.example.com'] }, 'names no HostedZoneId for more.example.com'],
    [{ DomainValidationOptions: [{ DomainName: NAME, HostedZoneId: 'Z9' }] }, 'there is no such zone'],
    [{ CertificateAuthorityArn: 'arn' }, 'not enacted'],
  ])('with %j is refused: %s', async (more, message) => {
    await expect(create(acm, TYPE, asked(more))).rejects.toThrow(message);
  });

  it('is refused where the zone does not own the name', async () => {
    const options = [{ DomainName: 'www.example.org', HostedZoneId: zoneId }];
    const foreign = asked({ DomainName: 'www.example.org', DomainValidationOptions: options });
    await expect(create(acm, TYPE, foreign)).rejects.toThrow(
      'that zone is demo.example.com, which does not own',
    );
  });

  it('that waits when the sandbox stops fails its stack', async () => {
    const other = createAcm(testWorld({ stateDir }), { tls: authority, zones: dns.hostedZones });
    const creation = create(other, TYPE, asked());
    await other.stop?.();
    await expect(creation).rejects.toThrow('the sandbox stopped');
  });
});
