import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { EPHEMERAL_MARK } from '../../core/profile/lock.ts';

export interface EphemeralTableProps {
  readonly stream: dynamodb.StreamViewType;
  /** Why it needs no backups: the reason under which AwsSolutions-DDB3 is acknowledged. */
  readonly noBackups: string;
}

/**
 * The table of a construct whose items are written again within a minute: on demand, with items that expire and a
 * stream. It goes with its stack, has no backups and no place in the lock.
 */
export function ephemeralTable(scope: Construct, props: EphemeralTableProps): dynamodb.Table {
  const table = new dynamodb.Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    encryption: dynamodb.TableEncryption.AWS_MANAGED,
    timeToLiveAttribute: 'expiresAt',
    stream: props.stream,
    deletionProtection: false,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  scope.node.defaultChild = table;
  (table.node.defaultChild as dynamodb.CfnTable).addMetadata(EPHEMERAL_MARK, true);
  Validations.of(table).acknowledge({ id: 'AwsSolutions-DDB3', reason: props.noBackups });
  return table;
}
