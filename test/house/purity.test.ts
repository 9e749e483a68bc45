import { describe, expect, it } from 'vitest';
import { sources, withoutComments } from './source.ts';

/** What a decision may not touch, and what it takes instead. */
const FORBIDDEN: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bDate\.now\(/, 'take `now` as an argument'],
  [/\bnew Date\(\s*\)/, 'take `now` as an argument'],
  [/\bperformance\.now\(/, 'take `now` as an argument'],
  [/\bMath\.random\(/, 'take a random number as an argument'],
  [/\b(setTimeout|setInterval|setImmediate|queueMicrotask)\(/, 'return when to wake instead of waiting'],
  [/\bprocess\./, 'take a value as an argument'],
  [/\b(fetch|console\.\w+)\(/, 'return what to do instead of doing it'],
  [/\bcrypto\./, 'take an id as an argument'],
];

const PURE = /^(core|proving\/twin)\//;

function offences(file: string, text: string): string[] {
  const code = withoutComments(text);
  return FORBIDDEN.filter(([pattern]) => pattern.test(code)).map(
    ([pattern, instead]) => `${file}: ${pattern.source}: ${instead}`,
  );
}

describe('the pure folders', () => {
  it('touch no clock, randomness, environment or I/O', () => {
    const found = sources()
      .filter((source) => PURE.test(source.file))
      .flatMap((source) => offences(source.file, source.text));
    expect(found).toEqual([]);
  });

  it.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const r = Math.random();',
    'setTimeout(f, 1);',
    'const e = process.env.X;',
    'await fetch(url);',
  ])('would be caught with: %s', (line) => {
    expect(offences('core/x.ts', line)).toHaveLength(1);
  });
});
