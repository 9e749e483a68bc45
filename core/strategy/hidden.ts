/** Rules that nobody ever reaches, because an earlier one takes everybody they match. */

import type { Fault } from '../errors.ts';
import type { AttributeRule, PercentRule, StrategyRule } from './types.ts';
import { bucketSalt } from './assign.ts';

/** @param field path of the list of rules */
export function hiddenRules(field: string, rules: readonly StrategyRule[]): readonly Fault[] {
  const faults: Fault[] = [];
  const everybody = rules.findIndex((rule) => 'percent' in rule && rule.percent === 100);
  rules.forEach((rule, at) => {
    const place = `${field}[${at}]`;
    // A share of 100 percent takes all users, but no request without one: only an attribute is still met there.
    if (everybody !== -1 && at > everybody && !('attribute' in rule)) {
      faults.push(hidden(place, rule, `matches nobody: ${field}[${everybody}] takes every user`));
    } else if ('percent' in rule) {
      faults.push(...hiddenShare(field, rules, at, rule));
    } else {
      faults.push(...namedTwice(field, rules, at));
    }
  });
  return faults;
}

function hidden(field: string, value: unknown, rule: string): Fault {
  return { field, value, rule, fix: 'move it up, or leave it out' };
}

/** Shares with one destination have one salt: the smaller lies within the larger. */
function hiddenShare(
  field: string,
  rules: readonly StrategyRule[],
  at: number,
  rule: PercentRule,
): readonly Fault[] {
  const by = rules.findIndex(
    (earlier, index) =>
      index < at &&
      'percent' in earlier &&
      bucketSalt(earlier.to) === bucketSalt(rule.to) &&
      earlier.percent >= rule.percent,
  );
  if (by === -1) return [];
  const why = `matches nobody: ${field}[${by}] sends the same users, and more, to the same place`;
  return [hidden(`${field}[${at}]`, rule, why)];
}

function namedTwice(field: string, rules: readonly StrategyRule[], at: number): readonly Fault[] {
  const rule = rules[at]!;
  const part = 'users' in rule ? 'users' : 'equals';
  const names = namesOf(rule);
  const place = `${field}[${at}].${part}`;
  const within = names.find((name, index) => names.indexOf(name) !== index);
  if (within !== undefined) {
    return [{ field: place, value: within, rule: 'is named twice', fix: 'name it once' }];
  }
  for (const [index, earlier] of rules.slice(0, at).entries()) {
    if (!isAlike(earlier, rule)) continue;
    const known = new Set(namesOf(earlier));
    const again = names.filter((name) => known.has(name));
    if (again.length === 0) continue;
    const where = `${field}[${index}]`;
    if (again.length === names.length) {
      return [hidden(`${field}[${at}]`, rule, `matches nobody: ${where} takes all of them`)];
    }
    return [{ field: place, value: again[0], rule: `is named in ${where} already`, fix: 'name it once' }];
  }
  return [];
}

function namesOf(rule: StrategyRule): readonly string[] {
  if ('users' in rule) return rule.users;
  return 'equals' in rule ? rule.equals : [];
}

function isAlike(a: StrategyRule, b: StrategyRule): boolean {
  if ('users' in a) return 'users' in b;
  return 'attribute' in a && (b as Partial<AttributeRule>).attribute === a.attribute;
}
