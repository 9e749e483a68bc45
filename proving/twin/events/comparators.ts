/** What may stand in a pattern's list: literals and the comparators of the user guide. */

import { inBlock, parseBlock } from './cidr.ts';
import { InvalidPattern } from './errors.ts';
import { matchesWildcard, wildcardParts } from './wildcard.ts';

/** A leaf of an event: what a pattern's list is compared with. */
export type Leaf = string | number | boolean | null;
export type LeafTest = (leaf: Leaf) => boolean;
type Fields = Readonly<Record<string, unknown>>;

const ORDER: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};
const NUMBER_MAX = 5e9;

/** The test of one element of a pattern's list. Throws InvalidPattern. `exists` is not one: see `pattern.ts`. */
export function leafTest(rule: unknown): LeafTest {
  if (isLeaf(rule)) return (leaf) => leaf === rule;
  const [name, operand] = single(rule);
  switch (name) {
    case 'prefix':
      return textTest(name, operand, (text, part) => text.startsWith(part));
    case 'suffix':
      return textTest(name, operand, (text, part) => text.endsWith(part));
    case 'equals-ignore-case':
      return ignoringCase(required(name, operand));
    case 'wildcard': {
      const parts = wildcardParts(required(name, operand));
      return (leaf) => typeof leaf === 'string' && matchesWildcard(parts, leaf);
    }
    case 'numeric':
      return numericTest(operand);
    case 'cidr':
      return cidrTest(operand);
    case 'anything-but':
      return anythingBut(operand);
    default:
      throw new InvalidPattern(`Unrecognized match type ${name}`);
  }
}

export function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** The one member of a comparator object. */
export function single(rule: unknown): [string, unknown] {
  const entries = Object.entries((Array.isArray(rule) ? {} : rule) as Fields);
  if (entries.length !== 1) throw new InvalidPattern('Only one key allowed in match expression');
  return entries[0]!;
}

function required(name: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new InvalidPattern(`${name} match pattern must be a string`);
  return operand;
}

/** Prefix and suffix take a text, or `{ "equals-ignore-case": text }`. */
function textTest(
  name: string,
  operand: unknown,
  matches: (text: string, part: string) => boolean,
): LeafTest {
  if (typeof operand === 'object' && operand !== null) {
    const [inner, text] = single(operand);
    if (inner !== 'equals-ignore-case') throw new InvalidPattern(`Unsupported ${name} pattern: ${inner}`);
    const part = required(inner, text).toLowerCase();
    return (leaf) => typeof leaf === 'string' && matches(leaf.toLowerCase(), part);
  }
  const part = required(name, operand);
  return (leaf) => typeof leaf === 'string' && matches(leaf, part);
}

function ignoringCase(text: string): LeafTest {
  const wanted = text.toLowerCase();
  return (leaf) => typeof leaf === 'string' && leaf.toLowerCase() === wanted;
}

function numericTest(operand: unknown): LeafTest {
  const terms = Array.isArray(operand) ? (operand as unknown[]) : [];
  if (terms.length !== 2 && terms.length !== 4) {
    throw new InvalidPattern('Value of numeric must be an array of one or two comparisons');
  }
  const tests: LeafTest[] = [];
  for (let i = 0; i < terms.length; i += 2) {
    const [operator, bound] = [terms[i], terms[i + 1]];
    const compare =
      typeof operator === 'string' && Object.hasOwn(ORDER, operator) ? ORDER[operator] : undefined;
    if (compare === undefined)
      throw new InvalidPattern(`Unrecognized numeric range operator: ${String(operator)}`);
    if (typeof bound !== 'number' || Math.abs(bound) > NUMBER_MAX) {
      throw new InvalidPattern(`Value of ${String(operator)} must be a number from -5e9 to 5e9`);
    }
    tests.push((leaf) => typeof leaf === 'number' && compare(leaf, bound));
  }
  return (leaf) => tests.every((test) => test(leaf));
}

function cidrTest(operand: unknown): LeafTest {
  const block = parseBlock(required('cidr', operand));
  if (block === null) throw new InvalidPattern(`Malformed CIDR: ${String(operand)}`);
  return (leaf) => typeof leaf === 'string' && inBlock(block, leaf);
}

const NEGATABLE = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

/** Takes a literal, a list of literals, or a comparator whose operand is a text or a list of texts. */
function anythingBut(operand: unknown): LeafTest {
  if (isLeaf(operand) || Array.isArray(operand)) {
    const literals = listOf(operand);
    const allowed = ['string', 'number'];
    if (!literals.every((literal) => allowed.includes(typeof literal))) {
      throw new InvalidPattern('Inside anything-but list, only strings or numbers are supported');
    }
    return (leaf) => !literals.includes(leaf);
  }
  const [name, inner] = single(operand);
  if (!NEGATABLE.includes(name)) throw new InvalidPattern(`Unsupported anything-but pattern: ${name}`);
  const tests = listOf(inner).map((each) => leafTest({ [name]: each }));
  return (leaf) => !tests.some((test) => test(leaf));
}

function listOf(operand: unknown): unknown[] {
  const list: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw new InvalidPattern('Empty arrays are not allowed');
  return list;
}
