/** Failover as a client of the resolver sees it: records made beforehand, flipped by health, with no call of the API. */

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promises as lookups } from 'node:dns';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import { createCertificateAuthority } from '../../../../proving/sandbox/tls/index.ts';
import { authorize, call, change, create, providerOf, resource } from '../events/doubles.ts';
import { testWorld } from '../wire/world.ts';

const NAME = 'shop.demo.example.com';
const ADDRESS = '127.0.0.1';
const PRIMARY = 'primary-1.us-east-1.elb.amazonaws.com';
const SECONDARY = 'secondary-1.us-east-1.elb.amazonaws.com';
const BALANCERS_ZONE = 'Z35SXDOTRQ7X7K';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-failover-'));
/** A hundredth of AWS's times: a check every 100 ms, three failures, a change served after 0.1 to 0.4 s. */
const world = testWorld({ stateDir: folder, managed: (ms) => ms / 100 });
const authority = createCertificateAuthority(world);

let dns: Dns;
let zoneId: string;
let healthy: Record<string, boolean>;
let servers: (net.Server | http.Server)[];

beforeEach(async () => {
  healthy = { [PRIMARY]: true, [SECONDARY]: true };
  servers = [];
  dns = createDns(world, { balancers: () => ({ isHealthy: (name) => healthy[name] ?? null }) });
  await dns.start?.();
  dns.names.set(PRIMARY, { type: 'A', values: ['127.0.8.1', '127.0.8.2', '127.0.8.3'], ttlS: 60 });
  dns.names.set(SECONDARY, { type: 'A', values: ['127.0.8.11'], ttlS: 60 });
  zoneId = (await create(dns, 'AWS::Route53::HostedZone', { Name: 'demo.example.com' })).physicalId;
});
afterEach(async () => {
  await dns.stop?.();
  for (const server of servers) server.close();
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const ask = (server = dns.authoritative, name = NAME) => {
  const resolver = new lookups.Resolver({ timeout: 500, tries: 2 });
  resolver.setServers([server]);
  return resolver.resolve4(name, { ttl: true });
};
const addresses = async (server?: string) => (await ask(server)).map(({ address }) => address).toSorted();
const makeCheck = async (HealthCheckConfig: object) =>
  (await create(dns, 'AWS::Route53::HealthCheck', { HealthCheckConfig })).physicalId;
/** As the CDK writes an alias of a balancer. */
const alias = (name: string) => ({
  DNSName: `dualstack.${name}`,
  HostedZoneId: BALANCERS_ZONE,
  EvaluateTargetHealth: true,
});

async function listening(server: net.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, ADDRESS, resolve));
  return (server.address() as net.AddressInfo).port;
}

const pair = (primary: object = {}) =>
  create(dns, 'AWS::Route53::RecordSetGroup', {
    HostedZoneId: zoneId,
    RecordSets: [
      {
        Name: NAME,
        Type: 'A',
        SetIdentifier: 'one',
        Failover: 'PRIMARY',
        AliasTarget: alias(PRIMARY),
        ...primary,
      },
      { Name: NAME, Type: 'A', SetIdentifier: 'two', Failover: 'SECONDARY', AliasTarget: alias(SECONDARY) },
    ],
  });

