/** The Data API's named parameters (`:name`) as PostgreSQL's numbered ones. */

import type { Field, SqlParameter } from '@aws-sdk/client-rds-data';
import { AwsError } from '../../kernel/index.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Everything in which a colon is no parameter: strings, quoted names, dollar quotes, comments, casts. */
const PIECES =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|::|:([A-Za-z_]\w*)/g;

/** @throws AwsError `BadRequestException` for a parameter that is not given, or has a value it cannot have */
export function numbered(sql: string, parameters: readonly SqlParameter[]): Statement {
  const given = new Map(parameters.map((parameter) => [parameter.name ?? '', parameter]));
  const order: string[] = [];
  const text = sql.replaceAll(PIECES, (piece: string, _tag: unknown, name: string | undefined) => {
    if (name === undefined) return piece;
    if (!given.has(name)) {
      throw new AwsError('BadRequestException', `Cannot find parameter: ${name}`);
    }
    if (!order.includes(name)) order.push(name);
    return `$${order.indexOf(name) + 1}`;
  });
  return { text, values: order.map((name) => valueOf(given.get(name))) };
}

function valueOf(parameter: SqlParameter | undefined): unknown {
  const field = parameter?.value;
  if (field === undefined || field.isNull) return null;
  const plain = simpleValue(field);
  if (plain !== undefined) return plain;
  throw new AwsError('BadRequestException', `Array parameters are not supported: ${parameter?.name ?? ''}`);
}

function simpleValue(field: Field): unknown {
  return (
    field.stringValue ??
    field.longValue ??
    field.doubleValue ??
    field.booleanValue ??
    (field.blobValue === undefined ? undefined : Buffer.from(field.blobValue))
  );
}
