import { describe, expect, it } from 'vitest';
import { parentOf, owns, validate } from '../../../core/profile/index.ts';
import { front } from './front.ts';
import { existing, faultsOf, minimal } from './profiles.ts';

const ZONE = { id: 'Z0123456789', name: 'example.com' };
const CERTIFICATE = 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b-2c3d';
const PRIVATE = { private: true, certificateArn: CERTIFICATE };

describe('an edge', () => {
  it('gets every default', () => {
    const { edge } = validate(front({ web: { healthPath: '/up' } })).profile.tiers;
    expect(edge).toEqual({
      domain: 'shop.example.com',
      zone: 'create',
      private: false,
      certificateArn: null,
      secondary: 'edge',
      healthSignal: 'metric',
      checkPath: '/up',
      entry: 'dns',
      requestsPerAddress: 3000,
      accessLogDays: 30,
      mode: null,
    });
  });

  it('keeps everything that is written', () => {
    const written = {
      domain: 'example.com',
      zone: ZONE,
      private: true,
      certificateArn: CERTIFICATE,
      secondary: { dnsName: 'other.eu-west-2.elb.amazonaws.com', hostedZoneId: 'ZHURV8PSTC4K8' },
      checkPath: '/deep/health',
      requestsPerAddress: 500,
      accessLogDays: 7,
      mode: 'off',
    };
    expect(validate(front({ edge: written })).profile.tiers.edge).toMatchObject(written);
  });

  it('never stops an address earlier than the quotas stop one caller', () => {
    const throttle = {
      quotes: { application: 'shop', capacityPerS: 100, others: { limitPerS: 20 } },
      search: { application: 'shop', capacityPerS: 80, burstS: 2, others: { limitPerS: 40 } },
    };
    const { edge } = validate({ ...front(), throttle }).profile.tiers;
    expect(edge?.requestsPerAddress).toBe(20 * 60 + 20 + (40 * 60 + 80));
  });

  it('makes a zone of the domain’s parent', () => {
    expect(parentOf('shop.demo.example.com')).toBe('demo.example.com');
    expect(owns('example.com', 'example.com')).toBe(true);
    expect(owns('example.com', 'shop.example.com')).toBe(true);
    expect(owns('example.com', 'badexample.com')).toBe(false);
  });
});