describe('a failover pair', () => {
  it('I-05: turns with the health of its balancer, and back', async () => {
    await pair();
    expect(await addresses()).toEqual(['127.0.8.1', '127.0.8.2', '127.0.8.3']);
    healthy[PRIMARY] = false;
    expect(await addresses()).toEqual(['127.0.8.11']);
    healthy[SECONDARY] = false;
    expect(await addresses()).toHaveLength(3);
    healthy = { [PRIMARY]: true, [SECONDARY]: true };
    expect(await addresses()).toHaveLength(3);
    expect(await ask(dns.authoritative, `dualstack.${PRIMARY}`)).toHaveLength(3);
  });

  it('turns with an endpoint check within three of its intervals, and back, with no call of the API', async () => {
    let status = 200;
    const port = await listening(http.createServer((_, response) => response.writeHead(status).end()));
    const HealthCheckId = await makeCheck({
      Type: 'HTTP',
      IPAddress: ADDRESS,
      Port: port,
      RequestInterval: 10,
      FailureThreshold: 3,
    });
    await pair({ HealthCheckId });
    expect(await addresses()).toHaveLength(3);
    status = 503;
    await expect.poll(() => addresses(), { timeout: 3_000 }).toEqual(['127.0.8.11']);
    status = 301;
    await expect.poll(() => addresses(), { timeout: 3_000 }).toHaveLength(3);
  });

  it("an alias has the balancer's time to live, scaled by the pace, and the resolver keeps to it", async () => {
    const slow = createDns(testWorld({ managed: (ms) => ms / 10 }), {
      balancers: () => ({ isHealthy: () => true }),
    });
    await slow.start?.();
    slow.names.set(PRIMARY, { type: 'A', values: ['127.0.8.1'], ttlS: 1 });
    const zone = (await create(slow, 'AWS::Route53::HostedZone', { Name: 'demo.example.com' })).physicalId;
    const zoned = slow.hostedZones.get(zone);
    const set = { Name: NAME, Type: 'A', AliasTarget: alias(PRIMARY), HostedZoneId: zone };
    void create(slow, 'AWS::Route53::RecordSet', set);
    zoned.served = zoned.written;
    expect(await ask(slow.stub)).toEqual([{ address: '127.0.8.1', ttl: 6 }]);
    slow.names.set(PRIMARY, { type: 'A', values: ['127.0.8.9'], ttlS: 1 });
    expect((await ask(slow.stub))[0]?.address).toBe('127.0.8.1');
    expect((await ask(slow.authoritative))[0]?.address).toBe('127.0.8.9');
    await slow.stop?.();
  });

  it('a resolver leads its clients to every address in turn', async () => {
    await pair();
    const first = new Set<string>();
    for (let turn = 0; turn < 6; turn += 1) first.add((await ask(dns.stub))[0]!.address);
    expect(first).toEqual(new Set(['127.0.8.1', '127.0.8.2', '127.0.8.3']));
  });
});

