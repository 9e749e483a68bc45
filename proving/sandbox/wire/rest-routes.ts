/** Finds the operation of a REST request by the routes in the schemas. */

import type { OperationSchema } from './schema.ts';
import type { WireRequest } from './message.ts';

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
  readonly headers: ReadonlySet<string>;
}

/** Repeats the operation's name for the reader of a log; the client may leave it out. */
const HINT = 'x-id';

export function buildRoutes(operations: Iterable<OperationSchema>): (request: WireRequest) => RouteMatch[] {
  const routes = [...operations].filter((operation) => operation.route !== null).map(compile);
  return (request) =>
    routes
      .filter((route) => accepts(route, request))
      .sort((a, b) => specificity(b) - specificity(a))
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
  for (const [, member] of operation.input.isStructSchema() ? operation.input.structIterator() : []) {
    const traits = member.getMergedTraits();
    if (traits.httpQuery !== undefined) queryKeys.add(traits.httpQuery);
    if (traits.httpHeader !== undefined) headers.add(traits.httpHeader.toLowerCase());
  }
  return { operation, pattern: new RegExp(`^${source.replace(/\/$/, '')}/?$`), labels, queryKeys, headers };
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
  const takesAny = [
    ...(route.operation.input.isStructSchema() ? route.operation.input.structIterator() : []),
  ].some(([, member]) => member.getMergedTraits().httpQueryParams !== undefined);
  return takesAny || route.queryKeys.has(key) || /^x-amz-/i.test(key);
}

/** CopyObject and PutObject share method and path; only the source header tells them apart. */
function copies(route: Route, request: WireRequest): boolean {
  const isCopy = request.headers['x-amz-copy-source'] !== undefined;
  return isCopy === route.headers.has('x-amz-copy-source');
}

function specificity(route: Route): number {
  const literals = route.operation.route?.literals.filter(([key]) => key !== HINT).length ?? 0;
  return literals * 100 - route.labels.length * 10 + (route.operation.route?.path.length ?? 0) / 100;
}

function labelsOf(route: Route, path: string): Record<string, string> {
  const match = route.pattern.exec(path);
  return Object.fromEntries(
    route.labels.map((label, index) => [label, decodeURIComponent(match?.[index + 1] ?? '')]),
  );
}
