/**
 * Event patterns (EventBridge user guide, "Comparison operators for use in event patterns"). Fields of a pattern
 * are joined by and, elements of a list by or; a list in an event matches where one of its elements does.
 */

import { type LeafTest, isLeaf, leafTest, single } from './comparators.ts';
import { InvalidPattern } from './errors.ts';

type Test = (value: unknown) => boolean;

/** Compiles a pattern (an object, or its JSON text) to a test of events. Throws InvalidPattern. */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  const parsed = typeof pattern === 'string' ? parseJson(pattern) : pattern;
  if (!isObject(parsed)) throw new InvalidPattern('Filter is not an object');
  return objectTest(parsed);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidPattern(`not valid JSON: ${(error as Error).message}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectTest(pattern: Readonly<Record<string, unknown>>): Test {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw new InvalidPattern('Empty objects are not allowed');
  const tests = fields.map(([name, rule]): Test => {
    if (name === '$or') return orTest(rule);
    const test = fieldTest(name, rule);
    return (value) => test(isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);
  });
  const onObject: Test = (value) => tests.every((test) => test(value));
  return (value) =>
    Array.isArray(value) && value.length > 0 ? value.flat(Infinity).some(onObject) : onObject(value);
}

function orTest(rule: unknown): Test {
  if (!Array.isArray(rule) || rule.length < 2 || !rule.every(isObject)) {
    throw new InvalidPattern('$or must be a list of at least two objects');
  }
  const tests = rule.map(objectTest);
  return (value) => tests.some((test) => test(value));
}

function fieldTest(name: string, rule: unknown): Test {
  if (isObject(rule)) return objectTest(rule);
  if (!Array.isArray(rule)) throw new InvalidPattern(`"${name}" must be an object or an array`);
  if (rule.length === 0) throw new InvalidPattern('Empty arrays are not allowed');
  const tests = (rule as unknown[]).map(elementTest);
  return (value) => tests.some((test) => test(value));
}

function elementTest(rule: unknown): Test {
  if (!isLeaf(rule)) {
    const [name, operand] = single(rule);
    if (name === 'exists') {
      if (typeof operand !== 'boolean') {
        throw new InvalidPattern('exists match pattern must be either true or false');
      }
      return (value) => leavesOf(value).length > 0 === operand;
    }
  }
  const test: LeafTest = leafTest(rule);
  return (value) => leavesOf(value).some(test);
}

/** The leaves of a field: itself, or those of its list. An object is no leaf, and an absent field has none. */
function leavesOf(value: unknown) {
  return (Array.isArray(value) ? (value.flat(Infinity) as unknown[]) : [value]).filter(isLeaf);
}
