/** DescribeTable, ListTables and DescribeTimeToLive. */

import type { DescribeTableInput, DescribeTimeToLiveInput, ListTablesInput } from '@aws-sdk/client-dynamodb';
import { itemBytes, keyAttributes } from '../../twin/dynamodb/index.ts';
import { type Operation, operation } from '../kernel/index.ts';
import type { Authorizer } from './authorize.ts';
import type { LiveTable } from './live-table.ts';
import type { Tables } from './tables.ts';

const LIST_MAX = 100;

export function describeOperations(tables: Tables, iam: Authorizer): Record<string, Operation> {
  return {
    DescribeTable: operation<DescribeTableInput, unknown>({
      authorize: (input) => iam.table('DescribeTable', input.TableName),
      handle: (input) => ({ Table: describe(tables.get(input.TableName)) }),
    }),
    ListTables: operation<ListTablesInput, unknown>({
      authorize: () => [{ action: 'dynamodb:ListTables', resource: '*' }],
      handle: (input) => {
        const { ExclusiveStartTableName: start } = input;
        const names = tables.all().map((table) => table.name);
        const after = start === undefined ? names : names.filter((name) => name > start);
        const page = after.slice(0, input.Limit ?? LIST_MAX);
        return {
          TableNames: page,
          LastEvaluatedTableName: page.length < after.length ? page.at(-1) : undefined,
        };
      },
    }),
    DescribeTimeToLive: operation<DescribeTimeToLiveInput, unknown>({
      authorize: (input) => iam.table('DescribeTimeToLive', input.TableName),
      handle: (input) => {
        const { timeToLive } = tables.get(input.TableName).settings;
        return {
          TimeToLiveDescription:
            timeToLive === null
              ? { TimeToLiveStatus: 'DISABLED' }
              : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive },
        };
      },
    }),
  };
}

function describe(live: LiveTable): unknown {
  const keys = keyAttributes(live.table.schema);
  const { stream } = live;
  return {
    TableName: live.name,
    TableArn: live.arn,
    TableId: live.id,
    TableStatus: 'ACTIVE',
    CreationDateTime: live.createdAt,
    AttributeDefinitions: keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    KeySchema: keys.map(({ name }, index) => ({
      AttributeName: name,
      KeyType: index === 0 ? 'HASH' : 'RANGE',
    })),
    ItemCount: live.table.itemCount,
    TableSizeBytes: live.table.scan().reduce((sum, item) => sum + itemBytes(item), 0),
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    DeletionProtectionEnabled: live.settings.deletionProtection,
    ...(stream === null
      ? {}
      : {
          LatestStreamArn: stream.arn,
          LatestStreamLabel: stream.label,
          StreamSpecification: { StreamEnabled: true, StreamViewType: stream.view },
        }),
  };
}
