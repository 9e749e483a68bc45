/** TransactWriteItems: plans every action against the tables as they stand; the caller commits all or none. */

import { DynamoDbError, validation } from './errors.ts';
import type { KeyedRequest, PutRequest } from './requests.ts';
import { keyOfItem, keyOfRequest } from './schema.ts';
import { itemBytes } from './size.ts';
import type { Change, Table } from './table.ts';
import { type Item, itemFingerprint, validatedItem } from './value.ts';
import { type PlannedWrite, planConditionCheck, planDelete, planPut, planUpdate } from './write.ts';

export const TRANSACTION_ACTIONS_MAX = 100;
export const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;

interface Targeted {
  readonly TableName?: string | undefined;
}

export interface TransactAction {
  readonly Put?: (PutRequest & Targeted) | undefined;
  readonly Update?: (KeyedRequest & Targeted) | undefined;
  readonly Delete?: (KeyedRequest & Targeted) | undefined;
  readonly ConditionCheck?: (KeyedRequest & Targeted) | undefined;
}

export interface TransactChange {
  readonly table: Table;
  readonly change: Change;
}

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

/**
 * The changes to commit, in the order of the actions. Throws ValidationException for a malformed request and
 * TransactionCanceledException, one reason an action, where a condition or a rule of an item fails.
 */
export function planTransaction(
  actions: readonly TransactAction[],
  tableOf: (name: string | undefined) => Table,
): TransactChange[] {
  if (actions.length === 0 || actions.length > TRANSACTION_ACTIONS_MAX) {
    throw validation(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length between 1 and ${TRANSACTION_ACTIONS_MAX}`,
    );
  }
  const targets = actions.map((action) => target(action, tableOf));
  refuseRepeats(targets);
  const outcomes = actions.map((action, index) => planned(action, targets[index]!.table));
  const reasons = outcomes.map((outcome) => ('reason' in outcome ? outcome.reason : { Code: 'None' }));
  if (reasons.some((reason) => reason.Code !== 'None')) throw cancelled(reasons);
  const changes = outcomes.filter((outcome) => 'change' in outcome);
  if (
    changes.reduce((sum, { change }) => sum + itemBytes(change.after ?? change.key), 0) >
    TRANSACTION_BYTES_MAX
  ) {
    throw validation('Collection size of items in the transaction exceeds the allowed limit of 4 MB');
  }
  return changes;
}

interface Target {
  readonly table: Table;
  readonly key: Item;
}

function target(action: TransactAction, tableOf: (name: string | undefined) => Table): Target {
  const kinds = (['Put', 'Update', 'Delete', 'ConditionCheck'] as const).filter(
    (kind) => action[kind] !== undefined,
  );
  if (kinds.length !== 1) {
    throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  const table = tableOf(action[kinds[0]!]?.TableName);
  const { schema } = table;
  if (action.Put) return { table, key: keyOfItem(schema, validatedItem(action.Put.Item)) };
  const keyed = action.Update ?? action.Delete ?? action.ConditionCheck;
  return { table, key: keyOfRequest(schema, keyed?.Key) };
}

function planned(action: TransactAction, table: Table): TransactChange | { reason: Reason } {
  try {
    return { table, change: plannedAs(table, action).change };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

function plannedAs(table: Table, action: TransactAction): PlannedWrite {
  if (action.Put) return planPut(table, action.Put);
  if (action.Update) return planUpdate(table, action.Update);
  if (action.Delete) return planDelete(table, action.Delete);
  return planConditionCheck(table, action.ConditionCheck!);
}

/** Faults of the request end it; what depends on the stored item is a reason to cancel. */
function reasonOf(error: unknown): Reason {
  if (!(error instanceof DynamoDbError)) throw error;
  if (error.code === 'ConditionalCheckFailedException') {
    return { Code: 'ConditionalCheckFailed', Message: error.message, ...error.fields };
  }
  if (!ITEM_FAULTS.some((text) => error.message.includes(text))) throw error;
  return { Code: 'ValidationError', Message: error.message };
}

const ITEM_FAULTS = [
  'refers to an attribute that does not exist in the item',
  'An operand in the update expression has an incorrect data type',
  'document path provided in the update expression is invalid for update',
  'Item size to update has exceeded',
  'Number overflow',
  'Number underflow',
  '38 significant digits',
];

function cancelled(reasons: readonly Reason[]): DynamoDbError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new DynamoDbError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

function refuseRepeats(targets: readonly Target[]): void {
  const names = targets.map(({ table, key }) => `${table.schema.name} ${itemFingerprint(key)}`);
  if (new Set(names).size < names.length) {
    throw validation('Transaction request cannot include multiple operations on one item');
  }
}
