/** DynamoDB in the sandbox: the tables of the templates, held in memory, with their streams. */

import * as sdk from '@aws-sdk/client-dynamodb';
import { AwsError, type Part, type StreamSource, type World } from '../kernel/index.ts';
import { Authorizer } from './authorize.ts';
import { batchOperations } from './batch-operations.ts';
import { describeOperations } from './describe-operations.ts';
import { itemOperations } from './item-operations.ts';
import type { Availability } from './live-table.ts';
import { tableProvider } from './provider.ts';
import { Tables } from './tables.ts';
import { transactionOperations } from './transaction-operations.ts';

export interface DynamoDb extends Part, StreamSource {
  /**
   * For drills: makes a table (name or ARN) hang or refuse, and answer again.
   * Throws AwsError `ResourceNotFoundException` for an unknown table.
   */
  setAvailable(table: string, mode: Availability): void;
}

/** How often the time to live is swept at AWS's pace. AWS promises days; minutes are common. */
const SWEEP_MS = 60_000;

export function createDynamoDb(world: World): DynamoDb {
  const tables = new Tables(world);
  const iam = new Authorizer(tables);
  let sweeper: NodeJS.Timeout | undefined;
  return {
    services: [
      {
        signingName: 'dynamodb',
        sdk: { ...sdk },
        client: new sdk.DynamoDBClient({ region: world.region }),
        operations: {
          ...itemOperations(tables, iam),
          ...batchOperations(tables, iam),
          ...transactionOperations(world, tables, iam),
          ...describeOperations(tables, iam),
        },
      },
    ],
    providers: [tableProvider(world, tables)],
    async start() {
      sweeper = setInterval(() => {
        for (const table of tables.all()) table.sweep();
      }, world.managed(SWEEP_MS));
      sweeper.unref();
    },
    async stop() {
      clearInterval(sweeper);
      for (const table of tables.all()) table.release();
    },
    subscribe(streamArn, listener) {
      const stream = tables.all().find((table) => table.stream?.arn === streamArn)?.stream;
      if (!stream) {
        throw new AwsError('ResourceNotFoundException', `Requested resource not found: Stream: ${streamArn}`);
      }
      return stream.subscribe(listener);
    },
    setAvailable: (table, mode) => tables.get(table).setAvailable(mode),
  };
}
