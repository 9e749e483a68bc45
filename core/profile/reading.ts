/**
 * Reads fields out of a value nobody has checked yet. Every helper adds to the list of faults instead of
 * throwing, so that one run names all of them.
 */

import type { Fault } from '../errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object, or null after noting that it is none. */
export function objectAt(faults: Fault[], field: string, value: unknown): Fields | null {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  faults.push({ field, value, rule: 'must be an object', fix: `write ${field} as { ... }` });
  return null;
}

/** Notes every field that is not known, with the nearest known name. */
export function onlyKnown(faults: Fault[], path: string, value: Fields, known: readonly string[]): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    faults.push({
      field: path === '' ? name : `${path}.${name}`,
      value: value[name],
      rule: 'is not a field of the profile',
      fix: near === null ? `use one of ${known.join(', ')}` : `did you mean ${near}`,
    });
  }
}

export interface TextRule {
  readonly pattern: RegExp;
  readonly rule: string;
  readonly fix: string;
}

/** The value as text that matches; null when it is absent or was noted as a fault. */
export function textAt(faults: Fault[], field: string, value: unknown, rule: TextRule): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && rule.pattern.test(value)) return value;
  faults.push({ field, value, rule: rule.rule, fix: rule.fix });
  return null;
}

/** As `textAt`, for a field that must be there. */
export function requiredTextAt(
  faults: Fault[],
  field: string,
  value: unknown,
  rule: TextRule,
): string | null {
  if (value === undefined) {
    faults.push({ field, value, rule: 'is required', fix: rule.fix });
    return null;
  }
  return textAt(faults, field, value, rule);
}

export interface IntegerRule {
  readonly min: number;
  readonly max: number;
  readonly fix: string;
}

export function integerAt(faults: Fault[], field: string, value: unknown, rule: IntegerRule): number | null {
  if (value === undefined) return null;
  if (Number.isInteger(value) && (value as number) >= rule.min && (value as number) <= rule.max) {
    return value as number;
  }
  faults.push({
    field,
    value,
    rule: `must be a whole number from ${rule.min} to ${rule.max}`,
    fix: rule.fix,
  });
  return null;
}

/** The value as one of a closed list; null when it is absent or was noted as a fault. */
export function choiceAt<T extends string>(
  faults: Fault[],
  field: string,
  value: unknown,
  choices: readonly T[],
): T | null {
  if (value === undefined) return null;
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  const near = typeof value === 'string' ? nearest(value, choices) : null;
  faults.push({
    field,
    value,
    rule: `must be one of ${choices.join(', ')}`,
    fix: near === null ? `use one of ${choices.join(', ')}` : `did you mean '${near}'`,
  });
  return null;
}

/** The value as true or false; null when it is absent or was noted as a fault. */
export function booleanAt(faults: Fault[], field: string, value: unknown, fix: string): boolean | null {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value;
  faults.push({ field, value, rule: 'must be true or false', fix });
  return null;
}

/** The value as a list; null after noting that it is none. */
export function listAt(faults: Fault[], field: string, value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value as readonly unknown[];
  faults.push({ field, value, rule: 'must be a list', fix: `write ${field} as [ ... ]` });
  return null;
}

/** The known name closest to what was written, or null when nothing is close. */
export function nearest(written: string, known: readonly string[]): string | null {
  const ranked = known
    .map((name) => ({ name, edits: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits || a.name.localeCompare(b.name));
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : null;
}

/** Levenshtein's distance: insertions, deletions and substitutions between two words. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
