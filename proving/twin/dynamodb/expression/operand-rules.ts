/** Rules about literal operands that DynamoDB checks before it looks at any item. */

import { type TypeName, compareValues, contentOf, typeOf } from '../value.ts';
import type { Cursor } from './cursor.ts';
import type { Operand } from './syntax.ts';

/** Throws ValidationException for a literal operand of a type the operator does not take. */
export function requireTypes(
  cursor: Cursor,
  operator: string,
  operands: readonly Operand[],
  allowed: readonly TypeName[],
): void {
  for (const operand of operands) {
    if (operand.kind === 'value' && !allowed.includes(typeOf(operand.value))) {
      throw cursor.refuse(
        `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(operand.value)}`,
      );
    }
  }
}

/** Throws ValidationException for literal bounds of two types or in the wrong order. */
export function requireBounds(cursor: Cursor, low: Operand, high: Operand): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const shown =
    `lower bound operand: AttributeValue: {${typeOf(low.value)}:${String(contentOf(low.value))}}, ` +
    `upper bound operand: AttributeValue: {${typeOf(high.value)}:${String(contentOf(high.value))}}`;
  const order = compareValues(low.value, high.value);
  if (order === null) {
    throw cursor.refuse(`The BETWEEN operator requires same data type for lower and upper bounds; ${shown}`);
  }
  if (order > 0) {
    throw cursor.refuse(
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${shown}`,
    );
  }
}
