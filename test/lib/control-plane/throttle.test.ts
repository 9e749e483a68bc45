import { Match } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../core/errors.ts';
import { readQuotas, parseQuotas, type ResourceQuotas } from '../../../core/throttle/index.ts';
import * as reconcile from '../../../lambdas/reconcile/contract.ts';
import { ENV, THROTTLE_ENV } from '../../../lambdas/shared/contract.ts';
import * as contract from '../../../lambdas/throttle/contract.ts';
import { quotasDocument } from '../../../lib/control-plane/quotas-parameters.ts';
import { ControlPlane } from '../../../lib/index.ts';
import { allResources, functionNamed, resourcesOf, synthesize, type Synthesized } from '../synth.ts';

const throttle = {
  quotes: {
    application: 'shop',
    capacityPerS: 100,
    callers: { 'price-comparison': { floorPerS: 10, limitPerS: 40, criticality: 'sheddable' as const } },
    others: { limitPerS: 20 },
  },
  orders: { application: 'shop', capacityPerS: 30 },
};

let made: Synthesized;
let without: Synthesized;
beforeAll(() => {
  made = synthesize({ throttle });
  without = synthesize({ throttle: {} });
});

const variablesOf = (name: string): Record<string, unknown> =>
  functionNamed(made.json, name)[1].Properties['Environment'].Variables;

describe('the function that divides capacity', () => {
  it('has the time-out and concurrency of its contract, and stands outside the VPC', () => {
    const { Properties } = functionNamed(made.json, contract.FUNCTION)[1];
    expect(Properties).toMatchObject({
      Timeout: contract.TIMEOUT_S,
      ReservedConcurrentExecutions: contract.RESERVED_CONCURRENCY,
    });
    expect(Properties['VpcConfig']).toBeUndefined();
  });

  it('is told both tables and whose resources they are, and nothing of the database', () => {
    expect(variablesOf(contract.FUNCTION)).toEqual({
      [ENV.env]: 'demo',
      [ENV.function]: 'throttle',
      [ENV.stateTable]: { 'Fn::ImportValue': expect.stringContaining('StateTable') },
      [THROTTLE_ENV.table]: { 'Fn::ImportValue': expect.stringContaining('ThrottleTable') },
      [THROTTLE_ENV.resources]: 'orders=shop,quotes=shop',
    });
  });

  it('is not deployed where nothing is throttled, and no trace of it is', () => {
    expect(without.environment.control.controlPlane.throttle).toBeNull();
    const text = JSON.stringify(without.json);
    expect(text).not.toMatch(/demand#|throttle-lease|defaults\/quotas|THROTTLE/);
    expect(without.json.control.Outputs).not.toHaveProperty('ThrottleTableName');
  });

  it('fails where the profile throttles something and no table is given', () => {
    const { environment } = without;
    const tiers = { ...environment.profile.tiers, edge: null, web: null, service: [] };
    const props = {
      profile: { ...environment.profile, throttle: made.environment.profile.throttle, tiers },
      vpc: environment.network.vpc,
      stateTable: environment.state.stateTable,
      database: environment.database.database,
      readerPool: environment.database.readerPool,
    };
    const attempt = (): unknown => new ControlPlane(environment.control, 'Another', props);
    expect(attempt).toThrow(/throttleTable = nothing: is needed where the profile throttles something/);
  });
});

describe('what wakes it', () => {
  it('is a report of demand, gathered for two seconds, and nothing that it writes itself', () => {
    const [id] = functionNamed(made.json, contract.FUNCTION);
    const [, mapping] = resourcesOf(made.json.control, 'AWS::Lambda::EventSourceMapping').find(
      ([, { Properties }]) => Properties['FunctionName'].Ref === id.split('.')[1],
    )!;
    expect(mapping.Properties).toMatchObject({
      EventSourceArn: { 'Fn::ImportValue': expect.stringContaining('ThrottleTable') },
      MaximumBatchingWindowInSeconds: 2,
      BatchSize: 1000,
      MaximumRecordAgeInSeconds: 60,
      StartingPosition: 'LATEST',
      DestinationConfig: { OnFailure: { Destination: expect.anything() } },
    });
    const patterns = mapping.Properties['FilterCriteria'].Filters.map(({ Pattern }: any) =>
      JSON.parse(Pattern),
    );
    expect(patterns).toEqual([
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { pk: { S: [{ prefix: 'demand#' }] } } } },
    ]);
  });
});

