/** Plain values as DynamoDB attribute values and back: what items of ours are made of, and nothing else. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Text, numbers, null and maps. */
export function marshal(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  return { M: marshalFields(value as Record<string, unknown>) };
}

export function marshalFields(fields: Readonly<Record<string, unknown>>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, marshal(value)]));
}

/** Undefined for a value of a type that no item of ours has: whoever reads it finds a field missing. */
export function unmarshal(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.NULL === true) return null;
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(unmarshal);
  return value.M === undefined ? undefined : unmarshalFields(value.M);
}

export function unmarshalFields(fields: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, unmarshal(value)]));
}
