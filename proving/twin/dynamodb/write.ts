/** What one write would change: checks it whole against the table and changes nothing itself. */

import { DynamoDbError, validation } from './errors.ts';
import { type Condition, applyUpdate, holds, project, updatedPaths } from './expression/index.ts';
import { parseExpressions } from './parsed.ts';
import type { Path } from './path.ts';
import type { KeyedRequest, PutRequest } from './requests.ts';
import { isKeyAttribute, keyOfItem, keyOfRequest } from './schema.ts';
import { ITEM_BYTES_MAX, itemBytes } from './size.ts';
import type { Change, Table } from './table.ts';
import { type Item, validatedItem } from './value.ts';

export interface PlannedWrite {
  readonly change: Change;
  /** The `Attributes` of the answer, as ReturnValues asks; undefined for none. */
  readonly returned: Item | undefined;
}

/** All planners throw ValidationException, or ConditionalCheckFailedException with the item where that is asked for. */
export function planPut(table: Table, request: PutRequest): PlannedWrite {
  const { condition } = parseExpressions(request);
  requireReturnValues(request.ReturnValues, ['NONE', 'ALL_OLD']);
  const after = validatedItem(request.Item);
  const key = keyOfItem(table.schema, after);
  if (itemBytes(after) > ITEM_BYTES_MAX) {
    throw validation('Item size has exceeded the maximum allowed size');
  }
  const before = table.get(key);
  requireCondition(condition, before, request.ReturnValuesOnConditionCheckFailure);
  return {
    change: { key, before, after },
    returned: request.ReturnValues === 'ALL_OLD' ? before : undefined,
  };
}

export function planDelete(table: Table, request: KeyedRequest): PlannedWrite {
  const { condition } = parseExpressions(request);
  requireReturnValues(request.ReturnValues, ['NONE', 'ALL_OLD']);
  const key = keyOfRequest(table.schema, request.Key);
  const before = table.get(key);
  requireCondition(condition, before, request.ReturnValuesOnConditionCheckFailure);
  return {
    change: { key, before, after: undefined },
    returned: request.ReturnValues === 'ALL_OLD' ? before : undefined,
  };
}

export function planUpdate(table: Table, request: KeyedRequest): PlannedWrite {
  const { condition, update } = parseExpressions(request);
  requireReturnValues(request.ReturnValues, ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW']);
  const paths = update === null ? [] : updatedPaths(update);
  const onKey = paths.find((path) => isKeyAttribute(table.schema, String(path[0])));
  if (onKey !== undefined) {
    throw validation(
      `One or more parameter values were invalid: Cannot update attribute ${onKey[0]}. This attribute is part of the key`,
    );
  }
  const key = keyOfRequest(table.schema, request.Key);
  const before = table.get(key);
  requireCondition(condition, before, request.ReturnValuesOnConditionCheckFailure);
  const start = before ?? key;
  const after = update === null ? start : applyUpdate(update, start);
  if (itemBytes(after) > ITEM_BYTES_MAX) {
    throw validation('Item size to update has exceeded the maximum allowed size');
  }
  return {
    change: { key, before, after },
    returned: updateAnswer(request.ReturnValues, before, after, paths),
  };
}

/** A condition of a transaction that writes nothing. */
export function planConditionCheck(table: Table, request: KeyedRequest): PlannedWrite {
  const { condition } = parseExpressions(request);
  if (condition === null) throw validation('The expression can not be empty;');
  const key = keyOfRequest(table.schema, request.Key);
  const before = table.get(key);
  requireCondition(condition, before, request.ReturnValuesOnConditionCheckFailure);
  return { change: { key, before, after: before }, returned: undefined };
}

function requireCondition(
  condition: Condition | null,
  before: Item | undefined,
  returning: string | undefined,
): void {
  requireOneOf('returnValuesOnConditionCheckFailure', returning, ['NONE', 'ALL_OLD']);
  if (condition === null || holds(condition, before ?? {})) return;
  const fields = returning === 'ALL_OLD' && before !== undefined ? { Item: before } : {};
  throw new DynamoDbError('ConditionalCheckFailedException', 'The conditional request failed', fields);
}

function updateAnswer(
  returning: string | undefined,
  before: Item | undefined,
  after: Item,
  paths: readonly Path[],
): Item | undefined {
  switch (returning) {
    case 'ALL_OLD':
      return before;
    case 'ALL_NEW':
      return after;
    case 'UPDATED_OLD':
      return nonEmpty(project(before ?? {}, paths));
    case 'UPDATED_NEW':
      return nonEmpty(project(after, paths));
    default:
      return undefined;
  }
}

function nonEmpty(item: Item): Item | undefined {
  return Object.keys(item).length > 0 ? item : undefined;
}

function requireReturnValues(given: string | undefined, allowed: readonly string[]): void {
  requireOneOf('returnValues', given, allowed);
}

function requireOneOf(member: string, given: string | undefined, allowed: readonly string[]): void {
  if (given !== undefined && !allowed.includes(given)) {
    throw validation(
      `1 validation error detected: Value '${given}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
    );
  }
}