describe('the quotas in the template', () => {
  it('are one parameter a resource, a document without a pattern, and nothing below /overrides', () => {
    const names = allResources(made.json)
      .filter(([, { Type }]) => Type === 'AWS::SSM::Parameter')
      .map(([, { Properties }]) => String(Properties['Name']));
    expect(names.filter((name) => name.includes('/quotas/'))).toEqual([
      '/understudy/demo/defaults/quotas/orders',
      '/understudy/demo/defaults/quotas/quotes',
    ]);
    expect(names.filter((name) => name.includes('/overrides'))).toEqual([]);
    made.templates.control.hasResourceProperties('AWS::SSM::Parameter', {
      Name: '/understudy/demo/defaults/quotas/quotes',
      Type: 'String',
      Tier: 'Standard',
      AllowedPattern: Match.absent(),
      Value:
        '{"capacityPerS":100,"callers":{"price-comparison":{"floorPerS":10,"limitPerS":40,"criticality":"sheddable"}},' +
        '"others":{"limitPerS":20}}',
    });
  });

  it('reach reconcile, which may put them into the state table', () => {
    expect(variablesOf(reconcile.FUNCTION)).toMatchObject({
      [reconcile.ENV.resources]: 'orders=shop,quotes=shop',
    });
    const { Properties } = functionNamed(without.json, reconcile.FUNCTION)[1];
    expect(Properties['Environment'].Variables).not.toHaveProperty(reconcile.ENV.resources);
  });

  it('read back as what the profile says, whatever is left out', () => {
    const quota = fc.record({
      floorPerS: fc.integer({ min: 0, max: 9 }),
      limitPerS: fc.option(fc.integer({ min: 10, max: 1000 })),
      weight: fc.constantFrom(1, 0.5, 7),
      criticality: fc.constantFrom('critical', 'critical-plus', 'sheddable', 'sheddable-plus'),
    });
    const document = fc.record({
      capacityPerS: fc.integer({ min: 100, max: 100_000 }),
      burstS: fc.constantFrom(1, 0.5, 30),
      callers: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{1,8}$/), quota, { maxKeys: 10 }),
      others: quota.map(({ floorPerS: _none, ...terms }) => terms),
    });
    const place = { field: 'quotas', resource: 'quotes', application: 'shop' };
    fc.assert(
      fc.property(document, (written) => {
        const { quotas, faults } = readQuotas(place, written);
        expect(faults).toEqual([]);
        expect(parseQuotas(place, quotasDocument(quotas))).toEqual({ quotas, faults: [] });
      }),
    );
  });

  it('fails for a document that no standard parameter holds, naming it, its size and what to do', () => {
    const callers = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [
        `${n}-`.padEnd(64, 'x'),
        { floorPerS: 1, limitPerS: 2, weight: 3, criticality: 'sheddable' as const },
      ]),
    );
    const big = { quotes: { application: 'shop', capacityPerS: 100, callers } };
    const attempt = (): unknown => synthesize({ throttle: big });
    expect(attempt).toThrow(InvalidInput);
    expect(attempt).toThrow(
      /The quotas of 'demo' .*throttle\.quotes = .*\d{4} bytes.* must fit into a standard parameter of 4096 bytes.*Fix: name only/s,
    );
  });

  it('accepts one of exactly the size that a parameter holds', () => {
    const document = (name: string): ResourceQuotas =>
      readQuotas(
        { field: 'q', resource: 'quotes', application: 'shop' },
        { capacityPerS: 100, callers: Object.fromEntries(names(name).map((key) => [key, { weight: 2.5 }])) },
      ).quotas;
    const names = (last: string): readonly string[] => [
      ...Array.from({ length: 49 }, (_, n) => `${n}-`.padEnd(64, 'x')),
      last,
    ];
    const room = 4096 - Buffer.byteLength(quotasDocument(document('a'))) + 1;
    expect(room).toBeGreaterThan(0);
    expect(room).toBeLessThanOrEqual(64);
    const throttleOf = (length: number) => {
      const { application, resource: _resource, ...rest } = document('a'.repeat(length));
      const { floorPerS: _floor, ...others } = rest.others;
      return { quotes: { application, ...rest, others } };
    };
    expect(() => synthesize({ throttle: throttleOf(room) })).not.toThrow();
    expect(() => synthesize({ throttle: throttleOf(room + 1) })).toThrow(/4097 bytes/);
  });
});

describe('the alarm of a resource', () => {
  it('rings when demand has been above the capacity for five minutes, and tells people alone', () => {
    made.templates.control.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'understudy-demo-throttle-over-capacity-quotes',
      Namespace: 'Understudy',
      MetricName: contract.METRIC.wanted,
      Dimensions: [
        { Name: 'Environment', Value: 'demo' },
        { Name: 'Resource', Value: 'quotes' },
      ],
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 5,
      Threshold: 100,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: Match.stringLikeRegexp('Topic') }],
    });
  });

  it('of the function rings like those of the others', () => {
    made.templates.control.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'understudy-demo-function-failing-throttle',
    });
  });
});
