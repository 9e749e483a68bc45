/** Events that are not what they seem: anything at all, and events of ours with one thing replaced (SEC-07). */

import * as fc from 'fast-check';

/** A copy with one thing replaced: the nearest that a forged event comes. */
export function mutated(event: unknown, path: readonly string[], value: unknown): unknown {
  const copy: unknown = structuredClone(event);
  let at = copy as Record<string, unknown>;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[path.at(-1)!] = value;
  return copy;
}

/** @param ours events that the function acts on: every place of each of them is forged */
export function forgedEvents(ours: readonly unknown[]): fc.Arbitrary<unknown> {
  const junk = fc.oneof(fc.anything({ maxDepth: 3 }), fc.string(), fc.constant(undefined), fc.jsonValue());
  const forged = fc.tuple(fc.constantFrom(...ours), fc.nat(), junk).map(([event, pick, value]) => {
    const paths = pathsOf(event);
    return mutated(event, paths[pick % paths.length]!, value);
  });
  return fc.oneof(fc.anything(), fc.jsonValue(), forged);
}

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [...path, name],
    ...pathsOf(inner, [...path, name]),
  ]);
}
