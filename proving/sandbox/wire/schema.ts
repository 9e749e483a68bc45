/** Reads the operation and error schemas that every AWS SDK client exports, for use in the server's direction. */

import { NormalizedSchema } from '@smithy/core/schema';

export type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

export interface HttpRoute {
  readonly method: string;
  readonly path: string;
  /** Query keys (with values) that are part of the route: `list-type=2`. */
  readonly literals: readonly (readonly [key: string, value: string])[];
  readonly status: number;
}

export interface OperationSchema {
  readonly name: string;
  readonly route: HttpRoute | null;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

export interface ErrorSchema {
  readonly name: string;
  readonly fullName: string;
  /** The code of the awsQuery protocol; the shape's name where the model names no other. */
  readonly queryCode: string;
  readonly status: number | null;
  readonly members: NormalizedSchema;
}

const OPERATION = 9;
const ERROR = -3;

/** By operation name. */
export function operationSchemas(sdk: Readonly<Record<string, unknown>>): Map<string, OperationSchema> {
  const found = new Map<string, OperationSchema>();
  for (const tuple of staticSchemas(sdk, OPERATION)) {
    const name = String(tuple[2]);
    found.set(name, {
      name,
      route: routeOf(traitsOf(tuple)['http']),
      input: NormalizedSchema.of(resolve(tuple[4])),
      output: NormalizedSchema.of(resolve(tuple[5])),
    });
  }
  return found;
}

/** By shape name and by query code. */
export function errorSchemas(sdk: Readonly<Record<string, unknown>>): Map<string, ErrorSchema> {
  const found = new Map<string, ErrorSchema>();
  for (const tuple of staticSchemas(sdk, ERROR)) {
    const traits = traitsOf(tuple);
    const query = traits['awsQueryError'] as [code: string, status: number] | undefined;
    const schema: ErrorSchema = {
      name: String(tuple[2]),
      fullName: `${String(tuple[1])}#${String(tuple[2])}`,
      queryCode: query?.[0] ?? String(tuple[2]),
      status: (traits['httpError'] as number | undefined) ?? query?.[1] ?? null,
      members: NormalizedSchema.of(tuple as unknown as SchemaRef),
    };
    found.set(schema.queryCode, schema);
    found.set(schema.name, schema);
  }
  return found;
}

/** How many of a structure's members, counted from the first, the service requires. */
export function requiredCount(schema: NormalizedSchema): number {
  const tuple = schema.getSchema() as unknown;
  const count = Array.isArray(tuple) ? (tuple[6] as unknown) : undefined;
  return typeof count === 'number' ? count : 0;
}

/** A structure made up here, for envelopes that the models leave to the protocol. */
export function structure(name: string, members: Readonly<Record<string, SchemaRef>>): SchemaRef {
  return [
    3,
    'understudy.wire',
    name,
    0,
    Object.keys(members),
    Object.values(members),
  ] as unknown as SchemaRef;
}

function staticSchemas(sdk: Readonly<Record<string, unknown>>, kind: number): unknown[][] {
  return Object.values(sdk).filter((value): value is unknown[] => Array.isArray(value) && value[0] === kind);
}

function traitsOf(tuple: readonly unknown[]): Record<string, unknown> {
  const traits = tuple[3];
  return typeof traits === 'object' && traits !== null ? (traits as Record<string, unknown>) : {};
}

function resolve(ref: unknown): SchemaRef {
  return (typeof ref === 'function' ? (ref as () => unknown)() : ref) as SchemaRef;
}

function routeOf(trait: unknown): HttpRoute | null {
  if (!Array.isArray(trait)) return null;
  const [method, uri, status] = trait as [string, string, number | undefined];
  const [path = '/', query = ''] = uri.split('?');
  const literals = [...new URLSearchParams(query)];
  return { method, path, literals, status: status ?? 200 };
}
