/**
 * DynamoDB attribute values of plain items and back. Only what the state table uses: text, numbers, booleans,
 * null, lists and maps. A field that is undefined is left out.
 */

export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Readonly<Record<string, AttributeValue>> };

/** Deeper than any item of ours: what is deeper was not written by us. */
const DEPTH_MAX = 16;

export function toAttributes(item: object): Record<string, AttributeValue> {
  const entries = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, toAttribute(value)]));
}

export function toAttribute(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'boolean':
      return { BOOL: value };
    case 'number':
      if (Number.isFinite(value)) return { N: String(value) };
      break;
    case 'object':
      return Array.isArray(value) ? { L: value.map(toAttribute) } : { M: toAttributes(value) };
    default:
  }
  throw new TypeError(`a state item cannot hold a value of type ${typeof value}`);
}

/** Throws TypeError for a value that no item of ours has. */
export function fromAttributes(image: unknown, depth = 0): Record<string, unknown> {
  if (!isRecord(image) || depth > DEPTH_MAX) throw new TypeError('not a map of attribute values');
  return Object.fromEntries(
    Object.entries(image).map(([name, value]) => [name, fromAttribute(value, depth)]),
  );
}

function fromAttribute(value: unknown, depth: number): unknown {
  if (!isRecord(value) || depth > DEPTH_MAX) throw new TypeError('not an attribute value');
  if (typeof value['S'] === 'string') return value['S'];
  if (typeof value['N'] === 'string' && Number.isFinite(Number(value['N']))) return Number(value['N']);
  if (typeof value['BOOL'] === 'boolean') return value['BOOL'];
  if (value['NULL'] === true) return null;
  if (Array.isArray(value['L'])) return value['L'].map((entry) => fromAttribute(entry, depth + 1));
  if (value['M'] !== undefined) return fromAttributes(value['M'], depth + 1);
  throw new TypeError('an attribute value of a type that no state item has');
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
