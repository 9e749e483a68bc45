/** The functions of metric math. */

import { combine, type MathValue } from './metric-math-values.ts';
import type { DataPoint } from './types.ts';

export type MathArgument = MathValue | 'REPEAT';

const REDUCERS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  MAX: (values) => values.reduce((most, value) => Math.max(most, value), -Infinity),
  MIN: (values) => values.reduce((least, value) => Math.min(least, value), Infinity),
  SUM: (values) => values.reduce((total, value) => total + value, 0),
  AVG: (values) => values.reduce((total, value) => total + value, 0) / values.length,
};

const ROUNDERS: Readonly<Record<string, (value: number) => number>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
};

export function isMathFunction(name: string): boolean {
  return name in REDUCERS || name in ROUNDERS || name === 'FILL' || name === 'IF';
}

/** @returns undefined where the arguments do not fit the function */
export function applyFunction(name: string, args: readonly MathArgument[]): MathValue | undefined {
  const [first, second, third] = args;
  if (first === undefined || first === 'REPEAT') return undefined;
  const reduce = REDUCERS[name];
  if (reduce) return args.length === 1 ? reduced(reduce, first) : undefined;
  const round = ROUNDERS[name];
  if (round) return combine((value) => round(value), first, { kind: 'scalar', value: 0 });
  if (second === undefined) return undefined;
  if (name === 'FILL') return fill(first, second);
  return second === 'REPEAT' || third === undefined || third === 'REPEAT'
    ? undefined
    : choose(first, second, third);
}

/** A series gives one number; a list gives a series, point by point over what is there. */
function reduced(reduce: (values: readonly number[]) => number, value: MathValue): MathValue {
  if (value.kind === 'scalar') return value;
  if (value.kind === 'series') return { kind: 'scalar', value: reduce(present(value.points)) };
  const length = value.items[0]?.length ?? 0;
  return {
    kind: 'series',
    points: Array.from({ length }, (_, index) => {
      const values = present(value.items.map((item) => item[index]));
      return values.length > 0 ? reduce(values) : undefined;
    }),
  };
}

function present(points: readonly DataPoint[]): number[] {
  return points.filter((point) => point !== undefined);
}

function fill(value: MathValue, filler: MathArgument): MathValue | undefined {
  if (value.kind === 'scalar') return value;
  if (value.kind === 'list') {
    return { kind: 'list', items: value.items.map((item) => filled(item, filler)) };
  }
  return { kind: 'series', points: filled(value.points, filler) };
}

function filled(points: readonly DataPoint[], filler: MathArgument): DataPoint[] {
  let last: DataPoint;
  return points.map((point, index) => {
    last = point ?? (filler === 'REPEAT' ? last : at(filler, index));
    return last;
  });
}

function choose(condition: MathValue, yes: MathValue, no: MathValue): MathValue | undefined {
  if (condition.kind === 'scalar') return condition.value === 0 ? no : yes;
  if (condition.kind === 'list') return undefined;
  return {
    kind: 'series',
    points: condition.points.map((point, index) => {
      if (point === undefined) return undefined;
      return point === 0 ? at(no, index) : at(yes, index);
    }),
  };
}

function at(value: MathValue, index: number): DataPoint {
  if (value.kind === 'scalar') return value.value;
  return value.kind === 'series' ? value.points[index] : value.items[0]?.[index];
}
