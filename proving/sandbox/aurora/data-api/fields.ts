/** PostgreSQL's values as the Data API's fields. */

import type { ColumnMetadata, Field } from '@aws-sdk/client-rds-data';

/** What pg tells of a column. */
export interface Column {
  readonly name: string;
  readonly dataTypeID: number;
}

interface TypeName {
  readonly name: string;
  /** java.sql.Types, as the Data API reports it. */
  readonly code: number;
}

/** By the type's object id in PostgreSQL's catalog, which never changes. */
const TYPES: Readonly<Record<number, TypeName>> = {
  16: { name: 'bool', code: -7 },
  17: { name: 'bytea', code: -2 },
  20: { name: 'int8', code: -5 },
  21: { name: 'int2', code: 5 },
  23: { name: 'int4', code: 4 },
  25: { name: 'text', code: 12 },
  114: { name: 'json', code: 1111 },
  700: { name: 'float4', code: 7 },
  701: { name: 'float8', code: 8 },
  1042: { name: 'bpchar', code: 1 },
  1043: { name: 'varchar', code: 12 },
  1082: { name: 'date', code: 91 },
  1083: { name: 'time', code: 92 },
  1114: { name: 'timestamp', code: 93 },
  1184: { name: 'timestamptz', code: 93 },
  1700: { name: 'numeric', code: 2 },
  2950: { name: 'uuid', code: 1111 },
  3802: { name: 'jsonb', code: 1111 },
};
const OTHER: TypeName = { name: 'other', code: 1111 };

/** @param text the value as PostgreSQL writes it; null for NULL */
export function fieldOf(text: string | null, column: Column): Field {
  if (text === null) return { isNull: true };
  switch (TYPES[column.dataTypeID]?.name) {
    case 'bool':
      return { booleanValue: text === 't' };
    case 'int2':
    case 'int4':
    case 'int8':
      return { longValue: Number(text) };
    case 'float4':
    case 'float8':
      return { doubleValue: Number(text) };
    case 'bytea':
      return { blobValue: Buffer.from(text.slice(2), 'hex') };
    default:
      return { stringValue: text };
  }
}

/** The value as it stands in `formattedRecords`. */
export function jsonOf(text: string | null, column: Column): unknown {
  const field = fieldOf(text, column);
  return (
    field.booleanValue ??
    field.longValue ??
    field.doubleValue ??
    field.stringValue ??
    (field.blobValue ? Buffer.from(field.blobValue).toString('base64') : null)
  );
}

export function metadataOf(column: Column): ColumnMetadata {
  const type = TYPES[column.dataTypeID] ?? OTHER;
  return {
    name: column.name,
    label: column.name,
    type: type.code,
    typeName: type.name,
    isSigned: ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'].includes(type.name),
    isCaseSensitive: ['text', 'varchar', 'bpchar'].includes(type.name),
    nullable: 2,
  };
}
