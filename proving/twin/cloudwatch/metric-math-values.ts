/** The values of metric math: a number, a time series, or a list of time series. */

import type { DataPoint } from './types.ts';

export type MathValue =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly points: readonly DataPoint[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly DataPoint[])[] };

const OPERATE = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '^': (a: number, b: number) => a ** b,
  '==': (a: number, b: number) => Number(a === b),
  '!=': (a: number, b: number) => Number(a !== b),
  '<': (a: number, b: number) => Number(a < b),
  '>': (a: number, b: number) => Number(a > b),
  '<=': (a: number, b: number) => Number(a <= b),
  '>=': (a: number, b: number) => Number(a >= b),
  AND: (a: number, b: number) => Number(a !== 0 && b !== 0),
  OR: (a: number, b: number) => Number(a !== 0 || b !== 0),
} as const;

export type MathOperator = keyof typeof OPERATE;

export function binary(operator: MathOperator, left: MathValue, right: MathValue): MathValue {
  return combine(OPERATE[operator], left, right);
}

/** Applies a function point by point; a missing point, or a result that is no number, is missing. */
export function combine(
  compute: (left: number, right: number) => number,
  left: MathValue,
  right: MathValue,
): MathValue {
  if (left.kind === 'list') {
    return { kind: 'list', items: left.items.map((item) => points(compute, item, pointsOf(right))) };
  }
  if (right.kind === 'list') {
    return { kind: 'list', items: right.items.map((item) => points(compute, pointsOf(left), item)) };
  }
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    return { kind: 'scalar', value: compute(left.value, right.value) };
  }
  return { kind: 'series', points: points(compute, pointsOf(left), pointsOf(right)) };
}

function pointsOf(value: MathValue): number | readonly DataPoint[] {
  if (value.kind === 'scalar') return value.value;
  return value.kind === 'series' ? value.points : (value.items[0] ?? []);
}

function points(
  compute: (left: number, right: number) => number,
  left: number | readonly DataPoint[],
  right: number | readonly DataPoint[],
): DataPoint[] {
  const length = typeof left === 'number' ? (right as readonly DataPoint[]).length : left.length;
  return Array.from({ length }, (_, index) => {
    const a = typeof left === 'number' ? left : left[index];
    const b = typeof right === 'number' ? right : right[index];
    if (a === undefined || b === undefined) return undefined;
    const result = compute(a, b);
    return Number.isFinite(result) ? result : undefined;
  });
}
