import { beforeAll, describe, expect, it } from 'vitest';
import { FAILURES } from '../../../core/failures.ts';
import { spentBudgetLine } from '../../../core/cache/budget-metric.ts';
import { demo } from '../../../environments/index.ts';
import { ALARM_CATALOGUE, alarmName, runbookSection } from '../../../lib/index.ts';
import { resourcesOf, theOnly, synthesize, type Resource, type Synthesized } from '../synth.ts';

let made: Synthesized;
let alarms: readonly (readonly [string, Resource])[];
beforeAll(() => {
  made = synthesize();
  alarms = resourcesOf(made.json.control, 'AWS::CloudWatch::Alarm');
});

const named = (name: string): Resource['Properties'] => {
  const found = alarms.find(([, { Properties }]) => Properties['AlarmName'] === name);
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found[1].Properties;
};

const compositeOf = (name: string, json = made.json): Resource['Properties'] => {
  const composites = resourcesOf(json.control, 'AWS::CloudWatch::CompositeAlarm');
  return composites.find(([, { Properties }]) => Properties['AlarmName'] === `understudy-demo-${name}`)![1]
    .Properties;
};

describe('the catalogue', () => {
  it('has one entry for every failure the kit knows', () => {
    expect(ALARM_CATALOGUE.map(({ failure }) => failure)).toEqual(FAILURES);
  });

  it('is what the template has: every failure rings for each of its subjects', () => {
    const subjects = {
      member: ['member-1', 'member-2', 'member-3'],
      zone: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      function: [
        'health-check-us-east-1a',
        'health-check-us-east-1b',
        'health-check-us-east-1c',
        'replica-pool',
        'write-failover',
        'reconcile',
        'throttle',
        'cache-router',
        'cache-front',
        'dns-failover',
        'database-bootstrap',
        'dead-letters',
      ],
      resource: Object.keys(demo.throttle ?? {}),
      shard: ['demo-cache-0', 'demo-cache-1', 'demo-cache-2', 'demo-cache-3', 'demo-gutter-0'],
      application: ['shop'],
      environment: [undefined],
    };
    const expected = ALARM_CATALOGUE.flatMap(({ failure, subject }) =>
      subjects[subject].map((name) => alarmName('demo', failure, name)),
    );
    expect(alarms.map(([, { Properties }]) => String(Properties['AlarmName'])).sort()).toEqual(
      expected.sort(),
    );
  });
});

describe('every alarm', () => {
  it('has the prefix, the section of its runbook, and a word on missing data', () => {
    for (const [, { Properties }] of alarms) {
      const name = Properties['AlarmName'] as string;
      const { failure } = ALARM_CATALOGUE.find((entry) =>
        name.startsWith(`understudy-demo-${entry.failure}`),
      )!;
      expect(Properties['AlarmDescription']).toContain(runbookSection(failure));
      expect(['breaching', 'notBreaching']).toContain(Properties['TreatMissingData']);
    }
  });

  it('I-30: takes missing data for no evidence, the silence of a prober excepted, which only tells people', () => {
    for (const [, { Properties }] of alarms) {
      const silent = Properties['AlarmName'].startsWith('understudy-demo-prober-silent');
      expect(Properties['TreatMissingData']).toBe(silent ? 'breaching' : 'notBreaching');
      if (silent) expect(JSON.stringify(Properties['AlarmActions'])).toMatch(/^\[\{"Ref":"\w*Topic\w*"\}\]$/);
    }
  });

  it('has at most five actions', () => {
    for (const [, { Properties }] of alarms)
      expect((Properties['AlarmActions'] ?? []).length).toBeLessThanOrEqual(5);
  });
});

