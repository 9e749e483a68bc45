/** Every fact that is relied on has a test here that carries its number, and no other number has one. */

import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FACTS } from './facts.ts';

const NAMED = /\bfact (\d+)\b/g;

function tested(): ReadonlySet<number> {
  const files = fs.readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
  const texts = files
    .filter((name) => name !== 'facts.test.ts')
    .map((name) => fs.readFileSync(`${import.meta.dirname}/${name}`, 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(NAMED)].map(([, number]) => Number(number))));
}

describe('the list of facts', () => {
  const entries = Object.entries(FACTS).map(([number, fact]) => ({ number: Number(number), ...fact }));

  it('has a test for each that the code relies on, and for no other', () => {
    const relied = entries.filter(({ noTest }) => noTest === null).map(({ number }) => number);
    expect([...tested()].sort((a, b) => a - b)).toEqual(relied);
  });

  it('says of each whence it is, or why it has no test', () => {
    for (const { number, says, source, noTest } of entries) {
      expect(says, `fact ${number}`).not.toBe('');
      expect(noTest ?? source, `fact ${number}`).not.toBe('');
    }
  });
});
