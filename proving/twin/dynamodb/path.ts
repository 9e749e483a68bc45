/** Document paths: `a.b[2].c`, names already substituted. */

import { validation } from './errors.ts';
import type { AttributeValue, Item } from './value.ts';

/** An attribute name, or the index of a list element. The first step is always a name. */
export type Path = readonly (string | number)[];

const INVALID_FOR_UPDATE = 'The document path provided in the update expression is invalid for update';

export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    if (value === undefined) return undefined;
    value = childOf(value, step);
  }
  return value;
}

function childOf(value: AttributeValue, step: string | number): AttributeValue | undefined {
  if (typeof step === 'number') return 'L' in value ? value.L[step] : undefined;
  return 'M' in value && Object.hasOwn(value.M, step) ? value.M[step] : undefined;
}

/** A copy of the item with the value at the path; an index beyond the end of a list appends. */
export function withValue(item: Item, path: Path, value: AttributeValue): Item {
  return (changed({ M: item }, path, value) as { M: Item }).M;
}

/** A copy without what stands at the path. A missing leaf is no error, a missing parent is. */
export function withoutValue(item: Item, path: Path): Item {
  return (changed({ M: item }, path, undefined) as { M: Item }).M;
}

function changed(parent: AttributeValue, path: Path, value: AttributeValue | undefined): AttributeValue {
  const [step, ...rest] = path;
  if (rest.length > 0) {
    const child = childOf(parent, step!);
    if (child === undefined) throw validation(INVALID_FOR_UPDATE);
    return replaced(parent, step!, changed(child, rest, value));
  }
  return replaced(parent, step!, value);
}

function replaced(
  parent: AttributeValue,
  step: string | number,
  value: AttributeValue | undefined,
): AttributeValue {
  if (typeof step === 'number') {
    if (!('L' in parent)) throw validation(INVALID_FOR_UPDATE);
    const before = parent.L.slice(0, step);
    return { L: [...before, ...(value === undefined ? [] : [value]), ...parent.L.slice(step + 1)] };
  }
  if (!('M' in parent)) throw validation(INVALID_FOR_UPDATE);
  const others = Object.entries(parent.M).filter(([name]) => name !== step);
  return { M: Object.fromEntries(value === undefined ? others : [...others, [step, value]]) };
}

/** `[a, b, [2]]`, as DynamoDB writes a path in its errors. */
export function shownPath(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

/** Throws ValidationException where one path lies within another, or two disagree about what a parent is. */
export function refuseOverlaps(label: string, paths: readonly Path[]): void {
  for (const [index, one] of paths.entries()) {
    for (const two of paths.slice(index + 1)) refuseOverlap(label, one, two);
  }
}

function refuseOverlap(label: string, one: Path, two: Path): void {
  const shared = Math.min(one.length, two.length);
  const fork = one.findIndex((step, i) => i >= shared || step !== two[i]);
  const both = `path one: ${shownPath(one)}, path two: ${shownPath(two)}`;
  if (fork === -1 || fork >= shared) {
    throw validation(
      `Invalid ${label}: Two document paths overlap with each other; must remove or rewrite one of these paths; ${both}`,
    );
  }
  if (typeof one[fork] !== typeof two[fork]) {
    throw validation(
      `Invalid ${label}: Two document paths conflict with each other; must remove or rewrite one of these paths; ${both}`,
    );
  }
}