describe('bad input of an edge is refused', () => {
  type Row = readonly [what: string, edge: object, field: string, rule: RegExp, fix: RegExp];
  const rows: readonly Row[] = [
    ['no domain', { domain: undefined }, 'domain', /is required/, /shop\.example\.com/],
    ['an address', { domain: '192.0.2.44' }, 'domain', /not an address/, /shop\.example\.com/],
    ['a name with a space', { domain: 'shop example.com' }, 'domain', /domain name/, /./],
    ['a name in capitals', { domain: 'Shop.example.com' }, 'domain', /lower case/, /./],
    ['a dot at the end', { domain: 'shop.example.com.' }, 'domain', /without a dot/, /./],
    ['a label that is too long', { domain: `${'a'.repeat(64)}.example.com` }, 'domain', /domain name/, /./],
    [
      'a name that a certificate cannot bear',
      { domain: `${'a'.repeat(60)}.example.com` },
      'domain',
      /at most 64 characters for a certificate/,
      /shorter/,
    ],
    ['a zone of a registry', { domain: 'example.com' }, 'domain', /zone 'com'/, /www\.example\.com|attach/],
    [
      'a zone that does not own the name',
      { zone: { id: 'Z0123456789', name: 'example.org' } },
      'zone.name',
      /does not own the name shop\.example\.com/,
      /the zone of example\.com/,
    ],
    [
      'a zone whose name only ends the same',
      { domain: 'shop.badexample.com', zone: ZONE },
      'zone.name',
      /does not own/,
      /\.example\.com/,
    ],
    ['a zone by its id alone', { zone: 'Z0123456789' }, 'zone', /id and name/, /\{ id/],
    ['a zone without an id', { zone: { name: 'example.com' } }, 'zone.id', /is required/, /./],
    ['a certificate that is none', { certificateArn: 'arn:x' }, 'certificateArn', /of ACM/, /arn:aws:acm/],
    [
      'a certificate of another Region',
      { certificateArn: CERTIFICATE.replace('eu-west-1', 'us-east-1') },
      'certificateArn',
      /of the region eu-west-1/,
      /in eu-west-1/,
    ],
    [
      'a private edge without a certificate',
      { private: true },
      'certificateArn',
      /required with private/,
      /private CA/,
    ],
    [
      'fixed addresses of a private edge',
      { ...PRIVATE, entry: 'static-ip' },
      'entry',
      /contradicts private/,
      /leave out/,
    ],
    [
      'checkers of a private edge',
      { ...PRIVATE, healthSignal: 'endpoint' },
      'healthSignal',
      /outside the VPC/,
      /'metric'/,
    ],
    [
      'a page of a private edge',
      { ...PRIVATE, secondary: 'static-page' },
      'secondary',
      /private zone/,
      /'edge'/,
    ],
    ['a page outside us-east-1', { secondary: 'static-page' }, 'secondary', /us-east-1/, /FailoverEndpoint/],
    [
      'a secondary that is unknown',
      { secondary: 'static-pag' },
      'secondary',
      /edge, static-page/,
      /did you mean/,
    ],
    [
      'a secondary without its zone',
      { secondary: { dnsName: 'a.b.c' } },
      'secondary.hostedZoneId',
      /required/,
      /./,
    ],
    ['a signal that is unknown', { healthSignal: 'ping' }, 'healthSignal', /metric, endpoint/, /./],
    ['an entry that is unknown', { entry: 'anycast' }, 'entry', /dns, static-ip/, /./],
    ['a limit below WAF’s', { requestsPerAddress: 5 }, 'requestsPerAddress', /from 10 to/, /3000/],
    ['no days of logs', { accessLogDays: 0 }, 'accessLogDays', /from 1 to/, /30/],
    ['text for a truth', { private: 'yes' }, 'private', /true or false/, /./],
    ['a field that is unknown', { domains: [] }, 'domains', /is not a field/, /did you mean domain/],
  ];

  it.each(rows)('%s', (_what, edge, field, rule, fix) => {
    const faults = faultsOf(front({ edge }));
    expect(faults.map((fault) => fault.field)).toEqual([`tiers.edge.${field}`]);
    expect(faults[0]?.rule).toMatch(rule);
    expect(faults[0]?.fix).toMatch(fix);
  });

  it('an edge without a web tier', () => {
    const tiers = { database: {}, edge: { domain: 'shop.example.com' } };
    const faults = faultsOf({ ...minimal, tiers });
    expect(faults.map(({ field }) => field)).toEqual(['tiers.web']);
    expect(faults[0]?.fix).toMatch(/add tiers.web, or leave tiers.edge out/);
  });
});

describe('a VPC that exists already', () => {
  const { vpc } = existing;
  const ids = (kind: string): readonly string[] => ['a', 'b', 'c'].map((zone) => `subnet-${kind}${zone}`);
  const all = { ...vpc, privateSubnetIds: ids('1'), publicSubnetIds: ids('2') };

  it('has subnets for the tasks and the balancers', () => {
    expect(validate({ ...front(), existing: { vpc: all } }).profile.existing.vpc).toEqual(all);
  });

  it('needs none of them without tasks, and no public ones without a public edge', () => {
    expect(validate({ ...minimal, existing: { vpc } }).profile.existing.vpc).toEqual(vpc);
    const { publicSubnetIds: _none, ...inside } = all;
    expect(() => validate({ ...front({ edge: PRIVATE }), existing: { vpc: inside } })).not.toThrow();
  });

  it('is refused without them, naming who needs which', () => {
    const faults = faultsOf({ ...front(), existing: { vpc } });
    expect(faults).toHaveLength(2);
    const tasks = faults.find(({ field }) => field === 'existing.vpc.privateSubnetIds');
    expect(tasks?.fix).toMatch(/NAT gateway, for the tasks/);
    const balancers = faults.find(({ field }) => field === 'existing.vpc.publicSubnetIds');
    expect(balancers?.fix).toMatch(/internet gateway, for the balancers/);
  });

  it('is refused with fewer subnets than zones', () => {
    const faults = faultsOf({
      ...front(),
      existing: { vpc: { ...all, publicSubnetIds: ids('2').slice(1) } },
    });
    expect(faults).toHaveLength(1);
    expect(faults[0]?.rule).toMatch(/one subnet for each of the 3 zones, in their order/);
  });
});
