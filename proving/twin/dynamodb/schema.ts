/** Keys of a table and the rules they put on items. */

import { validation } from './errors.ts';
import type { KeyAttribute } from './expression/index.ts';
import { type AttributeValue, type Item, fingerprint, typeOf, validated } from './value.ts';
import { valueBytes } from './size.ts';

export const STREAM_VIEWS = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;
export type StreamView = (typeof STREAM_VIEWS)[number];

export interface TableSchema {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | null;
}

const PARTITION_KEY_BYTES_MAX = 2_048;
const SORT_KEY_BYTES_MAX = 1_024;

export function keyAttributes(schema: TableSchema): KeyAttribute[] {
  return schema.sortKey === null ? [schema.partitionKey] : [schema.partitionKey, schema.sortKey];
}

export function isKeyAttribute(schema: TableSchema, name: string): boolean {
  return keyAttributes(schema).some((key) => key.name === name);
}

/** The key of a whole item. Throws ValidationException where a key attribute misses, has a wrong type or is empty. */
export function keyOfItem(schema: TableSchema, item: Item): Item {
  return Object.fromEntries(
    keyAttributes(schema).map((key): [string, AttributeValue] => {
      const value = Object.hasOwn(item, key.name) ? item[key.name] : undefined;
      if (value === undefined) {
        throw validation(
          `One or more parameter values were invalid: Missing the key ${key.name} in the item`,
        );
      }
      if (!(key.type in value)) {
        throw validation(
          `One or more parameter values were invalid: Type mismatch for key ${key.name} expected: ${key.type} actual: ${typeOf(value)}`,
        );
      }
      requireKeySize(key, value, key === schema.partitionKey);
      return [key.name, value];
    }),
  );
}

/** A key as a request gives it: exactly the key attributes. Throws ValidationException. */
export function keyOfRequest(schema: TableSchema, given: unknown): Item {
  const item = Object.fromEntries(
    Object.entries((given ?? {}) as Record<string, unknown>).map(([name, value]) => [name, validated(value)]),
  );
  const keys = keyAttributes(schema);
  const fits =
    Object.keys(item).length === keys.length &&
    keys.every((key) => Object.hasOwn(item, key.name) && key.type in item[key.name]!);
  if (!fits) throw validation('The provided key element does not match the schema');
  return keyOfItem(schema, item);
}

function requireKeySize(key: KeyAttribute, value: AttributeValue, partition: boolean): void {
  const bytes = valueBytes(value);
  if (bytes === 0) {
    throw validation(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${key.type === 'B' ? 'binary' : 'string'} value. Key: ${key.name}`,
    );
  }
  const max = partition ? PARTITION_KEY_BYTES_MAX : SORT_KEY_BYTES_MAX;
  if (bytes > max) {
    throw validation(
      `One or more parameter values were invalid: Size of ${partition ? 'hashkey' : 'rangekey'} has exceeded the maximum size limit of ${max} bytes`,
    );
  }
}

/** A text that identifies a partition. */
export function partitionId(schema: TableSchema, key: Item): string {
  return fingerprint(key[schema.partitionKey.name]!);
}
