/** Arbitrary values of an operation's input or output, made from its schema. */

import * as fc from 'fast-check';
import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredCount } from '../../../../proving/sandbox/wire/schema.ts';

interface Options {
  /** Members to leave out, where the client does something of its own with them. */
  readonly omit?: readonly string[];
}

const DEPTH_MAX = 4;

/** Text that every protocol can carry: XML has no control characters, and header values no outer blanks. */
const text = fc.stringMatching(/^[A-Za-z0-9äß€][A-Za-z0-9 .:/_&<>"'+%=ä€-]{0,12}[A-Za-z0-9]$/);
const plain = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}[A-Za-z0-9]$/);
const instant = fc
  .integer({ min: 1_000_000_000, max: 2_000_000_000 })
  .map((seconds) => new Date(seconds * 1000));

export function valueOf(schema: NormalizedSchema, options: Options = {}): fc.Arbitrary<any> {
  return schema.isStructSchema() ? structure(schema, options, 0) : fc.constant({});
}

function value(schema: NormalizedSchema, options: Options, depth: number): fc.Arbitrary<any> {
  if (schema.isUnionSchema()) return union(schema, options, depth);
  if (schema.isStructSchema()) return structure(schema, options, depth);
  if (schema.isListSchema()) {
    const item = value(schema.getValueSchema(), options, depth + 1);
    return fc.array(item, { minLength: 1, maxLength: 2 });
  }
  if (schema.isMapSchema()) {
    const item = value(schema.getValueSchema(), options, depth + 1);
    return fc.dictionary(plain, item, { minKeys: 1, maxKeys: 2, noNullPrototype: true });
  }
  return simple(schema);
}

function structure(schema: NormalizedSchema, options: Options, depth: number): fc.Arbitrary<any> {
  const members: Record<string, fc.Arbitrary<any>> = {};
  const required: string[] = [];
  const needed = requiredCount(schema);
  let position = 0;
  for (const [name, member] of schema.structIterator()) {
    const isNeeded = position < needed;
    position += 1;
    if (depth >= DEPTH_MAX && !isNeeded && isCompound(member)) continue;
    if (options.omit?.includes(name)) continue;
    members[name] = bound(member, options, depth);
    if (isNeeded || member.isIdempotencyToken() || isAlwaysThere(member)) required.push(name);
  }
  // A form cannot carry an empty structure.
  const [first] = Object.keys(members);
  if (depth > 0 && required.length === 0 && first !== undefined) required.push(first);
  return fc.record(members, { requiredKeys: required as never[], noNullPrototype: true });
}

function union(schema: NormalizedSchema, options: Options, depth: number): fc.Arbitrary<any> {
  const all = [...schema.structIterator()];
  const leaves = all.filter(([, member]) => !isCompound(member));
  const flat = all.filter(([, member]) => member.isListSchema() && !isCompound(member.getValueSchema()));
  const members = depth < DEPTH_MAX ? all : [...leaves, ...flat];
  return fc.oneof(
    ...members.map(([name, member]) =>
      value(member, options, depth + 1).map((item: unknown) => ({ [name]: item })),
    ),
  );
}

function bound(member: NormalizedSchema, options: Options, depth: number): fc.Arbitrary<any> {
  const traits = member.getMergedTraits();
  if (traits.httpResponseCode !== undefined) return fc.constantFrom(200, 202);
  if (traits.httpLabel !== undefined) return plain;
  if (traits.httpHeader !== undefined && member.isStringSchema()) return plain;
  if (traits.httpHeader !== undefined && member.isListSchema())
    return fc.array(plain, { minLength: 1, maxLength: 2 });
  return value(member, options, depth + 1);
}

/** What the client fills in by itself when the answer has none. */
function isAlwaysThere(member: NormalizedSchema): boolean {
  const traits = member.getMergedTraits();
  return traits.httpResponseCode !== undefined || traits.httpPayload !== undefined;
}

function isCompound(schema: NormalizedSchema): boolean {
  return schema.isStructSchema() || schema.isListSchema() || schema.isMapSchema();
}

function simple(schema: NormalizedSchema): fc.Arbitrary<any> {
  if (schema.isTimestampSchema()) return instant;
  if (schema.isBlobSchema()) return fc.uint8Array({ minLength: 1, maxLength: 20 });
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.integer({ min: 0, max: 1_000_000 });
  if (schema.isStringSchema())
    return schema.getMergedTraits().mediaType === undefined ? text : fc.constant('{"a":1}');
  if (schema.isDocumentSchema()) return fc.constant({ a: 1 });
  throw new Error(`no arbitrary for ${schema.getName(true)}`);
}
