/** Checks a decoded input against its schema, so that a part's operation never sees a value of the wrong type. */

import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../kernel/index.ts';
import { requiredCount } from './schema.ts';

/** @throws AwsError `ValidationException` naming the member. */
export function validateInput(schema: NormalizedSchema, input: unknown): void {
  if (!schema.isUnitSchema()) check(schema, input, '');
}

export function invalid(path: string, rule: string): AwsError {
  return new AwsError('ValidationException', `1 validation error detected: '${path}' ${rule}`);
}

function check(schema: NormalizedSchema, value: unknown, path: string): void {
  if (schema.isDocumentSchema()) return;
  if (schema.isStructSchema()) return checkStructure(schema, value, path);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrongType(path, 'a list', value);
    const member = schema.getValueSchema();
    value.forEach((item, index) => {
      if (item !== null) check(member, item, `${path}[${index}]`);
    });
    return;
  }
  if (schema.isMapSchema()) {
    const member = schema.getValueSchema();
    for (const [key, item] of Object.entries(record(value, path))) {
      if (item !== null && item !== undefined) check(member, item, `${path}.${key}`);
    }
    return;
  }
  checkSimple(schema, value, path);
}

function checkStructure(schema: NormalizedSchema, value: unknown, path: string): void {
  const given = record(value, path);
  const required = requiredCount(schema);
  let position = 0;
  for (const [name, member] of schema.structIterator()) {
    const item = given[name];
    const memberPath = path === '' ? name : `${path}.${name}`;
    const isMissing = item === undefined || item === null;
    if (isMissing && position < required && !member.isIdempotencyToken()) {
      throw invalid(memberPath, 'failed to satisfy constraint: Member must not be null');
    }
    if (!isMissing) check(member, item, memberPath);
    position += 1;
  }
}

function checkSimple(schema: NormalizedSchema, value: unknown, path: string): void {
  if (schema.isBlobSchema()) {
    if (!(value instanceof Uint8Array)) throw wrongType(path, 'binary data', value);
  } else if (schema.isTimestampSchema()) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime()))
      throw wrongType(path, 'a timestamp', value);
  } else if (schema.isBooleanSchema()) {
    if (typeof value !== 'boolean') throw wrongType(path, 'a boolean', value);
  } else if (schema.isNumericSchema()) {
    if (typeof value !== 'number' || Number.isNaN(value)) throw wrongType(path, 'a number', value);
  } else if (schema.isStringSchema()) {
    // A string with a JSON media type arrives as an object that behaves as a string.
    if (typeof value !== 'string' && Object.prototype.toString.call(value) !== '[object String]')
      throw wrongType(path, 'a string', value);
  }
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(path === '' ? 'the input' : path, 'a structure', value);
  }
  return value as Record<string, unknown>;
}

function wrongType(path: string, expected: string, value: unknown): AwsError {
  const got = value instanceof Date ? 'an unreadable date' : `${typeof value} ${JSON.stringify(value) ?? ''}`;
  return invalid(path, `must be ${expected}, but was ${got.trim().slice(0, 120)}`);
}
