/** Applies an update to an item. Everything is read from the item as it was before the update. */

import { addDecimals, formatDecimal, parseDecimal, subtractDecimals } from '../decimal.ts';
import { validation } from '../errors.ts';
import { type Path, valueAt, withValue, withoutValue } from '../path.ts';
import { type AttributeValue, type Item, equalValues, hex } from '../value.ts';
import type { SetValue, Update } from './syntax.ts';

const WRONG_TYPE = 'An operand in the update expression has an incorrect data type';

/**
 * Values first, removals last and from the highest list index down, so that no removal moves what another names.
 * Throws ValidationException: an attribute that is not there, an operand of a wrong type, a parent that is not there.
 */
export function applyUpdate(update: Update, before: Item): Item {
  const assigned: [Path, AttributeValue | undefined][] = [
    ...update.set.map(({ path, to }): [Path, AttributeValue] => [path, evaluate(to, before)]),
    ...update.add.map(({ path, value }): [Path, AttributeValue] => [
      path,
      added(valueAt(before, path), value),
    ]),
    ...update.delete.map(({ path, value }): [Path, AttributeValue | undefined] => [
      path,
      reduced(valueAt(before, path), value),
    ]),
  ];
  const emptied = assigned
    .filter(([path, value]) => value === undefined && valueAt(before, path) !== undefined)
    .map(([path]) => path);
  const withValues = ascending(assigned).reduce(
    (item, [path, value]) => (value === undefined ? item : withValue(item, path, value)),
    before,
  );
  return [...update.remove, ...emptied]
    .toSorted((a, b) => comparePaths(b, a))
    .reduce(withoutValue, withValues);
}

function ascending<T>(assigned: readonly [Path, T][]): [Path, T][] {
  return assigned.toSorted(([a], [b]) => comparePaths(a, b));
}

/** Orders list indexes by number, so that several elements appended at once keep their order. */
function comparePaths(one: Path, two: Path): number {
  const fork = one.findIndex((step, i) => step !== two[i]);
  const [a, b] = [one[fork], two[fork]];
  if (a === undefined || b === undefined) return one.length - two.length;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return a < b ? -1 : 1;
}

function evaluate(value: SetValue, item: Item): AttributeValue {
  switch (value.kind) {
    case 'value':
      return value.value;
    case 'path':
      return present(valueAt(item, value.path));
    case 'if_not_exists':
      return valueAt(item, value.path) ?? evaluate(value.otherwise, item);
    case 'list_append': {
      const first = evaluate(value.first, item);
      const second = evaluate(value.second, item);
      if (!('L' in first) || !('L' in second)) throw validation(WRONG_TYPE);
      return { L: [...first.L, ...second.L] };
    }
    default: {
      const left = evaluate(value.left, item);
      const right = evaluate(value.right, item);
      if (!('N' in left) || !('N' in right)) throw validation(WRONG_TYPE);
      const calculate = value.kind === 'sum' ? addDecimals : subtractDecimals;
      return { N: formatDecimal(calculate(parseDecimal(left.N), parseDecimal(right.N))) };
    }
  }
}

function present(value: AttributeValue | undefined): AttributeValue {
  if (value === undefined) {
    throw validation('The provided expression refers to an attribute that does not exist in the item');
  }
  return value;
}

function added(before: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (before === undefined) return value;
  if ('N' in before && 'N' in value) {
    return { N: formatDecimal(addDecimals(parseDecimal(before.N), parseDecimal(value.N))) };
  }
  if ('SS' in before && 'SS' in value) return { SS: [...new Set([...before.SS, ...value.SS])] };
  if ('NS' in before && 'NS' in value) return { NS: [...new Set([...before.NS, ...value.NS])] };
  if ('BS' in before && 'BS' in value) {
    const missing = value.BS.filter((bytes) => !before.BS.some((b) => hex(b) === hex(bytes)));
    return { BS: [...before.BS, ...missing] };
  }
  throw validation(WRONG_TYPE);
}

/** What is left of the set; undefined when nothing is, since DynamoDB holds no empty set. */
function reduced(before: AttributeValue | undefined, value: AttributeValue): AttributeValue | undefined {
  if (before === undefined) return undefined;
  if ('SS' in before && 'SS' in value) {
    const left = before.SS.filter((text) => !value.SS.includes(text));
    return left.length > 0 ? { SS: left } : undefined;
  }
  if ('NS' in before && 'NS' in value) {
    const left = before.NS.filter((text) => !value.NS.includes(text));
    return left.length > 0 ? { NS: left } : undefined;
  }
  if ('BS' in before && 'BS' in value) {
    const left = before.BS.filter((b) => !value.BS.some((gone) => equalValues({ B: gone }, { B: b })));
    return left.length > 0 ? { BS: left } : undefined;
  }
  throw validation(WRONG_TYPE);
}
