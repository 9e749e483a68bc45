import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BALANCER_ALIAS_TTL_S,
  type HostedRecordSet,
  hostedAnswer,
  type HostedView,
  rotatedAddresses,
} from '../../../../proving/twin/dns/index.ts';

const NAME = 'shop.example.com';
const simple = (change: Partial<HostedRecordSet>): HostedRecordSet => ({
  name: NAME,
  type: 'A',
  routing: { kind: 'simple' },
  setIdentifier: null,
  ttlS: 30,
  values: ['192.0.2.1'],
  alias: null,
  healthCheckId: null,
  ...change,
});
const aliasTo = (dnsName: string, change: Partial<HostedRecordSet> = {}) =>
  simple({
    ttlS: null,
    values: [],
    alias: { dnsName, hostedZoneId: 'Z', evaluateTargetHealth: true },
    ...change,
  });
const pair = (change: Partial<Record<'PRIMARY' | 'SECONDARY', Partial<HostedRecordSet>>>) =>
  (['PRIMARY', 'SECONDARY'] as const).map((role) =>
    aliasTo(`${role.toLowerCase()}.elb.amazonaws.com`, {
      routing: { kind: 'failover', role },
      setIdentifier: role,
      ...change[role],
    }),
  );

interface Health {
  readonly balancers?: Readonly<Record<string, boolean>>;
  readonly checks?: Readonly<Record<string, boolean>>;
}

function view(records: readonly HostedRecordSet[], { balancers = {}, checks = {} }: Health = {}): HostedView {
  return {
    records: (name, type) => records.filter((record) => record.name === name && record.type === type),
    isCheckHealthy: (id) => checks[id] ?? true,
    isBalancerHealthy: (dnsName) => balancers[dnsName] ?? null,
    outside: (dnsName) =>
      dnsName.endsWith('amazonaws.com')
        ? { type: 'A', ttlS: 5, values: [`of ${dnsName.split('.')[0]}`] }
        : undefined,
  };
}
const ask = (hosted: HostedView, name = NAME, type: 'A' | 'TXT' = 'A') =>
  hostedAnswer(hosted, { name, type }, () => 0);

describe('an alias', () => {
  it("is answered with the balancer's addresses, for a minute", () => {
    expect(ask(view([aliasTo('one.elb.amazonaws.com')]))).toEqual({
      type: 'A',
      ttlS: BALANCER_ALIAS_TTL_S,
      values: ['of one'],
    });
  });

  it("of another record has that one's time to live", () => {
    const records = [aliasTo('other.example.com'), simple({ name: 'other.example.com' })];
    expect(ask(view(records))).toEqual({ type: 'A', ttlS: 30, values: ['192.0.2.1'] });
  });

  it('of itself ends', () => {
    expect(ask(view([aliasTo(NAME)]))).toBeUndefined();
  });
});

describe('a failover pair of balancers', () => {
  const primary = 'primary.elb.amazonaws.com';
  const secondary = 'secondary.elb.amazonaws.com';

  it.each([
    [{ [primary]: true, [secondary]: true }, 'of primary'],
    [{ [primary]: false, [secondary]: true }, 'of secondary'],
    [{ [primary]: true, [secondary]: false }, 'of primary'],
    [{ [primary]: false, [secondary]: false }, 'of primary'],
  ])('of health %j answers %s', (balancers, answered) => {
    expect(ask(view(pair({}), { balancers }))?.values).toEqual([answered]);
  });

  it('never fails over without any health signal', () => {
    const alias = { dnsName: primary, hostedZoneId: 'Z', evaluateTargetHealth: false };
    const records = pair({ PRIMARY: { alias } });
    expect(ask(view(records, { balancers: { [primary]: false, [secondary]: true } }))?.values).toEqual([
      'of primary',
    ]);
  });

  it('needs check and balancer both', () => {
    const records = pair({ PRIMARY: { healthCheckId: 'c' } });
    const balancers = { [primary]: true, [secondary]: true };
    expect(ask(view(records, { balancers, checks: { c: false } }))?.values).toEqual(['of secondary']);
  });

  it('is answered whatever is unhealthy', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (one, other, check) => {
        const records = pair({ PRIMARY: { healthCheckId: 'c' } });
        const health = { balancers: { [primary]: one, [secondary]: other }, checks: { c: check } };
        expect(ask(view(records, health))?.values).toHaveLength(1);
      }),
    );
  });
});

it('a name with a CNAME alone answers with it, whatever type is asked for', () => {
  const records = [simple({ type: 'CNAME', values: ['www.example.org'] })];
  expect(ask(view(records), NAME, 'TXT')).toMatchObject({ type: 'CNAME', values: ['www.example.org'] });
});

it('several record sets are one answer of the shortest time to live', () => {
  const records = [60, 10].map((ttlS) =>
    simple({ routing: { kind: 'multivalue' }, setIdentifier: `m${ttlS}`, ttlS, values: [`192.0.2.${ttlS}`] }),
  );
  const answer = ask(view(records));
  expect(answer?.ttlS).toBe(10);
  expect(answer?.values.toSorted()).toEqual(['192.0.2.10', '192.0.2.60']);
});

it('a resolver hands addresses out in turn, and leaves a chain before them', () => {
  const record = (type: 'A' | 'CNAME', data: string) => ({ name: NAME, type, ttlS: 5, data });
  const answers = [record('CNAME', 'x'), record('A', '1'), record('A', '2'), record('A', '3')];
  const led = [0, 1, 2, 3].map((turn) => rotatedAddresses(answers, turn).map(({ data }) => data));
  expect(led).toEqual([
    ['x', '1', '2', '3'],
    ['x', '2', '3', '1'],
    ['x', '3', '1', '2'],
    ['x', '1', '2', '3'],
  ]);
});
