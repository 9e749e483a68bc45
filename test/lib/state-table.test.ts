import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { StateTable } from '../../lib/index.ts';
import { testApp } from './synth.ts';

function alone(deletionProtection?: boolean): { stack: Stack; state: StateTable } {
  const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
  const props = deletionProtection === undefined ? {} : { deletionProtection };
  return { stack, state: new StateTable(stack, 'State', props) };
}

describe('the state table', () => {
  it('is protected, on demand, recoverable, expiring and streamed by default', () => {
    const { stack } = alone();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
    template.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain' });
  });

  it('may be deleted with its stack when told so', () => {
    const template = Template.fromStack(alone(false).stack);
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
  });

  it('grants writing by partition, with patterns where a name ends in a star', () => {
    const { stack, state } = alone();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    state.grantPut(role, ['observation#us-east-1a']);
    state.grantPut(role, ['ledger#*']);
    state.grantLease(role, ['prober-us-east-1a']);
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    const conditions = policy!['Properties'].PolicyDocument.Statement.map(
      (statement: any) => statement.Condition,
    );
    expect(conditions).toEqual([
      {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['observation#us-east-1a'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
      {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ledger#*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
      {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['lease#prober-us-east-1a'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    ]);
  });

  it('grants an application its own outcomes only', () => {
    const { stack, state } = alone();
    const role = new iam.Role(stack, 'Role', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    state.grantOutcomes(role, 'shop');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'dynamodb:PutItem',
            Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['outcome#shop'] } },
          },
        ],
      },
    });
  });
});
