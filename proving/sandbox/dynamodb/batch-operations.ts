/** BatchGetItem and BatchWriteItem: many single calls in one, not a transaction. */

import type { BatchGetItemInput, BatchWriteItemInput, WriteRequest } from '@aws-sdk/client-dynamodb';
import {
  type Change,
  getItem,
  itemFingerprint,
  keyOfRequest,
  parseExpressions,
  planDelete,
  planPut,
} from '../../twin/dynamodb/index.ts';
import { AwsError, type Operation, operation } from '../kernel/index.ts';
import type { Authorizer } from './authorize.ts';
import type { LiveTable } from './live-table.ts';
import { type Tables, answered, refuseNotEnacted } from './tables.ts';

const GETS_MAX = 100;
const WRITES_MAX = 25;

export function batchOperations(tables: Tables, iam: Authorizer): Record<string, Operation> {
  return {
    BatchGetItem: operation<BatchGetItemInput, unknown>({
      authorize: (input) =>
        Object.entries(input.RequestItems ?? {}).flatMap(([TableName, request]) =>
          iam.reads('BatchGetItem', { ...request, TableName }),
        ),
      handle: (input) => batchGet(tables, input),
    }),
    BatchWriteItem: operation<BatchWriteItemInput, unknown>({
      authorize: (input) =>
        Object.entries(input.RequestItems ?? {}).flatMap(([TableName, requests]) =>
          iam.items('BatchWriteItem', {
            TableName,
            Items: requests.map((r) => r.PutRequest?.Item).filter((item) => item !== undefined),
            Keys: requests.map((r) => r.DeleteRequest?.Key).filter((key) => key !== undefined),
          }),
        ),
      handle: (input) => batchWrite(tables, input),
    }),
  };
}

async function batchGet(tables: Tables, input: BatchGetItemInput): Promise<unknown> {
  const requests = Object.entries(input.RequestItems ?? {});
  requireCount('keys', requests.flatMap(([, request]) => request.Keys ?? []).length, GETS_MAX);
  const responses: Record<string, unknown[]> = {};
  for (const [name, request] of requests) {
    refuseNotEnacted(request);
    const live = tables.get(name);
    await live.answering();
    const { Keys: keys = [], ...expressions } = request;
    answered(() => parseExpressions(expressions));
    refuseRepeats(live, keys);
    responses[name] = keys
      .map((Key) => answered(() => getItem(live.table, { ...expressions, Key })))
      .filter((item) => item !== undefined);
  }
  return { Responses: responses, UnprocessedKeys: {} };
}

async function batchWrite(tables: Tables, input: BatchWriteItemInput): Promise<unknown> {
  const requests = Object.entries(input.RequestItems ?? {});
  requireCount('items', requests.flatMap(([, writes]) => writes).length, WRITES_MAX);
  const planned: { live: LiveTable; changes: Change[] }[] = [];
  for (const [name, writes] of requests) {
    const live = tables.get(name);
    await live.answering();
    const changes = writes.map((write) => answered(() => planOne(live, write)));
    refuseRepeats(
      live,
      changes.map((change) => change.key),
    );
    planned.push({ live, changes });
  }
  for (const { live, changes } of planned) live.commit(changes);
  return { UnprocessedItems: {} };
}

function planOne(live: LiveTable, write: WriteRequest): Change {
  const { PutRequest: put, DeleteRequest: remove } = write;
  if ((put === undefined) === (remove === undefined)) {
    throw new AwsError(
      'ValidationException',
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of PutRequest and DeleteRequest',
    );
  }
  return put === undefined
    ? planDelete(live.table, { Key: remove?.Key }).change
    : planPut(live.table, { Item: put.Item }).change;
}

function requireCount(what: string, count: number, max: number): void {
  if (count < 1 || count > max) {
    throw new AwsError(
      'ValidationException',
      `Too many or too few ${what} requested for the batch call: ${count}, must be from 1 to ${max}`,
    );
  }
}

function refuseRepeats(live: LiveTable, keys: readonly unknown[]): void {
  const names = keys.map((key) => itemFingerprint(answered(() => keyOfRequest(live.table.schema, key))));
  if (new Set(names).size < names.length) {
    throw new AwsError('ValidationException', 'Provided list of item keys contains duplicates');
  }
}
