/** KeyConditionExpression: one partition, and a range of the sort key where the table has one. */

import { validation } from '../errors.ts';
import type { AttributeValue, Item, ScalarType } from '../value.ts';
import { holds } from './evaluate-condition.ts';
import type { Condition, Operand } from './syntax.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: ScalarType;
}

export interface KeyCondition {
  readonly partition: AttributeValue;
  /** Whether an item of the partition is in the range. */
  inRange(item: Item): boolean;
}

/** Throws ValidationException: not one equality on the partition key, or more than one condition on the sort key. */
export function keyCondition(
  condition: Condition,
  partitionKey: KeyAttribute,
  sortKey: KeyAttribute | null,
): KeyCondition {
  const clauses = conjuncts(condition);
  const onPartition = clauses.filter((clause) => subject(clause) === partitionKey.name);
  const onSort = clauses.filter((clause) => sortKey !== null && subject(clause) === sortKey.name);
  if (onPartition.length === 0) {
    throw validation(`Query condition missed key schema element: ${partitionKey.name}`);
  }
  if (onPartition.length > 1 || onSort.length > 1) {
    throw validation('KeyConditionExpressions must only contain one condition per key');
  }
  if (onPartition.length + onSort.length < clauses.length) {
    const missed = sortKey?.name ?? partitionKey.name;
    throw validation(`Query condition missed key schema element: ${missed}`);
  }
  const [range] = onSort;
  if (range !== undefined && sortKey !== null) requireRange(range, sortKey);
  return {
    partition: equality(onPartition[0]!, partitionKey),
    inRange: (item) => range === undefined || holds(range, item),
  };
}

function conjuncts(condition: Condition): Condition[] {
  if (condition.kind === 'and') return [...conjuncts(condition.left), ...conjuncts(condition.right)];
  if (condition.kind === 'or' || condition.kind === 'not') {
    throw validation(`Invalid operator used in KeyConditionExpression: ${condition.kind.toUpperCase()}`);
  }
  return [condition];
}

function subject(clause: Condition): string | null {
  const operand = clause.kind === 'compare' ? clause.left : 'of' in clause ? clause.of : null;
  if (operand === null || operand.kind !== 'path' || operand.path.length !== 1) return null;
  return String(operand.path[0]);
}

function equality(clause: Condition, key: KeyAttribute): AttributeValue {
  if (clause.kind !== 'compare' || clause.operator !== '=') {
    throw validation('Query key condition not supported');
  }
  return typed(clause.right, key);
}

function requireRange(clause: Condition, key: KeyAttribute): void {
  if (clause.kind === 'compare' && clause.operator !== '<>') {
    typed(clause.right, key);
  } else if (clause.kind === 'between') {
    typed(clause.low, key);
    typed(clause.high, key);
  } else if (clause.kind === 'begins_with' && key.type !== 'N') {
    typed(clause.part, key);
  } else {
    throw validation('Query key condition not supported');
  }
}

function typed(operand: Operand, key: KeyAttribute): AttributeValue {
  if (operand.kind !== 'value') throw validation('Query key condition not supported');
  if (!(key.type in operand.value)) {
    throw validation(
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    );
  }
  return operand.value;
}
