import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../core/errors.ts';
import { validate } from '../../../core/profile/index.ts';
import { existing, faultsOf, maximal, minimal } from './profiles.ts';

describe('an illegal profile', () => {
  type Row = readonly [what: string, change: object, field: string, rule: RegExp, fix: RegExp];
  const rows: readonly Row[] = [
    ['two zones', { zones: minimal.zones.slice(0, 2) }, 'zones', /3 to 6 availability zones/, /eu-west-1c/],
    ['a zone twice', { zones: [...minimal.zones, 'eu-west-1a'] }, 'zones[3]', /stands twice/, /once/],
    [
      'a zone of another region',
      { region: 'us-east-1' },
      'zones[0]',
      /is not a zone of the region us-east-1/,
      /us-east-1a/,
    ],
    ['a region that is none', { region: 'Ireland' }, 'region', /AWS Region/, /us-east-1/],
    ['zero readers', { tiers: { database: { readers: 0 } } }, 'tiers.database.readers', /at least 2/, /none/],
    ['one reader', { tiers: { database: { readers: 1 } } }, 'tiers.database.readers', /I-35/, /leave it out/],
    [
      'half a reader',
      { tiers: { database: { readers: 2.5 } } },
      'tiers.database.readers',
      /whole number/,
      /2/,
    ],
    ['too many readers', { tiers: { database: { readers: 16 } } }, 'tiers.database.readers', /2 to 15/, /2/],
    [
      "readers beside redundancy: 'none'",
      { tiers: { database: { readers: 2, redundancy: 'none' } } },
      'tiers.database.readers',
      /contradicts/,
      /one of the two/,
    ],
    [
      'a redundancy that is unknown',
      { tiers: { database: { redundancy: 'nome' } } },
      'tiers.database.redundancy',
      /must be one of none/,
      /did you mean 'none'/,
    ],
    ['no tiers', { tiers: undefined }, 'tiers', /must be an object/, /\{/],
    ['a size that is unknown', { size: 'fleets' }, 'size', /solo, pair, fleet/, /did you mean 'fleet'/],
    ['a bad name', { name: 'Demo_1' }, 'name', /lower-case/, /demo/],
    ['a name that ends with a dash', { name: 'demo-' }, 'name', /single dashes/, /demo/],
    ['no name', { name: undefined }, 'name', /is required/, /demo/],
    [
      'a database that PostgreSQL owns',
      { tiers: { database: { databaseName: 'postgres' } } },
      'tiers.database.databaseName',
      /owns/,
      /app/,
    ],
    ['no backups', { tiers: { database: { backupDays: 0 } } }, 'tiers.database.backupDays', /1 to 35/, /7/],
    ['an application twice', { applications: ['shop', 'shop'] }, 'applications[1]', /stands twice/, /once/],
    ['a bad application', { applications: ['Shop!'] }, 'applications[0]', /underscores/, /shop/],
    [
      'an application of the kit',
      { applications: ['understudy_probe'] },
      'applications[0]',
      /owns/,
      /another/,
    ],
    [
      'a threshold out of range',
      { thresholds: { database: { 'lag-ms-max': 1 } } },
      'thresholds.database.lag-ms-max',
      /between/,
      /2000/,
    ],
    [
      'a threshold of text',
      { thresholds: { database: { 'lag-ms-max': '2000' } } },
      'thresholds.database.lag-ms-max',
      /number/,
      /2000/,
    ],
    [
      'an unknown threshold',
      { thresholds: { database: { lag: 1 } } },
      'thresholds.database.lag',
      /no threshold/,
      /lag-ms-max/,
    ],
    [
      'thresholds that do not fit together',
      { thresholds: { database: { 'panic-ratio': 0.9 } } },
      'thresholds.database.panic-exit-ratio',
      /must not be below panic-ratio/,
      /raise panic-exit-ratio/,
    ],
    [
      'thresholds of an unknown tier',
      { thresholds: { databse: {} } },
      'thresholds.databse',
      /not a field/,
      /database/,
    ],
    ['a bad e-mail address', { notify: { email: 'oncall' } }, 'notify.email', /e-mail/, /on call/],
    [
      'a topic of another region',
      { notify: { topicArn: 'arn:aws:sns:us-east-1:111122223333:alerts' } },
      'notify.topicArn',
      /region eu-west-1/,
      /eu-west-1/,
    ],
    [
      'protection that is no boolean',
      { deletionProtection: 'no' },
      'deletionProtection',
      /true or false/,
      /leave/,
    ],
    [
      'a cluster without its VPC',
      { existing: { cluster: existing.cluster } },
      'existing.vpc',
      /is required/,
      /VPC/,
    ],
    [
      'readers of a cluster that exists',
      { existing, tiers: { database: { readers: 2 } } },
      'tiers.database.readers',
      /exists already/,
      /leave it out/,
    ],
    [
      'a cluster of two members',
      {
        existing: {
          ...existing,
          cluster: { ...existing.cluster, members: existing.cluster.members.slice(1) },
        },
      },
      'existing.cluster.members',
      /at least 3/,
      /add readers/,
    ],
    [
      'an address for an endpoint',
      { existing: { ...existing, cluster: { ...existing.cluster, endpoint: '10.0.0.1:5432' } } },
      'existing.cluster.endpoint',
      /host name/,
      /endpoint/,
    ],
    [
      'a subnet too few',
      { existing: { vpc: { ...existing.vpc, isolatedSubnetIds: ['subnet-0a'], routeTableIds: [] } } },
      'existing.vpc.isolatedSubnetIds',
      /one subnet for each/,
      /each zone/,
    ],
    [
      'a route table too few',
      { existing: { vpc: { ...existing.vpc, routeTableIds: ['rtb-0a'] } } },
      'existing.vpc.routeTableIds',
      /each subnet/,
      /\[\]/,
    ],
    [
      'a bad hosted zone',
      { existing: { hostedZone: { id: 'zone', name: 'corp.internal' } } },
      'existing.hostedZone.id',
      /hosted zone/,
      /Z/,
    ],
  ];

  it.each(rows)('fails for %s', (_what, change, field, rule, fix) => {
    const faults = faultsOf({ ...minimal, ...change });
    const fault = faults.find((candidate) => candidate.field === field);
    expect(fault, JSON.stringify(faults)).toBeDefined();
    expect(fault!.rule).toMatch(rule);
    expect(fault!.fix).toMatch(fix);
  });

  it.each([
    ['zone', 'zones'],
    ['deletionProtecton', 'deletionProtection'],
    ['application', 'applications'],
  ])('fails for the unknown field %s and suggests %s', (written, meant) => {
    const [fault] = faultsOf({ ...minimal, [written]: 1 });
    expect(fault).toMatchObject({ field: written, value: 1, fix: `did you mean ${meant}` });
  });

  it('fails for an unknown field inside a tier and suggests the known one', () => {
    const [fault] = faultsOf({ ...minimal, tiers: { database: { reader: 3 } } });
    expect(fault).toMatchObject({ field: 'tiers.database.reader', fix: 'did you mean readers' });
  });

  it('fails naming every fault at once, each with field, value, rule and fix', () => {
    const profile = { ...minimal, name: 'X', zones: [], tiers: { database: { readers: 0 } } };
    expect(faultsOf(profile).map(({ field }) => field)).toEqual(['name', 'zones', 'tiers.database.readers']);
    expect(() => validate(profile)).toThrow(InvalidInput);
    expect(() => validate(profile)).toThrow(
      /tiers\.database\.readers = 0: must be at least 2.*Fix: leave it out/,
    );
  });

  it('fails, and never with another error, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        try {
          validate(input);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
        }
      }),
    );
  });

  it('fails, and never with another error, whatever stands in a field', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(maximal), 'existing'), fc.anything(), (field, value) => {
        try {
          validate({ ...maximal, [field]: value });
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
        }
      }),
    );
  });
});
