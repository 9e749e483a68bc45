/** UpdateExpression (developer guide, "Update expressions"). */

import { refuseOverlaps } from '../path.ts';
import { type AttributeValue, type TypeName, typeOf } from '../value.ts';
import { Cursor } from './cursor.ts';
import type { Substitutions } from './substitutions.ts';
import { type SetValue, type Update, updatedPaths } from './syntax.ts';

const LABEL = 'UpdateExpression';
const SECTIONS = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
type Section = (typeof SECTIONS)[number];
type MutableUpdate = { -readonly [K in keyof Update]: Update[K] };

/** DynamoDB's long names, used in the errors of ADD and DELETE alone. */
const LONG_NAMES: Readonly<Record<TypeName, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  L: 'LIST',
  M: 'MAP',
};

/** Throws ValidationException: syntax, a section given twice, overlapping paths, operands of a wrong type. */
export function parseUpdate(text: string, given: Substitutions): Update {
  const cursor = new Cursor(LABEL, text, given);
  const update: MutableUpdate = { set: [], remove: [], add: [], delete: [] };
  const seen = new Set<Section>();
  do {
    const section = SECTIONS.find((name) => cursor.atKeyword(name));
    if (section === undefined) throw cursor.unexpected();
    if (seen.has(section)) {
      throw cursor.refuse(`The "${section}" section can only be used once in an update expression;`);
    }
    seen.add(section);
    cursor.next();
    readSection(cursor, section, update);
  } while (cursor.peek().kind !== 'end');
  refuseOverlaps(LABEL, updatedPaths(update));
  return update;
}

function readSection(cursor: Cursor, section: Section, update: MutableUpdate): void {
  switch (section) {
    case 'SET':
      update.set = cursor.list(() => {
        const path = cursor.path();
        cursor.expectSymbol('=');
        return { path, to: parseSetValue(cursor) };
      });
      break;
    case 'REMOVE':
      update.remove = cursor.list(() => cursor.path());
      break;
    case 'ADD':
      update.add = cursor.list(() => parseSetChange(cursor, 'ADD', ['N', 'SS', 'NS', 'BS']));
      break;
    case 'DELETE':
      update.delete = cursor.list(() => parseSetChange(cursor, 'DELETE', ['SS', 'NS', 'BS']));
      break;
  }
}

function parseSetChange(
  cursor: Cursor,
  operator: string,
  allowed: readonly TypeName[],
): { path: readonly (string | number)[]; value: AttributeValue } {
  const path = cursor.path();
  const value = cursor.value();
  if (!allowed.includes(typeOf(value))) {
    throw cursor.refuse(
      `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${LONG_NAMES[typeOf(value)]}`,
    );
  }
  return { path, value };
}

function parseSetValue(cursor: Cursor): SetValue {
  const left = parseSetOperand(cursor);
  for (const [symbol, kind] of [
    ['+', 'sum'],
    ['-', 'difference'],
  ] as const) {
    if (!cursor.acceptSymbol(symbol)) continue;
    const right = parseSetOperand(cursor);
    requireLiteral(cursor, symbol, [left, right], 'N');
    return { kind, left, right };
  }
  return left;
}

function parseSetOperand(cursor: Cursor): SetValue {
  const token = cursor.peek();
  if (token.kind === 'value') return { kind: 'value', value: cursor.value() };
  if (token.kind === 'word' && cursor.atSymbol('(', 1)) return parseSetFunction(cursor);
  if (cursor.acceptSymbol('(')) {
    const inner = parseSetValue(cursor);
    cursor.expectSymbol(')');
    return inner;
  }
  if (!cursor.atPath()) throw cursor.unexpected();
  return { kind: 'path', path: cursor.path() };
}

function parseSetFunction(cursor: Cursor): SetValue {
  const { text: name } = cursor.next();
  if (name !== 'if_not_exists' && name !== 'list_append') {
    throw cursor.refuse(`Invalid function name; function: ${name}`);
  }
  cursor.expectSymbol('(');
  const operands = cursor.list(() => parseSetOperand(cursor));
  cursor.expectSymbol(')');
  if (operands.length !== 2) {
    throw cursor.refuse(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  const [first, second] = operands as [SetValue, SetValue];
  if (name === 'list_append') {
    requireLiteral(cursor, name, [first, second], 'L');
    return { kind: 'list_append', first, second };
  }
  if (first.kind !== 'path') {
    throw cursor.refuse(`Operator or function requires a document path; operator or function: ${name}`);
  }
  return { kind: 'if_not_exists', path: first.path, otherwise: second };
}

function requireLiteral(
  cursor: Cursor,
  operator: string,
  operands: readonly SetValue[],
  type: TypeName,
): void {
  for (const operand of operands) {
    if (operand.kind === 'value' && typeOf(operand.value) !== type) {
      throw cursor.refuse(
        `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(operand.value)}`,
      );
    }
  }
}
