/** Finds the operation of a REST request by the routes in the schemas. */

import type { NormalizedSchema } from '@smithy/core/schema';
import type { WireRequest } from './message.ts';
import { type OperationSchema, requiredCount } from './schema.ts';

export interface RouteMatch {
  readonly operation: OperationSchema;
  /** Path labels by member name, percent-decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: OperationSchema;
  readonly pattern: RegExp;
  readonly labels: readonly string[];
  readonly queryKeys: ReadonlySet<string>;
  /** Query keys without which the service refuses the request. */
  readonly requiredKeys: readonly string[];
  readonly headers: ReadonlySet<string>;
}

/** Repeats the operation's name for the reader of a log; the client may leave it out. */
const HINT = 'x-id';

export function buildRoutes(operations: Iterable<OperationSchema>): (request: WireRequest) => RouteMatch[] {
  const routes = [...operations].filter((operation) => operation.route !== null).map(compile);
  return (request) =>
    routes
      .filter((route) => accepts(route, request))
      .sort((a, b) => specificity(b, request) - specificity(a, request))
      .map((route) => ({ operation: route.operation, labels: labelsOf(route, request.path) }));
}

function compile(operation: OperationSchema): Route {
  const labels: string[] = [];
  const source = (operation.route?.path ?? '/')
    .split(/(\{\w+\+?\})/)
    .map((part) => {
      const label = /^\{(\w+)(\+?)\}$/.exec(part);
      if (!label) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      labels.push(label[1] ?? '');
      return label[2] === '+' ? '(.+)' : '([^/]+)';
    })
    .join('');
  const queryKeys = new Set<string>([HINT]);
  const headers = new Set<string>();
  for (const [key] of operation.route?.literals ?? []) queryKeys.add(key);
  const requiredKeys: string[] = [];
  const required = requiredCount(operation.input);
  for (const [position, member] of membersOf(operation).entries()) {
    const traits = member.getMergedTraits();
    if (traits.httpQuery !== undefined) queryKeys.add(traits.httpQuery);
    if (traits.httpQuery !== undefined && position < required) requiredKeys.push(traits.httpQuery);
    if (traits.httpHeader !== undefined) headers.add(traits.httpHeader.toLowerCase());
  }
  const pattern = new RegExp(`^${source.replace(/\/$/, '')}/?$`);
  return { operation, pattern, labels, queryKeys, requiredKeys, headers };
}

function membersOf({ input }: OperationSchema): NormalizedSchema[] {
  return input.isStructSchema() ? Array.from(input.structIterator(), ([, member]) => member) : [];
}

function accepts(route: Route, request: WireRequest): boolean {
  const { route: http, name } = route.operation;
  if (http === null || http.method !== request.method || !route.pattern.test(request.path)) return false;
  const hint = request.query.get(HINT);
  if (hint !== null && hint !== name) return false;
  const hasLiterals = http.literals.every(
    ([key, value]) =>
      key === HINT || (request.query.has(key) && (value === '' || request.query.get(key) === value)),
  );
  return (
    hasLiterals && [...request.query.keys()].every((key) => isBound(route, key)) && copies(route, request)
  );
}

/** A query key the operation does not know means that another operation is meant (`?partNumber=`, `?acl`). */
function isBound(route: Route, key: string): boolean {
  const takesAny = membersOf(route.operation).some(
    (member) => member.getMergedTraits().httpQueryParams !== undefined,
  );
  return takesAny || route.queryKeys.has(key) || /^x-amz-/i.test(key);
}

/** CopyObject and PutObject share method and path; only the source header tells them apart. */
function copies(route: Route, request: WireRequest): boolean {
  const isCopy = request.headers['x-amz-copy-source'] !== undefined;
  return isCopy === route.headers.has('x-amz-copy-source');
}

/** An operation that lacks nothing comes before one that would be refused: DeleteObject before AbortMultipartUpload. */
function specificity({ operation, labels, requiredKeys }: Route, request: WireRequest): number {
  const literals = operation.route?.literals.filter(([key]) => key !== HINT).length ?? 0;
  const isComplete = requiredKeys.every((key) => request.query.has(key));
  const length = operation.route?.path.length ?? 0;
  return (
    Number(isComplete) * 10_000 + (literals + requiredKeys.length) * 100 - labels.length * 10 + length / 100
  );
}

function labelsOf(route: Route, path: string): Record<string, string> {
  const match = route.pattern.exec(path);
  return Object.fromEntries(
    route.labels.map((label, index) => [label, decodeURIComponent(match?.[index + 1] ?? '')]),
  );
}
