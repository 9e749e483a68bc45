/** Whether a condition holds for an item. A missing attribute makes every comparison false but `<>`. */

import { valueAt } from '../path.ts';
import { type AttributeValue, type Item, compareValues, equalValues, hex, typeOf } from '../value.ts';
import type { Comparator, Condition, Operand } from './syntax.ts';

/** @param item the item as it stands; `{}` where there is none */
export function holds(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item) && holds(condition.right, item);
    case 'or':
      return holds(condition.left, item) || holds(condition.right, item);
    case 'not':
      return !holds(condition.condition, item);
    case 'compare':
      return compares(condition.operator, read(condition.left, item), read(condition.right, item));
    case 'between': {
      const value = read(condition.of, item);
      return (
        compares('>=', value, read(condition.low, item)) && compares('<=', value, read(condition.high, item))
      );
    }
    case 'in': {
      const value = read(condition.of, item);
      return condition.options.some((option) => compares('=', value, read(option, item)));
    }
    case 'exists':
      return (valueAt(item, condition.path) !== undefined) === condition.expected;
    case 'type': {
      const value = valueAt(item, condition.path);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case 'begins_with':
      return beginsWith(read(condition.of, item), read(condition.part, item));
    default:
      return contains(read(condition.of, item), read(condition.part, item));
  }
}

function read(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') return valueAt(item, operand.path);
  const value = read(operand.of, item);
  const size = value === undefined ? null : sizeOf(value);
  return size === null ? undefined : { N: String(size) };
}

export function compares(
  operator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (left === undefined || right === undefined) return operator === '<>' && left !== right;
  if (operator === '=') return equalValues(left, right);
  if (operator === '<>') return !equalValues(left, right);
  const order = compareValues(left, right);
  if (order === null) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

export function beginsWith(whole: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (whole === undefined || part === undefined) return false;
  if ('S' in whole && 'S' in part) return whole.S.startsWith(part.S);
  return 'B' in whole && 'B' in part && hex(whole.B).startsWith(hex(part.B));
}

function contains(whole: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (whole === undefined || part === undefined) return false;
  if ('S' in whole) return 'S' in part && whole.S.includes(part.S);
  if ('B' in whole) return 'B' in part && containsBytes(whole.B, part.B);
  if ('SS' in whole) return 'S' in part && whole.SS.includes(part.S);
  if ('NS' in whole) return 'N' in part && whole.NS.includes(part.N);
  if ('BS' in whole) return 'B' in part && whole.BS.some((member) => hex(member) === hex(part.B));
  return 'L' in whole && whole.L.some((element) => equalValues(element, part));
}

function containsBytes(whole: Uint8Array, part: Uint8Array): boolean {
  for (let start = 0; start + part.length <= whole.length; start++) {
    if (part.every((byte, offset) => whole[start + offset] === byte)) return true;
  }
  return false;
}

/** Length of a text, bytes of a binary, members of a set, list or map; the other types have no size. */
function sizeOf(value: AttributeValue): number | null {
  if ('S' in value) return value.S.length;
  if ('B' in value) return value.B.length;
  if ('SS' in value) return value.SS.length;
  if ('NS' in value) return value.NS.length;
  if ('BS' in value) return value.BS.length;
  if ('L' in value) return value.L.length;
  return 'M' in value ? Object.keys(value.M).length : null;
}
