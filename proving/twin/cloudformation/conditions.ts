/** Decides the Conditions and Rules of a template. They depend on parameters and mappings alone. */

import { isConditionFunction } from './condition-functions.ts';
import { fail } from './errors.ts';
import { evaluate } from './intrinsics.ts';
import type { Scope } from './scope.ts';
import { isRecord, type Properties, sameValue } from './values.ts';

/** Bounds of `Fn::And` and `Fn::Or`, as CloudFormation has them. */
const OPERANDS_MIN = 2;
const OPERANDS_MAX = 10;

type ScopeWithoutConditions = Omit<Scope, 'condition'>;

/** Every condition's value. Conditions may use each other; a circle is refused by name. */
export function decideConditions(
  conditions: Properties,
  scope: ScopeWithoutConditions,
): ReadonlyMap<string, boolean> {
  const decided = new Map<string, boolean>();
  const open: string[] = [];
  const decide = (name: string, path: string): boolean => {
    const known = decided.get(name);
    if (known !== undefined) return known;
    if (!Object.hasOwn(conditions, name)) {
      return fail(`Template error: unresolved condition dependency ${name}`, path);
    }
    if (open.includes(name)) {
      return fail(`Template error: conditions depend on each other: ${[...open, name].join(' -> ')}`, path);
    }
    open.push(name);
    const value = decideExpression(conditions[name], { ...scope, condition: decide }, `Conditions/${name}`);
    open.pop();
    decided.set(name, value);
    return value;
  };
  for (const name of Object.keys(conditions)) decide(name, `Conditions/${name}`);
  return decided;
}

/** Rules that do not hold, as CloudFormation words them. */
export function brokenRules(rules: Readonly<Record<string, Properties>>, scope: Scope): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const path = `Rules/${name}`;
    const applies = rule['RuleCondition'];
    if (applies !== undefined && !decideExpression(applies, scope, `${path}/RuleCondition`)) return [];
    const assertions = Array.isArray(rule['Assertions']) ? (rule['Assertions'] as unknown[]) : [];
    return assertions.flatMap((assertion, index) => {
      if (!isRecord(assertion)) return fail('an assertion must be an object', `${path}/Assertions/${index}`);
      if (decideExpression(assertion['Assert'], scope, `${path}/Assertions/${index}`)) return [];
      const description = assertion['AssertDescription'];
      return [`${name}: ${typeof description === 'string' ? description : 'the assertion does not hold'}`];
    });
  });
}

function decideExpression(expression: unknown, scope: Scope, path: string): boolean {
  if (typeof expression === 'boolean') return expression;
  if (expression === 'true' || expression === 'false') return expression === 'true';
  const [name, argument] = soleEntry(expression, path);
  const inside = `${path}/${name}`;
  if (name === 'Condition') {
    return typeof argument === 'string' ? scope.condition(argument, inside) : fail('needs a name', inside);
  }
  const operands = Array.isArray(argument) ? (argument as unknown[]) : fail('needs a list', inside);
  const decide = (operand: unknown) => decideExpression(operand, scope, inside);
  const value = (index: number) => evaluate(operands[index], scope, `${inside}/${index}`);
  switch (name) {
    case 'Fn::And':
      return bounded(operands, inside).every(decide);
    case 'Fn::Or':
      return bounded(operands, inside).some(decide);
    case 'Fn::Not':
      return !decide(exactly(operands, 1, inside)[0]);
    case 'Fn::Equals':
      exactly(operands, 2, inside);
      return sameValue(value(0), value(1));
    case 'Fn::Contains':
      return members(value(0), inside).some((member) => sameValue(member, value(1)));
    case 'Fn::EachMemberEquals':
      return members(value(0), inside).every((member) => sameValue(member, value(1)));
    case 'Fn::EachMemberIn': {
      const allowed = members(value(1), inside);
      return members(value(0), inside).every((member) => allowed.some((one) => sameValue(one, member)));
    }
    default:
      return fail(`Template error: ${name} is no condition`, path);
  }
}

function soleEntry(expression: unknown, path: string): [string, unknown] {
  const entries = isRecord(expression) ? Object.entries(expression) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length > 1 || !isConditionFunction(entry[0])) {
    return fail(`Template error: ${JSON.stringify(expression)} is no condition`, path);
  }
  return entry;
}

function members(value: unknown, path: string): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : fail('needs a list', path);
}

function exactly(operands: unknown[], count: number, path: string): unknown[] {
  return operands.length === count ? operands : fail(`needs ${count} operands, got ${operands.length}`, path);
}

function bounded(operands: unknown[], path: string): unknown[] {
  if (operands.length >= OPERANDS_MIN && operands.length <= OPERANDS_MAX) return operands;
  return fail(`needs ${OPERANDS_MIN} to ${OPERANDS_MAX} operands, got ${operands.length}`, path);
}
