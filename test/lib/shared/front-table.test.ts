import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { EPHEMERAL_MARK } from '../../../core/profile/lock.ts';
import { strategyKey, targetObservationKey, targetsKey } from '../../../core/state/front-items.ts';
import { FrontTable } from '../../../lib/index.ts';
import { plainId } from '../security/render.ts';
import { resourcesOf, synthesize, testApp } from '../synth.ts';

const ZONES = ['us-east-1a', 'us-east-1b'];

function alone(): { stack: Stack; front: FrontTable; role: iam.Role } {
  const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
  const front = new FrontTable(stack, 'Front');
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  return { stack, front, role };
}

/** What the role was granted: each statement's actions, and the partitions that it is for. */
function granted(grant: (front: FrontTable, role: iam.Role) => iam.Grant): readonly unknown[] {
  const { stack, front, role } = alone();
  const given = grant(front, role);
  expect(given.success).toBe(true);
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  return policy!['Properties'].PolicyDocument.Statement.map(
    ({ Effect, Action, Resource, Condition }: any) => {
      expect([Effect, Resource]).toEqual([
        'Allow',
        { 'Fn::GetAtt': [expect.stringMatching(/^FrontTable/), 'Arn'] },
      ]);
      return [Action, Condition];
    },
  );
}

const leading = (...keys: readonly string[]) => ({
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': keys },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

describe("the front's table", () => {
  it('is a table that goes with its stack, and streams what it held and holds', () => {
    Template.fromStack(alone().stack).hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Metadata: { [EPHEMERAL_MARK]: true },
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: false,
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    });
  });

  it('SEC-01: grants a prober the list of its environment, and what its own zone saw', () => {
    const scope = { environmentName: 'demo', zone: 'us-east-1b' };
    expect(granted((front, role) => front.grantProbing(role, scope))).toEqual([
      ['dynamodb:GetItem', leading(targetsKey('demo').pk)],
      [['dynamodb:PutItem', 'dynamodb:Query'], leading('target-observation#us-east-1b')],
    ]);
    expect(targetObservationKey('us-east-1b', 0).pk).toBe('target-observation#us-east-1b');
  });

  it('SEC-01: grants dns-failover to read what all zones saw, and to keep its one list', () => {
    const scope = { environmentName: 'demo', zones: ZONES };
    expect(granted((front, role) => front.grantTargets(role, scope))).toEqual([
      ['dynamodb:Query', leading('target-observation#us-east-1a', 'target-observation#us-east-1b')],
      [['dynamodb:GetItem', 'dynamodb:PutItem'], leading('targets#demo')],
    ]);
  });

  it('SEC-01: grants to read the rules of some services, and reconcile alone to write them', () => {
    const partitions = ['shop', 'search'].map((service) => strategyKey(service).pk);
    expect(partitions).toEqual(['strategy#shop', 'strategy#search']);
    expect(granted((front, role) => front.grantReadStrategies(role, ['shop', 'search']))).toEqual([
      ['dynamodb:GetItem', leading(...partitions)],
    ]);
    expect(granted((front, role) => front.grantKeepStrategies(role, ['shop', 'search']))).toEqual([
      [['dynamodb:GetItem', 'dynamodb:PutItem'], leading(...partitions)],
    ]);
  });

  it('tells its name and its metrics', () => {
    const { stack, front } = alone();
    expect(stack.resolve(front.tableName)).toEqual({ Ref: expect.stringMatching(/^FrontTable/) });
    const { dimensions, metricName } = front.metric('ThrottledRequests');
    expect(metricName).toBe('ThrottledRequests');
    expect(stack.resolve(dimensions)).toEqual({ TableName: { Ref: expect.stringMatching(/^FrontTable/) } });
  });
});

describe('an environment', () => {
  it('deletes it even where data is protected, and locks it never', () => {
    const { environment, json } = synthesize({ deletionProtection: true });
    const [found] = resourcesOf(json.state, 'AWS::DynamoDB::Table').filter(
      ([id]) => plainId(id) === 'FrontTable',
    );
    expect(found?.[1].DeletionPolicy).toBe('Delete');
    expect(Object.keys(environment.lock().stateful['State']!).map(plainId)).toEqual([
      'Secretstokenkey',
      'StateTable',
    ]);
  });
});
