/** Over the real SDK: against the sandbox's Route 53 where its rules matter, and as told where it misbehaves. */

import {
  ChangeResourceRecordSetsCommand,
  Route53Client,
  type Change,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PublishedRecord } from '../../../../core/front/index.ts';
import { Route53Records } from '../../../../lambdas/shared/aws/record-store.ts';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { create } from '../../../proving/sandbox/events/doubles.ts';
import { OPERATOR_KEY, REGION, testIdentity, testWorld } from '../../../proving/sandbox/wire/world.ts';
import { closeEndpoints, endpoint, OUTCOMES, refusal, type Said, REQUEST_MS } from './endpoint.ts';

const lookup = vi.hoisted(() => vi.fn());
vi.mock('node:dns/promises', async (original) => ({
  ...(await original<typeof import('node:dns/promises')>()),
  lookup,
}));

const NAME = 'shop.demo.example.com';

function alias(failover: 'PRIMARY' | 'SECONDARY', type: 'A' | 'AAAA' = 'A'): PublishedRecord {
  const role = failover.toLowerCase();
  const target = `demo-${role}.us-east-1.elb.amazonaws.com`;
  return {
    name: NAME,
    type,
    setIdentifier: role,
    failover,
    healthCheckId: failover === 'PRIMARY' ? 'check-1' : null,
    alias: { dnsName: target, hostedZoneId: 'Z35SXDOTRQ7X7K', evaluateTargetHealth: true },
    ttlS: null,
    values: [],
    isForeign: false,
  };
}

const PLAIN: PublishedRecord = {
  ...alias('PRIMARY'),
  setIdentifier: null,
  failover: null,
  healthCheckId: null,
  alias: null,
  ttlS: 60,
  values: ['10.0.0.1', '10.0.0.2'],
};

describe('the records of a name, in a hosted zone', () => {
  let clock = Date.now();
  let dns: Dns;
  let wire: Endpoint;
  let hostedZone: string;
  let records: Route53Records;
  let connection: { region: string; endpoint: string; credentials: typeof OPERATOR_KEY };

  beforeAll(async () => {
    const world = testWorld({ now: () => clock, managed: (ms) => ms / 1000 });
    dns = createDns(world);
    await dns.start?.();
    wire = createEndpoint(world, { identity: testIdentity() });
    for (const service of dns.services!) wire.add(service);
    await wire.listen(0);
    connection = { region: REGION, endpoint: wire.addressUrl, credentials: OPERATOR_KEY };
  });
  afterAll(async () => {
    await dns.stop?.();
    await wire.stop();
  });
  beforeEach(async () => {
    // A second passes: the account may ask five more times.
    clock += 1000;
    const zone = await create(dns, 'AWS::Route53::HostedZone', { Name: 'demo.example.com.' });
    hostedZone = zone.physicalId;
    records = new Route53Records({ hostedZone, requestMs: 2000, connection });
  });

  const pair = [alias('PRIMARY'), alias('SECONDARY')];

  it('are read as they were made, and no other name with them', async () => {
    expect(await records.apply({ remove: [], create: pair })).toEqual({ outcome: 'accepted' });
    await records.apply({ remove: [], create: [{ ...PLAIN, name: `z.${NAME}` }] });
    expect(await records.list(NAME)).toEqual(pair);
    expect(await records.list(`${NAME.toUpperCase()}.`)).toEqual(pair);
    expect(await records.list('a.demo.example.com')).toEqual([]);
  });

  it('what stands there is deleted exactly as it was read, and the rest made, in one batch', async () => {
    const target = { ...alias('PRIMARY').alias!, evaluateTargetHealth: false };
    const altered = { ...alias('PRIMARY'), alias: target, healthCheckId: null };
    await records.apply({ remove: [], create: [altered, alias('SECONDARY')] });
    const [found] = await records.list(NAME);
    expect(found).toEqual(altered);
    expect(await records.apply({ remove: [found!], create: [alias('PRIMARY')] })).toEqual({
      outcome: 'accepted',
    });
    expect(await records.list(NAME)).toEqual(pair);
  });

  it('values that somebody wrote are read and deleted with their time to live', async () => {
    await records.apply({ remove: [], create: [PLAIN] });
    const found = await records.list(NAME);
    expect(found).toEqual([PLAIN]);
    expect(await records.apply({ remove: found, create: pair })).toEqual({ outcome: 'accepted' });
    expect(await records.list(NAME)).toEqual(pair);
  });

  it('a batch whose deletion matches no more changes nothing and is refused', async () => {
    await records.apply({ remove: [], create: pair });
    const [primary] = pair;
    const stale = { ...primary!, alias: { ...primary!.alias!, evaluateTargetHealth: false } };
    expect(await records.apply({ remove: [stale], create: [PLAIN] })).toMatchObject({
      outcome: 'refused',
      code: 'InvalidChangeBatch',
    });
    expect(await records.list(NAME)).toEqual(pair);
  });

  it('a record that has more than ours can have is told as foreign', async () => {
    const client = new Route53Client(connection);
    const weighted: ResourceRecordSet = {
      Name: NAME,
      Type: 'A',
      TTL: 60,
      ResourceRecords: [{ Value: '10.0.0.1' }],
      SetIdentifier: 'w',
      Weight: 0,
    };
    const Changes: Change[] = [{ Action: 'CREATE', ResourceRecordSet: weighted }];
    await client.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: hostedZone, ChangeBatch: { Changes } }),
    );
    client.destroy();
    expect(await records.list(NAME)).toMatchObject([{ setIdentifier: 'w', isForeign: true }]);
  });
});

