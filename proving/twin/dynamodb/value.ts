/** Attribute values in DynamoDB's own form, their rules, their order and their equality. */

import { canonicalNumber, compareDecimals, parseDecimal } from './decimal.ts';
import { validation } from './errors.ts';

export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: Uint8Array }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly Uint8Array[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

/** Values are never changed in place: a change makes a new item that shares what stayed. */
export type Item = Readonly<Record<string, AttributeValue>>;

export const TYPE_NAMES = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'] as const;
export type TypeName = (typeof TYPE_NAMES)[number];
export type ScalarType = 'S' | 'N' | 'B';

const NESTING_MAX = 32;

export function typeOf(value: AttributeValue): TypeName {
  return TYPE_NAMES.find((name) => Object.hasOwn(value, name))!;
}

/** What stands behind the type name, whatever the type. */
export function contentOf(value: AttributeValue): unknown {
  return (value as Record<string, unknown>)[typeOf(value)];
}

/**
 * Checks a value as it came from outside and brings its numbers to their one text.
 * Throws ValidationException: not exactly one type, an empty or repeating set, nesting above 32 levels.
 */
export function validated(given: unknown, depth = 0): AttributeValue {
  if (depth > NESTING_MAX) throw validation('Nesting Levels have exceeded supported limits');
  const types = TYPE_NAMES.filter((name) => (given as Record<string, unknown> | null)?.[name] !== undefined);
  if (types.length === 0) {
    throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (types.length > 1) {
    throw validation(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  return validatedAs(types[0]!, (given as Record<string, unknown>)[types[0]!], depth);
}

export function validatedItem(given: unknown, depth = 0): Item {
  const entries = Object.entries((given ?? {}) as Record<string, unknown>);
  if (entries.some(([name]) => name === '')) {
    throw validation('One or more parameter values were invalid: empty attribute name');
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, validated(value, depth)]));
}

function validatedAs(type: TypeName, content: unknown, depth: number): AttributeValue {
  switch (type) {
    case 'N':
      return { N: canonicalNumber(String(content)) };
    case 'NULL':
      if (content !== true) {
        throw validation(
          'One or more parameter values were invalid: Null attribute value types must have the value of true',
        );
      }
      return { NULL: true };
    case 'SS':
      return { SS: validatedSet(content as string[], (text) => text) };
    case 'NS':
      return { NS: validatedSet((content as string[]).map(canonicalNumber), (text) => text) };
    case 'BS':
      return { BS: validatedSet(content as Uint8Array[], hex) };
    case 'L':
      return { L: (content as unknown[]).map((value) => validated(value, depth + 1)) };
    case 'M':
      return { M: validatedItem(content, depth + 1) };
    default:
      return { [type]: content } as unknown as AttributeValue;
  }
}

function validatedSet<T>(members: readonly T[], identity: (member: T) => string): readonly T[] {
  if (members.length === 0) {
    throw validation('One or more parameter values were invalid: An set may not be empty');
  }
  if (new Set(members.map(identity)).size < members.length) {
    throw validation('One or more parameter values were invalid: Input collection contains duplicates.');
  }
  return members;
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Sets are equal in any order; numbers by value (both sides are validated, so by their one text). */
export function equalValues(left: AttributeValue, right: AttributeValue): boolean {
  return fingerprint(left) === fingerprint(right);
}

/** A text that two values share exactly when DynamoDB holds them equal. */
export function fingerprint(value: AttributeValue): string {
  if ('B' in value) return `B:${hex(value.B)}`;
  if ('BS' in value) return `BS:${value.BS.map(hex).toSorted().join()}`;
  if ('SS' in value) return `SS:${JSON.stringify(value.SS.toSorted())}`;
  if ('NS' in value) return `NS:${value.NS.toSorted().join()}`;
  if ('L' in value) return `L:[${value.L.map(fingerprint).join()}]`;
  if ('M' in value) return `M:${itemFingerprint(value.M)}`;
  return `${typeOf(value)}:${JSON.stringify(contentOf(value))}`;
}

export function itemFingerprint(item: Item): string {
  const names = Object.keys(item).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}=${fingerprint(item[name]!)}`).join()}}`;
}

/** The order of two values of one scalar type; null where DynamoDB knows none. */
export function compareValues(left: AttributeValue, right: AttributeValue): number | null {
  if ('S' in left && 'S' in right) return compareText(left.S, right.S);
  if ('N' in left && 'N' in right) return compareDecimals(parseDecimal(left.N), parseDecimal(right.N));
  if ('B' in left && 'B' in right) return compareBytes(left.B, right.B);
  return null;
}

/** By UTF-8 bytes, which is by code point; JavaScript's own order differs beyond the basic plane. */
function compareText(left: string, right: string): number {
  const a = left[Symbol.iterator]();
  const b = right[Symbol.iterator]();
  for (;;) {
    const x = a.next();
    const y = b.next();
    if (x.done || y.done) return Number(Boolean(y.done)) - Number(Boolean(x.done));
    if (x.value !== y.value) return x.value.codePointAt(0)! - y.value.codePointAt(0)!;
  }
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    if (left[i] !== right[i]) return left[i]! - right[i]!;
  }
  return left.length - right.length;
}
