/** ProjectionExpression: which parts of an item are returned. */

import { type Path, refuseOverlaps, valueAt } from '../path.ts';
import type { AttributeValue, Item } from '../value.ts';
import { Cursor } from './cursor.ts';
import type { Substitutions } from './substitutions.ts';

const LABEL = 'ProjectionExpression';

/** Throws ValidationException: syntax, overlapping paths. */
export function parseProjection(text: string, given: Substitutions): Path[] {
  const cursor = new Cursor(LABEL, text, given);
  const paths = cursor.list(() => cursor.path());
  cursor.expectEnd();
  refuseOverlaps(LABEL, paths);
  return paths;
}

/** The item cut down to the paths it has; chosen elements of a list close up. */
export function project(item: Item, paths: readonly Path[]): Item {
  const found = paths.filter((path) => valueAt(item, path) !== undefined);
  return (projected({ M: item }, found) as { M: Item }).M;
}

function projected(value: AttributeValue, paths: readonly Path[]): AttributeValue {
  if (paths.some((path) => path.length === 0)) return value;
  const steps = [...new Set(paths.map((path) => path[0]!))];
  const below = (step: string | number): Path[] =>
    paths.filter((path) => path[0] === step).map((path) => path.slice(1));
  if ('L' in value) {
    const indexes = (steps as number[]).toSorted((a, b) => a - b);
    return { L: indexes.map((index) => projected(value.L[index]!, below(index))) };
  }
  const map = (value as { M: Item }).M;
  return {
    M: Object.fromEntries((steps as string[]).map((name) => [name, projected(map[name]!, below(name))])),
  };
}
