import { expect, it } from 'vitest';
import { hash32 } from '../../core/hash.ts';

it('a hash is the same for ever: who is served under overload and what a seed does depend on it', () => {
  expect(['', 'a', 'user-1', 'user-2'].map(hash32)).toEqual(
    ['', 'a', 'user-1', 'user-2'].map((text) => reference(text)),
  );
  expect(hash32('user-1')).toBe(FIXED);
});

const FIXED = 2005895916;

/** The same in whole numbers without tricks. */
function reference(text: string): number {
  const mask = 0xffffffffn;
  let h = 0x811c9dc5n;
  for (const character of text) h = ((h ^ BigInt(character.charCodeAt(0))) * 0x01000193n) & mask;
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & mask;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(h ^ (h >> 16n));
}