describe('an endpoint check', () => {
  const state = (id: string) => dns.healthChecks.isHealthy(id);
  const endpoint = (port: number, more: object = {}) => ({
    IPAddress: ADDRESS,
    Port: port,
    RequestInterval: 10,
    ...more,
  });

  it('counts as healthy until there is data', async () => {
    const id = await makeCheck(endpoint(1, { Type: 'TCP', RequestInterval: 30 }));
    expect(state(id)).toBe(true);
    await expect.poll(() => state(id), { timeout: 4_000 }).toBe(false);
  });

  it('over HTTPS validates no certificate and sends the name', async () => {
    const { certificatePem: cert, keyPem: key } = authority.issue(['other.example.com']);
    const hosts = new Set<string | undefined>();
    const port = await listening(
      https.createServer({ cert, key }, (request, response) => {
        hosts.add(request.headers.host);
        response.end();
      }),
    );
    const id = await makeCheck(
      endpoint(port, { Type: 'HTTPS', FullyQualifiedDomainName: NAME, FailureThreshold: 1 }),
    );
    await expect.poll(() => hosts.size).toBe(1);
    expect([...hosts]).toEqual([NAME]);
    expect(state(id)).toBe(true);
  });

  it('by a name alone asks where the name leads', async () => {
    const port = await listening(http.createServer((_, response) => response.end()));
    dns.names.set('here.amazonaws.com', { type: 'A', values: [ADDRESS], ttlS: 1 });
    const named = { Type: 'HTTP', Port: port, RequestInterval: 10, FailureThreshold: 1 };
    const good = await makeCheck({ ...named, FullyQualifiedDomainName: 'here.amazonaws.com' });
    const lost = await makeCheck({ ...named, FullyQualifiedDomainName: 'gone.amazonaws.com' });
    await expect.poll(() => state(lost), { timeout: 3_000 }).toBe(false);
    expect(state(good)).toBe(true);
  });

  it('looks for text within the first 5,120 bytes', async () => {
    let body = 'all is well';
    const port = await listening(http.createServer((_, response) => response.end(body)));
    const match = { Type: 'HTTP_STR_MATCH', SearchString: 'well', FailureThreshold: 1 };
    const id = await makeCheck(endpoint(port, match));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(state(id)).toBe(true);
    body = `${' '.repeat(5_120)}well`;
    await expect.poll(() => state(id), { timeout: 3_000 }).toBe(false);
  });

  it('fails where an endpoint connects and never answers', async () => {
    const port = await listening(net.createServer());
    const id = await makeCheck(endpoint(port, { Type: 'HTTP', FailureThreshold: 1 }));
    await expect.poll(() => state(id), { timeout: 6_000 }).toBe(false);
  });

  it('is turned round to drain, and disabled counts as healthy', async () => {
    const port = await listening(http.createServer((_, response) => response.end()));
    const id = await makeCheck(endpoint(port, { Type: 'HTTP' }));
    await call(dns, 'UpdateHealthCheck', { HealthCheckId: id, Inverted: true });
    expect(state(id)).toBe(false);
    await call(dns, 'UpdateHealthCheck', { HealthCheckId: id, Inverted: false, Disabled: true });
    expect(state(id)).toBe(true);
    const { HealthCheck } = await call(dns, 'GetHealthCheck', { HealthCheckId: id });
    expect(HealthCheck).toMatchObject({
      HealthCheckVersion: 3,
      HealthCheckConfig: { Disabled: true, Inverted: false },
    });
    const old = { HealthCheckId: id, HealthCheckVersion: 1, Inverted: true };
    await expect(call(dns, 'UpdateHealthCheck', old)).rejects.toMatchObject({
      code: 'HealthCheckVersionMismatch',
    });
  });

  it('is in use while a record names it', async () => {
    const id = await makeCheck(endpoint(1, { Type: 'TCP' }));
    await pair({ HealthCheckId: id });
    await expect(call(dns, 'DeleteHealthCheck', { HealthCheckId: id })).rejects.toMatchObject({
      code: 'HealthCheckInUse',
    });
    expect(authorize(dns, 'DeleteHealthCheck', { HealthCheckId: id })[0]?.resource).toContain(id);
  });

  it.each([
    [{ Type: 'PING' }, 'Type'],
    [{ Type: 'TCP', Port: undefined }, 'Port'],
    [{ Type: 'HTTP', RequestInterval: 5 }, 'RequestInterval'],
    [{ Type: 'HTTP', FailureThreshold: 11 }, 'FailureThreshold'],
    [{ Type: 'HTTP', IPAddress: undefined }, 'FullyQualifiedDomainName'],
    [{ Type: 'HTTP', SearchString: 'x' }, 'SearchString'],
  ])('with %j is refused, naming %s', async (more, field) => {
    await expect(makeCheck(endpoint(80, more))).rejects.toThrow(`${field} = `);
  });

  it('whose interval a template changes becomes another one', async () => {
    const before = resource('AWS::Route53::HealthCheck', { HealthCheckConfig: endpoint(1, { Type: 'TCP' }) });
    const provider = providerOf(dns, before.type);
    const { physicalId } = await provider.create(before);
    const faster = { HealthCheckConfig: endpoint(1, { Type: 'TCP', FailureThreshold: 2 }) };
    expect((await provider.update(change(before, physicalId, faster))).physicalId).toBe(physicalId);
    const slower = { HealthCheckConfig: endpoint(1, { Type: 'TCP', RequestInterval: 30 }) };
    expect((await provider.update(change(before, physicalId, slower))).physicalId).not.toBe(physicalId);
  });
});

describe('a calculated check', () => {
  it('counts its healthy children', async () => {
    const child = { Type: 'TCP', IPAddress: ADDRESS, Port: 1, RequestInterval: 30 };
    const ids = [await makeCheck(child), await makeCheck({ ...child, Inverted: true })];
    const of = (HealthThreshold: number) =>
      makeCheck({ Type: 'CALCULATED', ChildHealthChecks: ids, HealthThreshold });
    expect(dns.healthChecks.isHealthy(await of(1))).toBe(true);
    expect(dns.healthChecks.isHealthy(await of(2))).toBe(false);
    await expect(makeCheck({ Type: 'CALCULATED', ChildHealthChecks: ['none'] })).rejects.toThrow(
      'ChildHealthChecks',
    );
  });
});
