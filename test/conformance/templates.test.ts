/** What the synthesized templates of the example environment have to heed. Numbers: facts.ts. */

import { describe, expect, test } from 'vitest';
import { synthesize, type Resource } from '../lib/synth.ts';

const LAMBDA_POLICY_BYTES_MAX = 20_480;
const ALARMS = 'lambda.alarms.cloudwatch.amazonaws.com';

const { json } = synthesize();
const all = Object.values(json).flatMap(({ Resources }) => Object.values(Resources));
const of = (type: string): Resource[] => all.filter(({ Type }) => Type === type);
const alarms = of('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);

/** Whether an action of the alarm invokes a function: its ARN, or a reference to one. */
const invokes = (action: unknown) => /Function/.test(JSON.stringify(action));

describe('alarms', () => {
  test('fact 27: every one says what it makes of missing data', () => {
    expect(alarms.length).toBeGreaterThan(5);
    for (const { AlarmName, TreatMissingData } of alarms) {
      expect(['breaching', 'notBreaching', 'missing', 'ignore'], String(AlarmName)).toContain(
        TreatMissingData,
      );
    }
  });

  test('fact 43: where silence is breaching nobody is invoked: it only notifies', () => {
    const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(breaching.length).toBeGreaterThan(0);
    for (const { AlarmActions = [] } of breaching) expect(AlarmActions.filter(invokes)).toEqual([]);
    const acting = alarms.filter(({ AlarmActions = [] }) => AlarmActions.some(invokes));
    expect(acting.length).toBeGreaterThan(0);
    for (const { TreatMissingData } of acting) expect(TreatMissingData).toBe('notBreaching');
  });

  test('fact 41: an alarm that invokes a function on a metric of less than a minute wants M of N', () => {
    const acting = alarms.filter(({ AlarmActions = [] }) => AlarmActions.some(invokes));
    const fast = acting.filter(({ Period = 60 }) => Period < 60);
    expect(fast.length).toBeGreaterThan(0);
    for (const { EvaluationPeriods, DatapointsToAlarm, AlarmName } of fast) {
      expect(DatapointsToAlarm, String(AlarmName)).toBeLessThan(EvaluationPeriods);
    }
  });

  test('fact 42: each function has one permission for all of its alarms, far below the limit', () => {
    const grants = of('AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties['Principal'] === ALARMS,
    );
    const functions = grants.map(({ Properties }) => JSON.stringify(Properties['FunctionName']));
    expect(functions.length).toBeGreaterThan(0);
    expect(new Set(functions).size).toBe(functions.length);
    for (const { Properties } of grants) {
      expect(Properties['SourceAccount']).toBeDefined();
      expect(JSON.stringify(Properties['SourceArn'])).toMatch(/:alarm:.*\*/);
    }
    const text = JSON.stringify(of('AWS::Lambda::Permission').map(({ Properties }) => Properties));
    expect(text.length).toBeLessThan(LAMBDA_POLICY_BYTES_MAX);
  });
});

describe('the database', () => {
  test('fact 37: no secret that RDS manages, no rotation helper, no transform', () => {
    const [cluster] = of('AWS::RDS::DBCluster');
    expect(cluster!.Properties).not.toHaveProperty('ManageMasterUserPassword');
    expect(cluster!.Properties).toMatchObject({ EnableIAMDatabaseAuthentication: true });
    expect(of('AWS::Serverless::Application')).toEqual([]);
    for (const template of Object.values(json)) expect(template).not.toHaveProperty('Transform');
  });

  test('fact 38: the custom endpoint has no members of the template’s', () => {
    const [endpoint] = of('AWS::RDS::DBClusterEndpoint');
    expect(endpoint!.Properties).toMatchObject({ CustomEndpointType: 'READER' });
    for (const list of ['StaticMembers', 'ExcludedMembers'])
      expect(endpoint!.Properties).not.toHaveProperty(list);
  });

  test('fact 36: the engine is of a major at which readers stay up', () => {
    const version = String(of('AWS::RDS::DBCluster')[0]!.Properties['EngineVersion']);
    expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(16);
  });
});

describe('the network', () => {
  test('fact 44: gateway endpoints alone', () => {
    const endpoints = of('AWS::EC2::VPCEndpoint');
    expect(endpoints.length).toBeGreaterThan(0);
    for (const { Properties } of endpoints)
      expect(Properties['VpcEndpointType'] ?? 'Gateway').toBe('Gateway');
  });
});
