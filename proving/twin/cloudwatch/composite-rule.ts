/**
 * The rule expression of a composite alarm: `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA("c"))`, with TRUE
 * and FALSE. An alarm is named by its name or its ARN. NOT binds tighter than AND, AND tighter than OR.
 */

import type { AlarmState } from './types.ts';

export type CompositeRule =
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarm: string }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly rule: CompositeRule }
  | { readonly kind: 'and' | 'or'; readonly rules: readonly CompositeRule[] };

export class CompositeRuleError extends Error {}

/** @throws CompositeRuleError for anything that is not a rule */
export function parseCompositeRule(text: string): CompositeRule {
  const tokens = tokenize(text);
  const cursor = { tokens, at: 0 };
  const rule = parseOr(cursor);
  if (cursor.at < tokens.length) throw new CompositeRuleError(`AlarmRule: unexpected "${tokens[cursor.at]}"`);
  return rule;
}

/** @param stateOf the state of an alarm by name or ARN; undefined for an alarm that does not exist */
export function evaluateCompositeRule(
  rule: CompositeRule,
  stateOf: (alarm: string) => AlarmState | undefined,
): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !evaluateCompositeRule(rule.rule, stateOf);
    case 'and':
      return rule.rules.every((part) => evaluateCompositeRule(part, stateOf));
    case 'or':
      break;
  }
  return rule.rules.some((part) => evaluateCompositeRule(part, stateOf));
}

/** The alarms a rule looks at. */
export function alarmsOf(rule: CompositeRule): string[] {
  switch (rule.kind) {
    case 'constant':
      return [];
    case 'state':
      return [rule.alarm];
    case 'not':
      return alarmsOf(rule.rule);
    case 'and':
    case 'or':
      break;
  }
  return [...new Set(rule.rules.flatMap(alarmsOf))];
}

interface Cursor {
  readonly tokens: readonly string[];
  at: number;
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[()]|[^\s()"]+)/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let end = 0; end < text.trimEnd().length; end = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (!match) throw new CompositeRuleError(`AlarmRule: cannot read "${text.slice(end)}"`);
    tokens.push(match[1]!);
  }
  return tokens;
}

function parseOr(cursor: Cursor): CompositeRule {
  return parseList(cursor, 'or', parseAnd);
}

function parseAnd(cursor: Cursor): CompositeRule {
  return parseList(cursor, 'and', parseUnary);
}

function parseList(
  cursor: Cursor,
  kind: 'and' | 'or',
  part: (cursor: Cursor) => CompositeRule,
): CompositeRule {
  const rules = [part(cursor)];
  while (keyword(cursor) === kind.toUpperCase()) {
    cursor.at += 1;
    rules.push(part(cursor));
  }
  return rules.length === 1 ? rules[0]! : { kind, rules };
}

function parseUnary(cursor: Cursor): CompositeRule {
  const word = keyword(cursor);
  cursor.at += 1;
  switch (word) {
    case 'NOT':
      return { kind: 'not', rule: parseUnary(cursor) };
    case '(': {
      const rule = parseOr(cursor);
      expect(cursor, ')');
      return rule;
    }
    case 'TRUE':
    case 'FALSE':
      return { kind: 'constant', value: word === 'TRUE' };
    case 'ALARM':
    case 'OK':
    case 'INSUFFICIENT_DATA': {
      expect(cursor, '(');
      const alarm = unquoted(cursor);
      expect(cursor, ')');
      return { kind: 'state', state: word, alarm };
    }
    default:
      throw new CompositeRuleError(`AlarmRule: expected a state function, got ${word ?? 'the end'}`);
  }
}

function keyword(cursor: Cursor): string | undefined {
  return cursor.tokens[cursor.at]?.toUpperCase();
}

function expect(cursor: Cursor, token: string): void {
  const got = cursor.tokens[cursor.at];
  if (got !== token) throw new CompositeRuleError(`AlarmRule: expected "${token}", got ${got ?? 'the end'}`);
  cursor.at += 1;
}

function unquoted(cursor: Cursor): string {
  const token = cursor.tokens[cursor.at];
  if (token === undefined || token === '(' || token === ')') {
    throw new CompositeRuleError('AlarmRule: expected the name or ARN of an alarm');
  }
  cursor.at += 1;
  return token.startsWith('"') ? token.slice(1, -1).replaceAll(/\\(.)/g, '$1') : token;
}
