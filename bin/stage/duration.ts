import { InvalidInput } from '../../core/errors.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `2m`, `1500ms` in milliseconds. */
export function parseDuration(field: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const ms = match ? Number(match[1]) * UNITS[match[2]!]! : Number.NaN;
  if (ms > 0) return ms;
  throw new InvalidInput('The command', [
    {
      field,
      value: text,
      rule: 'is a time above zero with its unit',
      fix: 'write for example 60s, 2m or 1h',
    },
  ]);
}
