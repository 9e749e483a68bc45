/** ConditionExpression, FilterExpression, KeyConditionExpression: one grammar (developer guide, "Condition expressions"). */

import { type Path, shownPath } from '../path.ts';
import { TYPE_NAMES, contentOf, equalValues, typeOf } from '../value.ts';
import { Cursor } from './cursor.ts';
import type { Substitutions } from './substitutions.ts';
import type { Comparator, Condition, Operand } from './syntax.ts';
import { requireBounds, requireTypes } from './operand-rules.ts';

export const CONDITION_LABELS = [
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
] as const;
export type ConditionLabel = (typeof CONDITION_LABELS)[number];

const COMPARATORS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const FUNCTIONS = [
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
] as const;
const IN_OPTIONS_MAX = 100;

/** Throws ValidationException: syntax, undefined names or values, operands of a wrong type, redundant parentheses. */
export function parseCondition(label: ConditionLabel, text: string, given: Substitutions): Condition {
  const cursor = new Cursor(label, text, given);
  const condition = parseOr(cursor);
  cursor.expectEnd();
  return condition;
}

function parseOr(cursor: Cursor): Condition {
  let left = parseAnd(cursor);
  while (cursor.acceptKeyword('OR')) left = { kind: 'or', left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Condition {
  let left = parseNot(cursor);
  while (cursor.acceptKeyword('AND')) left = { kind: 'and', left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Condition {
  if (cursor.acceptKeyword('NOT')) return { kind: 'not', condition: parseNot(cursor) };
  return cursor.atSymbol('(') ? parseParentheses(cursor) : parsePredicate(cursor);
}

function parseParentheses(cursor: Cursor): Condition {
  cursor.expectSymbol('(');
  const doubled = cursor.atSymbol('(');
  const first = doubled ? parseParentheses(cursor) : null;
  if (first !== null && cursor.atSymbol(')')) {
    throw cursor.refuse('The expression has redundant parentheses;');
  }
  const condition = first === null ? parseOr(cursor) : continued(cursor, first);
  cursor.expectSymbol(')');
  return condition;
}

/** Goes on after a first operand that was read already. */
function continued(cursor: Cursor, first: Condition): Condition {
  let left = first;
  while (cursor.acceptKeyword('AND')) left = { kind: 'and', left, right: parseNot(cursor) };
  while (cursor.acceptKeyword('OR')) left = { kind: 'or', left, right: parseAnd(cursor) };
  return left;
}

function parsePredicate(cursor: Cursor): Condition {
  const token = cursor.peek();
  if (token.kind === 'word' && cursor.atSymbol('(', 1) && token.text !== 'size') return parseFunction(cursor);
  const left = parseOperand(cursor);
  if (cursor.acceptKeyword('BETWEEN')) return parseBetween(cursor, left);
  if (cursor.acceptKeyword('IN')) return parseIn(cursor, left);
  const operator = cursor.next();
  if (operator.kind !== 'symbol' || !COMPARATORS.includes(operator.text)) throw cursor.unexpected(operator);
  const right = parseOperand(cursor);
  requireDistinct(cursor, operator.text, left, [right]);
  if (operator.text !== '=' && operator.text !== '<>') {
    requireTypes(cursor, operator.text, [left, right], ['S', 'N', 'B']);
  }
  return { kind: 'compare', operator: operator.text as Comparator, left, right };
}

function parseBetween(cursor: Cursor, of: Operand): Condition {
  const low = parseOperand(cursor);
  cursor.expectKeyword('AND');
  const high = parseOperand(cursor);
  requireTypes(cursor, 'BETWEEN', [of, low, high], ['S', 'N', 'B']);
  requireBounds(cursor, low, high);
  return { kind: 'between', of, low, high };
}

function parseIn(cursor: Cursor, of: Operand): Condition {
  cursor.expectSymbol('(');
  const options = cursor.list(() => parseOperand(cursor));
  cursor.expectSymbol(')');
  if (options.length > IN_OPTIONS_MAX) {
    throw cursor.refuse(
      `The IN operator is provided with too many operands; number of operands: ${options.length}`,
    );
  }
  return { kind: 'in', of, options };
}

function parseFunction(cursor: Cursor): Condition {
  const token = cursor.next();
  const name = FUNCTIONS.find((known) => known === token.text);
  if (name === undefined) throw cursor.refuse(`Invalid function name; function: ${token.text}`);
  cursor.expectSymbol('(');
  const operands = cursor.list(() => parseOperand(cursor));
  cursor.expectSymbol(')');
  return functionCondition(cursor, name, operands);
}

function functionCondition(
  cursor: Cursor,
  name: (typeof FUNCTIONS)[number],
  operands: readonly Operand[],
): Condition {
  const wanted = name.endsWith('exists') ? 1 : 2;
  if (operands.length !== wanted) {
    throw cursor.refuse(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  const [of, part] = operands as [Operand, Operand];
  switch (name) {
    case 'attribute_exists':
    case 'attribute_not_exists':
      return { kind: 'exists', path: pathOf(cursor, name, of), expected: name === 'attribute_exists' };
    case 'attribute_type':
      return { kind: 'type', path: pathOf(cursor, name, of), type: typeOperand(cursor, part) };
    case 'begins_with':
      requireTypes(cursor, name, [of, part], ['S', 'B']);
      requireDistinct(cursor, name, of, [part]);
      return { kind: 'begins_with', of, part };
    default:
      requireDistinct(cursor, name, of, [part]);
      return { kind: 'contains', of, part };
  }
}

function parseOperand(cursor: Cursor): Operand {
  const token = cursor.peek();
  if (token.kind === 'value') return { kind: 'value', value: cursor.value() };
  if (token.kind === 'word' && cursor.atSymbol('(', 1)) {
    if (token.text !== 'size') {
      throw cursor.refuse(
        `The function is not allowed to be used this way in an expression; function: ${token.text}`,
      );
    }
    cursor.next();
    cursor.expectSymbol('(');
    const of = parseOperand(cursor);
    cursor.expectSymbol(')');
    return { kind: 'size', of };
  }
  return { kind: 'path', path: cursor.path() };
}

function pathOf(cursor: Cursor, name: string, operand: Operand): Path {
  if (operand.kind === 'path') return operand.path;
  throw cursor.refuse(`Operator or function requires a document path; operator or function: ${name}`);
}

function typeOperand(cursor: Cursor, operand: Operand): string {
  const value = operand.kind === 'value' ? operand.value : null;
  if (value === null || !('S' in value)) {
    throw cursor.refuse(
      'Incorrect operand type for operator or function; operator or function: attribute_type, operand type: ' +
        (value === null ? 'path' : typeOf(value)),
    );
  }
  if (!TYPE_NAMES.some((name) => name === value.S)) {
    throw cursor.refuse(
      `Invalid attribute type name found; type: ${String(contentOf(value))}, valid types: {${TYPE_NAMES.join(',')}}`,
    );
  }
  return value.S;
}

function requireDistinct(cursor: Cursor, name: string, first: Operand, rest: readonly Operand[]): void {
  if (rest.some((operand) => sameOperand(first, operand))) {
    const shown = first.kind === 'path' ? shownPath(first.path) : first.kind;
    throw cursor.refuse(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${shown}`,
    );
  }
}

function sameOperand(left: Operand, right: Operand): boolean {
  if (left.kind === 'path' && right.kind === 'path') return shownPath(left.path) === shownPath(right.path);
  return left.kind === 'value' && right.kind === 'value' && equalValues(left.value, right.value);
}
