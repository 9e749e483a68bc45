/**
 * Metric math, in the measure alarms need: numbers, ids, METRICS(), + - * / ^, comparisons, AND, OR, and the
 * functions ABS, AVG, CEIL, FILL, FLOOR, IF, MAX, MIN, SUM. Anything else is refused by name.
 *
 * Source: Amazon CloudWatch User Guide, "Using math expressions". A missing point makes the result of an
 * arithmetic operation missing. A function over one series gives a scalar, over a list of series a series.
 */

import { applyFunction, isMathFunction } from './metric-math-functions.ts';
import { binary, type MathOperator, type MathValue } from './metric-math-values.ts';
import type { DataPoint } from './types.ts';

export class MetricMathError extends Error {}

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: MathOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** The time series a math expression may use, by id. All have the same length and periods. */
export interface MathInput {
  readonly series: ReadonlyMap<string, readonly DataPoint[]>;
  /** Ids of the metrics (not of other expressions): what METRICS() lists. */
  readonly metrics: readonly string[];
  readonly length: number;
}

/** @throws MetricMathError */
export function parseExpression(text: string): Expression {
  const cursor = { tokens: tokenize(text), at: 0 };
  const expression = parseLevel(cursor, 0);
  if (cursor.at < cursor.tokens.length) throw unexpected(cursor);
  return expression;
}

/** The ids an expression uses. METRICS() counts as none. */
export function idsOf(expression: Expression): string[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'id':
      return expression.id === 'REPEAT' ? [] : [expression.id];
    case 'list':
      return expression.items.flatMap(idsOf);
    case 'negate':
      return idsOf(expression.operand);
    case 'binary':
      return [...idsOf(expression.left), ...idsOf(expression.right)];
    case 'call':
      break;
  }
  return expression.args.flatMap(idsOf);
}

/** @throws MetricMathError where the expression does not give one time series */
export function evaluateExpression(expression: Expression, input: MathInput): DataPoint[] {
  const value = evaluate(expression, input);
  if (value.kind === 'series') return [...value.points];
  if (value.kind === 'scalar') return Array.from({ length: input.length }, () => value.value);
  throw new MetricMathError('Expression: gives several time series where one is needed');
}

function evaluate(expression: Expression, input: MathInput): MathValue {
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', value: expression.value };
    case 'id':
      return { kind: 'series', points: seriesOf(expression.id, input) };
    case 'list':
      return {
        kind: 'list',
        items: expression.items.map((item) => seriesFrom(evaluate(item, input), input)),
      };
    case 'negate':
      return binary('-', { kind: 'scalar', value: 0 }, evaluate(expression.operand, input));
    case 'binary':
      return binary(expression.operator, evaluate(expression.left, input), evaluate(expression.right, input));
    case 'call':
      break;
  }
  return call(expression, input);
}

function call(expression: Extract<Expression, { kind: 'call' }>, input: MathInput): MathValue {
  if (expression.name === 'METRICS') {
    return { kind: 'list', items: input.metrics.map((id) => seriesOf(id, input)) };
  }
  const args = expression.args.map((argument) =>
    argument.kind === 'id' && argument.id === 'REPEAT' ? ('REPEAT' as const) : evaluate(argument, input),
  );
  const result = applyFunction(expression.name, args);
  if (!result) throw new MetricMathError(`Expression: wrong arguments of ${expression.name}`);
  return result;
}

function seriesOf(id: string, input: MathInput): readonly DataPoint[] {
  const points = input.series.get(id);
  if (!points) throw new MetricMathError(`Expression: no metric has the id ${id}`);
  return points;
}

function seriesFrom(value: MathValue, input: MathInput): readonly DataPoint[] {
  if (value.kind === 'series') return value.points;
  if (value.kind === 'scalar') return Array.from({ length: input.length }, () => value.value);
  throw new MetricMathError('Expression: a list in a list');
}

const TOKEN = /\s*(\d+(?:\.\d+)?|[A-Za-z]\w*|==|!=|<=|>=|&&|\|\||[-+*/^<>(),[\]])/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let end = 0; end < text.trimEnd().length; end = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (!match) throw new MetricMathError(`Expression: cannot read "${text.slice(end)}"`);
    tokens.push(match[1]!);
  }
  return tokens;
}

interface Cursor {
  readonly tokens: readonly string[];
  at: number;
}

/** Binary operators by precedence, the loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['OR', '||'],
  ['AND', '&&'],
  ['==', '!=', '<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

function parseLevel(cursor: Cursor, level: number): Expression {
  const operators = LEVELS[level];
  if (!operators) return parseUnary(cursor);
  let left = parseLevel(cursor, level + 1);
  for (
    let token = cursor.tokens[cursor.at];
    token && operators.includes(token);
    token = cursor.tokens[cursor.at]
  ) {
    cursor.at += 1;
    const operator = token === '||' ? 'OR' : token === '&&' ? 'AND' : (token as MathOperator);
    left = { kind: 'binary', operator, left, right: parseLevel(cursor, level + 1) };
  }
  return left;
}

function parseUnary(cursor: Cursor): Expression {
  const token = cursor.tokens[cursor.at];
  if (token === undefined) throw unexpected(cursor);
  cursor.at += 1;
  if (token === '-') return { kind: 'negate', operand: parseUnary(cursor) };
  if (token === '(') {
    const inner = parseLevel(cursor, 0);
    take(cursor, ')');
    return inner;
  }
  if (token === '[') return { kind: 'list', items: parseItems(cursor, ']') };
  if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
  if (/^[A-Za-z]/.test(token)) return parseWord(cursor, token);
  cursor.at -= 1;
  throw unexpected(cursor);
}

function parseWord(cursor: Cursor, word: string): Expression {
  if (cursor.tokens[cursor.at] !== '(') return { kind: 'id', id: word };
  const name = word.toUpperCase();
  if (name !== 'METRICS' && !isMathFunction(name)) {
    throw new MetricMathError(`Expression: the function ${word} is not supported`);
  }
  cursor.at += 1;
  return { kind: 'call', name, args: parseItems(cursor, ')') };
}

function parseItems(cursor: Cursor, end: string): Expression[] {
  const items: Expression[] = [];
  while (cursor.tokens[cursor.at] !== end) {
    if (items.length > 0) take(cursor, ',');
    items.push(parseLevel(cursor, 0));
  }
  cursor.at += 1;
  return items;
}

function take(cursor: Cursor, token: string): void {
  if (cursor.tokens[cursor.at] !== token) throw unexpected(cursor);
  cursor.at += 1;
}

function unexpected(cursor: Cursor): MetricMathError {
  return new MetricMathError(`Expression: unexpected ${cursor.tokens[cursor.at] ?? 'end'}`);
}
