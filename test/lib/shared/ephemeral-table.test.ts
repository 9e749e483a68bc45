import { type CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { EPHEMERAL_MARK } from '../../../core/profile/lock.ts';
import { ephemeralTable } from '../../../lib/shared/ephemeral-table.ts';
import { testApp } from '../synth.ts';

function alone(stream = dynamodb.StreamViewType.NEW_AND_OLD_IMAGES) {
  const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
  const owner = new Construct(stack, 'Owner');
  const table = ephemeralTable(owner, { stream, noBackups: 'It is written again within a minute.' });
  return { stack, owner, table };
}

describe('a table that is written again within a minute', () => {
  it('is on demand, encrypted and expiring, and goes with its stack', () => {
    Template.fromStack(alone().stack).hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: false,
        SSESpecification: { SSEEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    });
  });

  it('has no backups, and says under which reason', () => {
    const { stack, table } = alone();
    const [made] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
    expect(made!['Properties']).not.toHaveProperty('PointInTimeRecoverySpecification');
    const acknowledged = table.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .map(({ data }) => data as unknown);
    expect(acknowledged).toEqual([
      { 'Annotation::AwsSolutions-DDB3': 'It is written again within a minute.' },
    ]);
  });

  it.each([dynamodb.StreamViewType.NEW_AND_OLD_IMAGES, dynamodb.StreamViewType.KEYS_ONLY])(
    'streams what is asked for: %s',
    (stream) => {
      Template.fromStack(alone(stream).stack).hasResourceProperties('AWS::DynamoDB::Table', {
        StreamSpecification: { StreamViewType: stream },
      });
    },
  );

  it('carries the mark that keeps it out of the lock, and is what its owner stands for', () => {
    const { owner, table } = alone();
    expect(owner.node.defaultChild).toBe(table);
    expect((table.node.defaultChild as CfnResource).getMetadata(EPHEMERAL_MARK)).toBe(true);
  });
});
