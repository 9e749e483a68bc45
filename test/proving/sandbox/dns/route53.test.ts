/** Route 53 over the wire, with the SDK's own client. */

import { Resolver } from 'node:dns/promises';
import * as sdk from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { create } from '../events/doubles.ts';
import { OPERATOR_KEY, ROLE_KEY, testIdentity, testWorld } from '../wire/world.ts';

const ZONE = 'demo.example.com';
const record = (name: string, values: readonly string[], more: object = {}): sdk.ResourceRecordSet => ({
  Name: name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value })),
  ...more,
});

let clock = Date.now();
const world = testWorld({ now: () => clock, managed: (ms) => ms / 1_000 });
let dns: Dns;
let endpoint: Endpoint;
let client: sdk.Route53Client;
let zoneId: string;

const change = (...changes: readonly (readonly [sdk.ChangeAction, sdk.ResourceRecordSet])[]) =>
  client.send(
    new sdk.ChangeResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      ChangeBatch: {
        Changes: changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })),
        Comment: 'by the test',
      },
    }),
  );
const list = async (more: object = {}) =>
  client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...more }));
const names = async () => (await list()).ResourceRecordSets!.map(({ Name, Type }) => `${Type} ${Name}`);

beforeAll(async () => {
  dns = createDns(world);
  await dns.start?.();
  endpoint = createEndpoint(world, { identity: testIdentity() });
  for (const service of dns.services!) endpoint.add(service);
  await endpoint.listen(0);
  const credentials = OPERATOR_KEY;
  client = new sdk.Route53Client({
    region: 'us-east-1',
    endpoint: endpoint.addressUrl,
    credentials,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await dns.stop?.();
  await endpoint.stop();
});
beforeEach(async () => {
  // A second passes: the account may ask five more times.
  clock += 1_000;
  zoneId = (await create(dns, 'AWS::Route53::HostedZone', { Name: `${ZONE}.` })).physicalId;
});

describe('a hosted zone', () => {
  it('is listed with its name servers, and starts with NS and SOA', async () => {
    const { HostedZone, DelegationSet } = await client.send(new sdk.GetHostedZoneCommand({ Id: zoneId }));
    expect(HostedZone).toMatchObject({
      Id: `/hostedzone/${zoneId}`,
      Name: `${ZONE}.`,
      ResourceRecordSetCount: 2,
    });
    expect(DelegationSet?.NameServers).toHaveLength(4);
    expect(await names()).toEqual([`NS ${ZONE}.`, `SOA ${ZONE}.`]);
    const { HostedZones } = await client.send(new sdk.ListHostedZonesByNameCommand({ DNSName: ZONE }));
    expect(HostedZones!.map(({ Id }) => Id)).toContain(`/hostedzone/${zoneId}`);
  });

  it('that is not there is named', async () => {
    await expect(client.send(new sdk.GetHostedZoneCommand({ Id: 'Z1' }))).rejects.toMatchObject({
      name: 'NoSuchHostedZone',
      message: 'No hosted zone found with ID: Z1',
    });
  });
});

describe('a batch of changes', () => {
  it('is PENDING, then INSYNC, and answers change with it', async () => {
    const { ChangeInfo } = await change(['CREATE', record(`www.${ZONE}`, ['127.0.0.1'])]);
    expect(ChangeInfo).toMatchObject({ Status: 'PENDING', Comment: 'by the test' });
    const zone = dns.hostedZones.get(zoneId);
    expect(zone.served.size).toBe(2);
    expect(await names()).toContain(`A www.${ZONE}.`);
    await expect
      .poll(() =>
        client.send(new sdk.GetChangeCommand({ Id: ChangeInfo!.Id! })).then((it) => it.ChangeInfo!.Status),
      )
      .toBe('INSYNC');
    expect(zone.served.size).toBe(3);
  });

  it('is all or nothing', async () => {
    const good = record(`good.${ZONE}`, ['127.0.0.1']);
    const foreign = record('www.example.org', ['127.0.0.1']);
    await expect(change(['CREATE', good], ['CREATE', foreign])).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining('is not permitted in zone'),
    });
    expect(await names()).toHaveLength(2);
  });

  it('deletes nothing whose values do not all match', async () => {
    await change(['CREATE', record(`www.${ZONE}`, ['127.0.0.1', '127.0.0.2'])]);
    for (const wrong of [
      record(`www.${ZONE}`, ['127.0.0.1']),
      record(`www.${ZONE}`, ['127.0.0.1', '127.0.0.2'], { TTL: 61 }),
    ]) {
      await expect(change(['DELETE', wrong])).rejects.toMatchObject({
        message: expect.stringContaining('do not match the current values'),
      });
    }
    await change(['DELETE', record(`www.${ZONE}`, ['127.0.0.2', '127.0.0.1'])]);
  });

  it('repairs by an exact DELETE and CREATE in one', async () => {
    const drifted = record(`www.${ZONE}`, ['127.0.0.9']);
    await change(['CREATE', drifted]);
    await change(['DELETE', drifted], ['CREATE', record(`www.${ZONE}`, ['127.0.0.1'])]);
    const { ResourceRecordSets } = await list({ StartRecordName: `www.${ZONE}` });
    expect(ResourceRecordSets).toEqual([record(`www.${ZONE}.`, ['127.0.0.1'])]);
  });

  it.each([
    [
      'a second of the same',
      [record(`a.${ZONE}`, ['1.1.1.1']), record(`a.${ZONE}`, ['1.1.1.2'])],
      'already exists',
    ],
    ['a CNAME at the apex', [record(ZONE, ['a.example.org'], { Type: 'CNAME' })], 'is not permitted at apex'],
    [
      'two primaries',
      ['p', 'q'].map((SetIdentifier) =>
        record(`f.${ZONE}`, ['1.1.1.1'], { SetIdentifier, Failover: 'PRIMARY' }),
      ),
      'Duplicate failover role',
    ],
    [
      'two kinds of routing',
      [
        record(`f.${ZONE}`, ['1.1.1.1'], { SetIdentifier: 'p', Failover: 'PRIMARY' }),
        record(`f.${ZONE}`, ['1.1.1.1'], { SetIdentifier: 'w', Weight: 1 }),
      ],
      'must have the same routing policy',
    ],
    [
      'a CNAME beside another',
      [record(`c.${ZONE}`, ['1.1.1.1']), record(`c.${ZONE}`, ['a.example.org'], { Type: 'CNAME' })],
      'conflicts with other records',
    ],
  ])('refuses %s', async (_what, records, message) => {
    await expect(change(...records.map((one) => ['CREATE', one] as const))).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      message: expect.stringContaining(message),
    });
  });

  it('refuses a weight over 255, and routing that is not served', async () => {
    const weighted = record(`w.${ZONE}`, ['1.1.1.1'], { SetIdentifier: 'w', Weight: 256 });
    await expect(change(['CREATE', weighted])).rejects.toMatchObject({
      message: expect.stringContaining('from 0 to 255'),
    });
    const near = record(`w.${ZONE}`, ['1.1.1.1'], { SetIdentifier: 'w', Region: 'eu-west-1' });
    await expect(change(['CREATE', near])).rejects.toMatchObject({
      message: expect.stringContaining('no such routing policy'),
    });
  });

  it('is listed in pages', async () => {
    await change(
      ...['a', 'b', 'c'].map((name) => ['CREATE', record(`${name}.${ZONE}`, ['1.1.1.1'])] as const),
    );
    const first = await list({ MaxItems: 3 });
    expect(first).toMatchObject({ IsTruncated: true, NextRecordName: `b.${ZONE}.`, NextRecordType: 'A' });
    const second = await list({
      StartRecordName: first.NextRecordName,
      StartRecordType: first.NextRecordType,
    });
    expect(second.ResourceRecordSets!.map(({ Name }) => Name)).toEqual([`b.${ZONE}.`, `c.${ZONE}.`]);
    expect(second.IsTruncated).toBe(false);
  });
});

describe('the account', () => {
  it('may ask five times a second', async () => {
    clock += 10_000;
    const asked = await Promise.allSettled(Array.from({ length: 7 }, () => list()));
    const refused = asked.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ reason: { name: 'Throttling', message: 'Rate exceeded' } });
  });

  it('is denied the whole control plane by a drill, which leaves the answers', async () => {
    endpoint.deny({ service: 'route53', kind: 'control' });
    await expect(list()).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    const resolver = new Resolver();
    resolver.setServers([dns.authoritative]);
    expect(await resolver.resolveNs(ZONE)).toHaveLength(4);
    endpoint.deny(null);
    clock += 1_000;
    await expect(list()).resolves.toBeDefined();
  });

  it('lets a role change what its policy names, and nothing without one', async () => {
    const role = new sdk.Route53Client({
      region: 'us-east-1',
      endpoint: endpoint.addressUrl,
      credentials: ROLE_KEY,
      maxAttempts: 1,
    });
    await expect(role.send(new sdk.ListHostedZonesCommand({}))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    role.destroy();
  });
});
