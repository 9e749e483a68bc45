import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generatePassword } from '../../../../../proving/sandbox/services/secrets-manager/password.ts';

const KINDS = {
  excludeLowercase: /[a-z]/,
  excludeUppercase: /[A-Z]/,
  excludeNumbers: /\d/,
  excludePunctuation: /[^\w ]|_/,
};

describe('a generated password', () => {
  it('keeps every rule', () => {
    const rules = fc.record({
      length: fc.integer({ min: 5, max: 60 }),
      excludeCharacters: fc.constantFrom('', 'aeiou', '"@/\\', '0123456789'),
      excludeLowercase: fc.boolean(),
      excludeUppercase: fc.boolean(),
      excludePunctuation: fc.boolean(),
      includeSpace: fc.boolean(),
    });
    fc.assert(
      fc.property(rules, (given) => {
        // Something is always left to choose from.
        fc.pre(
          !(given.excludeCharacters === '0123456789' && given.excludeLowercase && given.excludeUppercase),
        );
        const password = generatePassword(given);
        expect(password).toHaveLength(given.length);
        for (const character of given.excludeCharacters) expect(password).not.toContain(character);
        for (const [rule, kind] of Object.entries(KINDS)) {
          const isExcluded = (given as Record<string, unknown>)[rule] === true;
          const isEmptied = rule === 'excludeNumbers' && given.excludeCharacters === '0123456789';
          expect(kind.test(password)).toBe(!isExcluded && !isEmptied);
        }
        expect(password.includes(' ')).toBe(given.includeSpace);
      }),
    );
  });

  it('need not have each kind when that is not asked for', () => {
    const one = generatePassword({ length: 1, requireEachIncludedType: false });
    expect(one).toHaveLength(1);
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 50 }, () => generatePassword({}))).size).toBe(50);
  });
});
