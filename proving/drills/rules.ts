/** Rules about the numbers of any kind of line. A null never holds. */

import type { Rule } from './line-parts.ts';

export type CountField<Line> = {
  [K in keyof Line]: Line[K] extends number | null ? K : never;
}[keyof Line];

/** `value <= max`, where null never holds. */
export function atMost(value: number | null, max: number): boolean {
  return value !== null && value <= max;
}

export function rulesFor<Line>() {
  type Field = CountField<Line> & string;
  const valueOf = (line: Line, field: Field): number | null => line[field] as number | null;
  const rule = (
    field: Field,
    sign: string,
    bound: number,
    isMet: (value: number) => boolean,
  ): Rule<Line> => ({
    rule: `${field} ${sign} ${bound}`,
    holds: (line) => {
      const value = valueOf(line, field);
      return value !== null && isMet(value);
    },
  });
  return {
    exactly: (field: Field, count: number) => rule(field, '=', count, (value) => value === count),
    within: (field: Field, max: number) => rule(field, '<=', max, (value) => value <= max),
    atLeast: (field: Field, min: number) => rule(field, '>=', min, (value) => value >= min),
    moreThan: (field: Field, min: number) => rule(field, '>', min, (value) => value > min),
  };
}
