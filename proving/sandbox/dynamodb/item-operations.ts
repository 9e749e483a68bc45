/** GetItem, PutItem, UpdateItem, DeleteItem, Query and Scan. */

import type {
  DeleteItemInput,
  GetItemInput,
  PutItemInput,
  QueryInput,
  ScanInput,
  UpdateItemInput,
} from '@aws-sdk/client-dynamodb';
import {
  type Page,
  type PlannedWrite,
  type Table,
  getItem,
  planDelete,
  planPut,
  planUpdate,
  query,
  scan,
} from '../../twin/dynamodb/index.ts';
import { type Operation, operation } from '../kernel/index.ts';
import type { Authorizer } from './authorize.ts';
import { type Tables, answered, refuseNotEnacted } from './tables.ts';

type Operations = Record<string, Operation>;

export function itemOperations(tables: Tables, iam: Authorizer): Operations {
  return {
    GetItem: operation<GetItemInput, unknown>({
      authorize: (input) => iam.reads('GetItem', input),
      handle: async (input) => {
        const { table } = await ready(tables, input);
        return { Item: answered(() => getItem(table, input)) };
      },
    }),
    PutItem: operation<PutItemInput, unknown>({
      authorize: (input) => iam.items('PutItem', input),
      handle: (input) => write(tables, input, (table) => planPut(table, input)),
    }),
    UpdateItem: operation<UpdateItemInput, unknown>({
      authorize: (input) => iam.items('UpdateItem', input),
      handle: (input) => write(tables, input, (table) => planUpdate(table, input)),
    }),
    DeleteItem: operation<DeleteItemInput, unknown>({
      authorize: (input) => iam.items('DeleteItem', input),
      handle: (input) => write(tables, input, (table) => planDelete(table, input)),
    }),
    Query: operation<QueryInput, unknown>({
      authorize: (input) => iam.collection('Query', input),
      handle: async (input) => {
        const { table } = await ready(tables, input);
        return pageAnswer(answered(() => query(table, input)));
      },
    }),
    Scan: operation<ScanInput, unknown>({
      authorize: (input) => iam.collection('Scan', input),
      handle: async (input) => {
        const { table } = await ready(tables, input);
        return pageAnswer(answered(() => scan(table, input)));
      },
    }),
  };
}

async function ready(tables: Tables, input: { TableName: string | undefined }) {
  refuseNotEnacted(input);
  const live = tables.get(input.TableName);
  await live.answering();
  return live;
}

async function write(
  tables: Tables,
  input: { TableName: string | undefined },
  plan: (table: Table) => PlannedWrite,
): Promise<unknown> {
  const live = await ready(tables, input);
  const { change, returned } = answered(() => plan(live.table));
  live.commit([change]);
  return { Attributes: returned };
}

function pageAnswer(page: Page): unknown {
  return {
    Items: page.items ?? undefined,
    Count: page.count,
    ScannedCount: page.scannedCount,
    LastEvaluatedKey: page.lastEvaluatedKey,
  };
}
