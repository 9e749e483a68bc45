/** TransactWriteItems and TransactGetItems. IAM checks the single actions inside; there is no action for the whole. */

import type { TransactGetItemsInput, TransactWriteItemsInput } from '@aws-sdk/client-dynamodb';
import {
  RequestTokens,
  TRANSACTION_ACTIONS_MAX,
  type TransactAction,
  getItem,
  planTransaction,
} from '../../twin/dynamodb/index.ts';
import { AwsError, type Authorization, type Operation, type World, operation } from '../kernel/index.ts';
import type { Authorizer } from './authorize.ts';
import type { LiveTable } from './live-table.ts';
import { type Tables, answered } from './tables.ts';

const ACTION_NAMES = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
} as const;

export function transactionOperations(
  world: World,
  tables: Tables,
  iam: Authorizer,
): Record<string, Operation> {
  const tokens = new RequestTokens();
  return {
    TransactWriteItems: operation<TransactWriteItemsInput, unknown>({
      authorize: (input) =>
        (input.TransactItems ?? []).flatMap((item) => writeAuthorizations(iam, item as TransactAction)),
      handle: (input) => transactWrite(world, tables, tokens, input),
    }),
    TransactGetItems: operation<TransactGetItemsInput, unknown>({
      authorize: (input) =>
        (input.TransactItems ?? []).flatMap(({ Get }) => iam.reads('GetItem', Get ?? {}, 'TransactGetItems')),
      handle: (input) => transactGet(tables, input),
    }),
  };
}

function writeAuthorizations(iam: Authorizer, item: TransactAction): Authorization[] {
  return (['Put', 'Update', 'Delete', 'ConditionCheck'] as const).flatMap((kind) => {
    const access = item[kind];
    return access === undefined ? [] : iam.items(ACTION_NAMES[kind], access, 'TransactWriteItems');
  });
}

async function transactWrite(
  world: World,
  tables: Tables,
  tokens: RequestTokens,
  input: TransactWriteItemsInput,
): Promise<unknown> {
  const actions = (input.TransactItems ?? []) as TransactAction[];
  const names = actions.map(
    ({ Put, Update, Delete, ConditionCheck }) => (Put ?? Update ?? Delete ?? ConditionCheck)?.TableName,
  );
  const lives = await answeringTables(tables, names);
  const request = JSON.stringify(actions);
  const { ClientRequestToken: token } = input;
  const now = world.now();
  if (token !== undefined && answered(() => tokens.isRepeat(token, request, now))) return {};
  const changes = answered(() => planTransaction(actions, (name) => tables.get(name).table));
  for (const live of lives) {
    live.commit(changes.filter(({ table }) => table === live.table).map(({ change }) => change));
  }
  if (token !== undefined) tokens.remember(token, request, now);
  return {};
}

async function transactGet(tables: Tables, input: TransactGetItemsInput): Promise<unknown> {
  const gets = (input.TransactItems ?? []).map(({ Get }) => Get);
  if (gets.length === 0 || gets.length > TRANSACTION_ACTIONS_MAX) {
    throw new AwsError(
      'ValidationException',
      `Value at 'transactItems' must have length between 1 and ${TRANSACTION_ACTIONS_MAX}`,
    );
  }
  await answeringTables(
    tables,
    gets.map((get) => get?.TableName),
  );
  return {
    Responses: gets.map((get) => ({
      Item: answered(() => getItem(tables.get(get?.TableName).table, get ?? {})),
    })),
  };
}

async function answeringTables(tables: Tables, names: readonly (string | undefined)[]): Promise<LiveTable[]> {
  const lives = [...new Set(names.map((name) => tables.get(name)))];
  for (const live of lives) await live.answering();
  return lives;
}
