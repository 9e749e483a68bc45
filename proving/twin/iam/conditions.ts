/** The Condition element of a statement. */

import { isInRange } from './addresses.ts';
import { type Part, contextValue, expand, matchesArn, matchesGlob, plainText } from './patterns.ts';
import { type PolicyStatement, type RequestContext, listOf } from './types.ts';

type Test = (value: string, pattern: readonly Part[]) => boolean;

const TESTS: Readonly<Record<string, Test>> = {
  stringequals: (value, pattern) => value === plainText(pattern),
  stringequalsignorecase: (value, pattern) => value.toLowerCase() === plainText(pattern).toLowerCase(),
  stringlike: (value, pattern) => matchesGlob(pattern, value),
  arnequals: (value, pattern) => matchesArn(pattern, value),
  arnlike: (value, pattern) => matchesArn(pattern, value),
  numericequals: numeric((a, b) => a === b),
  numericlessthan: numeric((a, b) => a < b),
  numericlessthanequals: numeric((a, b) => a <= b),
  numericgreaterthan: numeric((a, b) => a > b),
  numericgreaterthanequals: numeric((a, b) => a >= b),
  dateequals: dated((a, b) => a === b),
  datelessthan: dated((a, b) => a < b),
  datelessthanequals: dated((a, b) => a <= b),
  dategreaterthan: dated((a, b) => a > b),
  dategreaterthanequals: dated((a, b) => a >= b),
  bool: (value, pattern) => value.toLowerCase() === plainText(pattern).toLowerCase(),
  binaryequals: (value, pattern) => value === plainText(pattern),
  ipaddress: (value, pattern) => isInRange(value, plainText(pattern)),
};

const NEGATED: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike',
  numericnotequals: 'numericequals',
  datenotequals: 'dateequals',
  notipaddress: 'ipaddress',
};

interface Operator {
  readonly name: string;
  readonly set: 'all' | 'any' | null;
  readonly ifExists: boolean;
}

export function isOperator(written: string): boolean {
  const { name, ifExists } = parseOperator(written);
  return name === 'null' ? !ifExists : Object.hasOwn(TESTS, positive(name));
}

/** The test behind an operator: a negated one is the opposite of another. */
function positive(name: string): string {
  return Object.hasOwn(NEGATED, name) ? NEGATED[name]! : name;
}

/**
 * All operators and all keys must hold.
 * @throws Error for an operator that IAM does not have, whatever the request: a condition that nobody can read must
 * neither allow nor fail to deny.
 */
export function conditionHolds(
  condition: PolicyStatement['Condition'],
  context: RequestContext,
  hasVariables: boolean,
): boolean {
  const operators = Object.entries(condition ?? {});
  const unknown = operators.find(([written]) => !isOperator(written));
  if (unknown) throw new Error(`unknown condition operator: ${unknown[0]}`);
  return operators.every(([written, keys]) => {
    const operator = parseOperator(written);
    return Object.entries(keys).every(([key, given]) => {
      const patterns = listOf(given).map(String);
      const actual = contextValue(context, key);
      const values = actual === undefined ? null : listOf(actual);
      if (operator.name === 'null') return isNull(values) === (patterns[0]?.toLowerCase() === 'true');
      const expanded = patterns.map((pattern) => expand(pattern, context, hasVariables));
      return keyHolds(operator, values, expanded);
    });
  });
}

function parseOperator(written: string): Operator {
  const lower = written.toLowerCase();
  const [, set, rest = lower] = /^(forallvalues|foranyvalue):(.*)$/.exec(lower) ?? [];
  const ifExists = rest.endsWith('ifexists');
  return {
    name: ifExists ? rest.slice(0, -'ifexists'.length) : rest,
    set: set === undefined ? null : set === 'forallvalues' ? 'all' : 'any',
    ifExists,
  };
}

function keyHolds(
  operator: Operator,
  values: readonly string[] | null,
  patterns: readonly (readonly Part[] | null)[],
): boolean {
  const isNegated = Object.hasOwn(NEGATED, operator.name);
  const test = TESTS[positive(operator.name)]!;
  if (isNull(values)) {
    if (operator.ifExists || operator.set === 'all') return true;
    return isNegated && operator.set === null;
  }
  const hits = (value: string): boolean =>
    patterns.some((pattern) => pattern !== null && test(value, pattern)) !== isNegated;
  // Without a set operator a negated test must hold for every value, a plain one for any.
  const isEvery = operator.set === 'all' || (operator.set === null && isNegated);
  return isEvery ? (values ?? []).every(hits) : (values ?? []).some(hits);
}

function isNull(values: readonly string[] | null): boolean {
  return values === null || values.length === 0;
}

function numeric(compare: (a: number, b: number) => boolean): Test {
  return (value, pattern) => {
    const [a, b] = [numberOf(value), numberOf(plainText(pattern))];
    return !Number.isNaN(a) && !Number.isNaN(b) && compare(a, b);
  };
}

/** NaN for no text at all, which would count as zero. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function dated(compare: (a: number, b: number) => boolean): Test {
  return (value, pattern) => {
    const [a, b] = [instant(value), instant(plainText(pattern))];
    return !Number.isNaN(a) && !Number.isNaN(b) && compare(a, b);
  };
}

/** ISO 8601, or seconds since 1970. */
function instant(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
