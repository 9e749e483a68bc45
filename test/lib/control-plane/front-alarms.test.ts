import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../environments/index.ts';
import { resourcesOf, synthesize, type Resource, type Synthesized } from '../synth.ts';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

const alarmsOf = ({ json }: Synthesized): ReadonlyMap<string, Resource['Properties']> =>
  new Map(
    ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
      .flatMap((type) => resourcesOf(json.control, type))
      .map(([, { Properties }]) => [
        String(Properties['AlarmName']).replace('understudy-demo-', ''),
        Properties,
      ]),
  );
const named = (name: string): Resource['Properties'] => {
  const found = alarmsOf(made).get(name);
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found;
};
const wokenBy = (name: string): string => JSON.stringify(named(name)['AlarmActions'] ?? []);

describe('the alarms of the web tier', () => {
  it('tell of each zone in which a prober gets no good answer, and wake dns-failover', () => {
    expect(named('target-unreachable-us-east-1b')).toMatchObject({
      MetricName: 'target-unreachable',
      Dimensions: [
        { Name: 'AvailabilityZone', Value: 'us-east-1b' },
        { Name: 'Environment', Value: 'demo' },
      ],
      Period: 10,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
      Threshold: 1,
    });
    expect(wokenBy('target-unreachable-us-east-1b')).toMatch(
      /^\[\{"Fn::GetAtt":\["\w*Failover\w*","Arn"\]\}\]$/,
    );
  });

  it('tell people alone when fewer are fit than the panic floor', () => {
    expect(named('targets-low')).toMatchObject({ MetricName: 'targets-low', Period: 60 });
    expect(wokenBy('targets-low')).toBe('[]');
  });
});

describe('the alarms of the edge', () => {
  it('I-30: ring when the edge is said to be away, and not when nobody says anything', () => {
    expect(named('edge-unreachable')).toMatchObject({
      MetricName: 'edge-healthy',
      Statistic: 'Minimum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(wokenBy('edge-unreachable')).toContain('Failover');
  });

  it('are not made of what nobody asks: a private edge has no outside', () => {
    const certificateArn =
      'arn:aws:acm:us-east-1:123456789012:certificate/1b1a7bd2-0000-4000-8000-000000000000';
    const isPrivate = { ...demo.tiers, edge: { ...demo.tiers.edge!, private: true, certificateArn } };
    const names = [...alarmsOf(synthesize({ tiers: isPrivate })).keys()];
    expect(names).not.toContain('edge-unreachable');
    expect(names).toContain('zone-gray-us-east-1a');
  });

  it('tell of a gray zone and of a record, the first by waking dns-failover', () => {
    expect(named('zone-gray-us-east-1c')['Dimensions']).toContainEqual({
      Name: 'AvailabilityZone',
      Value: 'us-east-1c',
    });
    expect(wokenBy('zone-gray-us-east-1c')).toContain('Failover');
    expect(wokenBy('record-drifted')).toBe('[]');
  });
});

describe('a deployment that ECS took back', () => {
  it('rings by the count of the rule that matched it', () => {
    const [id, rule] = resourcesOf(made.json.control, 'AWS::Events::Rule').find(([, { Properties }]) =>
      JSON.stringify(Properties['EventPattern']).includes('SERVICE_DEPLOYMENT_FAILED'),
    )!;
    expect(rule.Properties['EventPattern']).toMatchObject({
      source: ['aws.ecs'],
      'detail-type': ['ECS Deployment State Change'],
      detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
    });
    // The services of this cluster alone.
    expect(JSON.stringify(rule.Properties['EventPattern'].resources)).toMatch(
      /"prefix".*:service\/.*ImportValue.*Cluster/,
    );
    expect(named('deployment-failed')).toMatchObject({
      Namespace: 'AWS/Events',
      MetricName: 'TriggeredRules',
      Dimensions: [{ Name: 'RuleName', Value: { Ref: id } }],
      TreatMissingData: 'notBreaching',
    });
  });

  it('reaches people with the reason that ECS gives: the event goes to the topic', () => {
    made.templates.control.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] } },
      Targets: [{ Arn: { Ref: resourcesOf(made.json.control, 'AWS::SNS::Topic')[0]![0] }, Id: 'Target0' }],
    });
  });
});

it('people are told once a tier in front, whatever rings in it', () => {
  const composites = ['edge-tier', 'web-tier'].map((name) => named(name));
  for (const { AlarmActions, AlarmRule } of composites) {
    expect(JSON.stringify(AlarmActions)).toMatch(/^\[\{"Ref":"\w*Topic\w*"\}\]$/);
    expect(JSON.stringify(AlarmRule)).toContain('ALARM');
  }
});

it('the only alarm of a tier tells people itself: a composite of one would cost more and say the same', () => {
  expect(JSON.stringify(named('deployment-failed')['AlarmActions'])).toMatch(/^\[\{"Ref":"\w*Topic\w*"\}\]$/);
  const composites = resourcesOf(made.json.control, 'AWS::CloudWatch::CompositeAlarm');
  expect(composites.map(([, { Properties }]) => String(Properties['AlarmName'])).toSorted()).toEqual([
    'understudy-demo-cache-tier',
    'understudy-demo-database-tier',
    'understudy-demo-edge-tier',
    'understudy-demo-web-tier',
  ]);
});