/** @param next where the list goes on; empty for its end */
function page(sets: string, next = ''): Said {
  const body = `<ListResourceRecordSetsResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">
    <ResourceRecordSets>${sets}</ResourceRecordSets><MaxItems>100</MaxItems>
    <IsTruncated>${next !== ''}</IsTruncated>${next}</ListResourceRecordSetsResponse>`;
  return { body };
}
const setOf = (type: string, id: string) =>
  `<ResourceRecordSet><Name>${NAME}.</Name><Type>${type}</Type><SetIdentifier>${id}</SetIdentifier></ResourceRecordSet>`;
const nextOf = (name: string, type = 'A', id = 's-2') =>
  `<NextRecordName>${name}.</NextRecordName><NextRecordType>${type}</NextRecordType>
   <NextRecordIdentifier>${id}</NextRecordIdentifier>`;

async function told(answer: (request: string) => Said | null) {
  const { asked, connection } = await endpoint(answer);
  return { asked, records: new Route53Records({ hostedZone: 'Z9', requestMs: REQUEST_MS, connection }) };
}

describe('Route 53 as it may answer', () => {
  afterEach(closeEndpoints);

  it('goes on with the next page where it left off, as long as it is of the name', async () => {
    const rig = await told((request) =>
      request.includes('identifier=s-2')
        ? page(setOf('AAAA', 's-2') + setOf('TXT', 'x'), nextOf('zoo.example.com'))
        : page(setOf('A', 's-1'), nextOf(NAME)),
    );
    expect((await rig.records.list(NAME)).map(({ type, setIdentifier }) => [type, setIdentifier])).toEqual([
      ['A', 's-1'],
      ['AAAA', 's-2'],
    ]);
    const query = (request: string) =>
      Object.fromEntries(new URL(request.split(' ')[1]!, 'http://x').searchParams);
    expect(rig.asked.map(query)).toEqual([
      { maxitems: '100', name: NAME, type: 'A' },
      { maxitems: '100', name: `${NAME}.`, type: 'A', identifier: 's-2' },
    ]);
  });

  it('a list without an end is an error, and is not read for ever', async () => {
    const rig = await told(() => page(setOf('A', 's-1'), nextOf(NAME)));
    await expect(rig.records.list(NAME)).rejects.toThrow(`more than 5 pages of records of ${NAME}`);
    expect(rig.asked).toHaveLength(5);
  });

  it.each([
    [
      'a change that waits for another is a conflict',
      () => refusal('PriorRequestNotComplete'),
      { outcome: 'refused', conflict: true, retryable: true },
    ] as const,
    ...OUTCOMES,
  ])('F-16: %s, and it is not repeated', async (_name, say, outcome) => {
    const rig = await told(() => say(refusal));
    expect(await rig.records.apply({ remove: [], create: [PLAIN] })).toMatchObject(outcome);
    expect(rig.asked).toHaveLength(1);
  });

  it('SEC-02: asks for deletions and creations alone, deletions first, in its own zone', async () => {
    const rig = await told(() => refusal('InvalidChangeBatch'));
    await rig.records.apply({ remove: [PLAIN], create: [alias('PRIMARY')] });
    expect(rig.asked[0]).toMatch(/^POST \/2013-04-01\/hostedzone\/Z9\/rrset/);
    expect([...rig.asked[0]!.matchAll(/<Action>(\w+)<\/Action>/g)].map(([, action]) => action)).toEqual([
      'DELETE',
      'CREATE',
    ]);
  });
});

describe('whether a name has addresses', () => {
  const records = new Route53Records({
    hostedZone: 'Z9',
    requestMs: REQUEST_MS,
    connection: { region: REGION, endpoint: 'http://127.0.0.1:1', credentials: OPERATOR_KEY },
  });

  it.each([
    ['has', async () => [{ address: '10.0.0.1', family: 4 }], true],
    ['has none', async () => [], false],
    ['is not there', async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })), false],
    [
      'is there without any',
      async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENODATA' })),
      false,
    ],
    [
      'is not answered for',
      async () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' })),
      null,
    ],
    ['fails without a code', async () => Promise.reject(new Error('x')), null],
  ])('I-30: one that %s', async (_name, answer, expected) => {
    lookup.mockImplementation(answer);
    expect(await records.resolves('demo-primary.elb.example')).toBe(expected);
    expect(lookup).toHaveBeenLastCalledWith('demo-primary.elb.example', { all: true });
  });
});