describe('an alarm on a member', () => {
  it('is of high resolution, M of N, on the metric that the prober writes', () => {
    expect(named('understudy-demo-reader-lagging-member-2')).toMatchObject({
      Namespace: 'Understudy',
      MetricName: 'reader-lagging',
      Dimensions: [{ Name: 'Environment', Value: 'demo' }, { Name: 'Member' }],
      Period: 10,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });

  it.each([
    ['reader-unreachable', 'ReplicaPool'],
    ['reader-broken', 'ReplicaPool'],
    ['reader-lagging', 'ReplicaPool'],
    ['writer-unreachable', 'WriteFailover'],
    ['writer-read-only', 'WriteFailover'],
    ['writer-stalled', 'WriteFailover'],
  ])('%s wakes the controller %s', (failure, controller) => {
    for (const member of ['member-1', 'member-2', 'member-3']) {
      const { AlarmActions } = named(`understudy-demo-${failure}-${member}`);
      expect(AlarmActions).toHaveLength(1);
      expect(AlarmActions[0]['Fn::GetAtt'][0]).toContain(controller);
    }
  });
});

describe('an alarm on a prober', () => {
  it('is silent after two minutes without a sweep', () => {
    expect(named('understudy-demo-prober-silent-us-east-1c')).toMatchObject({
      MetricName: 'prober-sweeps',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 2,
      ComparisonOperator: 'LessThanThreshold',
      Dimensions: expect.arrayContaining([{ Name: 'AvailabilityZone', Value: 'us-east-1c' }]),
    });
  });
});

describe('an alarm on a shard', () => {
  const SHARDS = ['demo-cache-0', 'demo-cache-1', 'demo-cache-2', 'demo-cache-3', 'demo-gutter-0'];

  it('that cannot be reached is of high resolution, on the metric that the prober writes', () => {
    expect(named('understudy-demo-shard-unreachable-demo-cache-2')).toMatchObject({
      Namespace: 'Understudy',
      MetricName: 'shard-unreachable',
      Dimensions: [
        { Name: 'Environment', Value: 'demo' },
        { Name: 'Shard', Value: 'demo-cache-2' },
      ],
      Period: 10,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
      Threshold: 1,
    });
  });

  it.each(['shard-unreachable', 'shard-quarantined'])('%s wakes cache-router, for each shard', (failure) => {
    for (const shard of SHARDS) {
      const { AlarmActions } = named(`understudy-demo-${failure}-${shard}`);
      expect(AlarmActions).toHaveLength(1);
      expect(AlarmActions[0]['Fn::GetAtt'][0]).toContain('CacheRouter');
    }
  });

  it("that is busy is AWS's own metric of its node, at 90 % of its one thread for five minutes", () => {
    expect(named('understudy-demo-shard-busy-demo-gutter-0')).toMatchObject({
      Namespace: 'AWS/ElastiCache',
      MetricName: 'EngineCPUUtilization',
      Dimensions: [
        { Name: 'CacheClusterId', Value: 'demo-gutter-0-001' },
        { Name: 'CacheNodeId', Value: '0001' },
      ],
      Threshold: 90,
      DatapointsToAlarm: 5,
      EvaluationPeriods: 5,
    });
  });

  it('with a replica is the busier of its two nodes', () => {
    const { json } = synthesize({ tiers: { database: {}, cache: { shards: 1, redundancy: 'replicated' } } });
    const [, { Properties }] = resourcesOf(json.control, 'AWS::CloudWatch::Alarm').find(
      ([, alarm]) => alarm.Properties['AlarmName'] === 'understudy-demo-shard-busy-demo-cache-0',
    )!;
    expect(Properties['Metrics'].map(({ Expression }: any) => Expression)).toContain('MAX([node1, node2])');
    const nodes = JSON.stringify(Properties['Metrics']).match(/demo-cache-0-00\d/g);
    expect(nodes).toEqual(['demo-cache-0-001', 'demo-cache-0-002']);
  });
});

describe('an alarm on a read budget', () => {
  it('rings for refused loads in three of five minutes, by the line that the application writes', () => {
    const line = spentBudgetLine({ environment: 'demo', application: 'shop', refused: 3, now: 1 })!;
    const { _aws, ...fields } = JSON.parse(line);
    const [{ Namespace, Dimensions, Metrics }] = _aws.CloudWatchMetrics;
    const alarm = named('understudy-demo-read-budget-spent-shop');
    expect(alarm).toMatchObject({
      Namespace,
      MetricName: Metrics[0].Name,
      Statistic: 'Sum',
      Period: 60,
      DatapointsToAlarm: 3,
      EvaluationPeriods: 5,
      Threshold: 1,
    });
    const watched = alarm['Dimensions'].map(({ Name, Value }: any) => [Name, Value]);
    expect(new Map(watched)).toEqual(new Map(Dimensions[0].map((name: string) => [name, fields[name]])));
    expect(fields[Metrics[0].Name]).toBe(3);
  });

  it('costs nothing while nothing is refused: no line, no metric', () => {
    expect(spentBudgetLine({ environment: 'demo', application: 'shop', refused: 0, now: 1 })).toBeNull();
  });
});

describe('the composite of the tier', () => {
  it('tells people once, whichever of the tier rings', () => {
    const Properties = compositeOf('database-tier');
    expect(Properties['AlarmActions']).toEqual([{ Ref: expect.stringContaining('Topic') }]);
    const children = JSON.stringify(Properties['AlarmRule']).match(/"Fn::GetAtt"/g)!;
    const expected = ALARM_CATALOGUE.filter(({ tier }) => tier === 'database');
    expect(children).toHaveLength(expected.filter(({ subject }) => subject === 'member').length * 3 + 1);
    expect(children.length).toBeLessThanOrEqual(100);
  });

  it('is in parts where the tier has more alarms than one may watch, and tells people once all the same', () => {
    const { json } = synthesize({ tiers: { database: {}, cache: { shards: 34, gutter: false } } });
    const watched = (name: string): number =>
      JSON.stringify(compositeOf(name, json)['AlarmRule']).match(/"Fn::GetAtt"/g)!.length;
    expect([watched('cache-tier'), watched('cache-tier-1'), watched('cache-tier-2')]).toEqual([2, 100, 3]);
    expect(compositeOf('cache-tier', json)['AlarmActions']).toHaveLength(1);
    expect(compositeOf('cache-tier-1', json)).not.toHaveProperty('AlarmActions');
  });
});

describe('the topic', () => {
  it('is encrypted with a key that CloudWatch may use for this account', () => {
    made.templates.control.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    const key = theOnly(made.json.control, 'AWS::KMS::Key');
    const statement = key.Properties['KeyPolicy'].Statement.at(-1);
    expect(statement).toMatchObject({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Principal: { Service: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'] },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
  });

  it('refuses plain text', () => {
    const policy = theOnly(made.json.control, 'AWS::SNS::TopicPolicy');
    const statements = policy.Properties['PolicyDocument'].Statement;
    expect(statements[0]).toMatchObject({
      Effect: 'Deny',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  it("is the team's own where the profile names one, and mails where it names an address", () => {
    const topicArn = 'arn:aws:sns:us-east-1:111122223333:alerts';
    const own = synthesize({ notify: { topicArn } });
    own.templates.control.resourceCountIs('AWS::SNS::Topic', 0);
    expect(own.json.control.Outputs['TopicArn']!.Value).toBe(topicArn);
    const mailed = synthesize({ notify: { email: 'oncall@example.com' } });
    mailed.templates.control.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'oncall@example.com',
    });
  });
});
