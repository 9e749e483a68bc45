/** Random passwords as GenerateSecretString describes them. */

import { randomInt } from 'node:crypto';
import { AwsError } from '../../kernel/index.ts';

export interface PasswordRules {
  /** @default 32 */
  readonly length?: number | undefined;
  readonly excludeCharacters?: string | undefined;
  readonly excludeLowercase?: boolean | undefined;
  readonly excludeUppercase?: boolean | undefined;
  readonly excludeNumbers?: boolean | undefined;
  readonly excludePunctuation?: boolean | undefined;
  readonly includeSpace?: boolean | undefined;
  /** At least one of each kind of character that is not excluded. @default true */
  readonly requireEachIncludedType?: boolean | undefined;
}

export const PASSWORD_LENGTH_MAX = 4096;
const LENGTH_DEFAULT = 32;
const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const UPPERCASE = LOWERCASE.toUpperCase();
const NUMBERS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** @throws AwsError `InvalidParameterException` when the rules leave nothing to choose from. */
export function generatePassword(rules: PasswordRules): string {
  const length = rules.length ?? LENGTH_DEFAULT;
  const excluded = new Set(rules.excludeCharacters ?? '');
  const kinds = [
    rules.excludeLowercase ? '' : LOWERCASE,
    rules.excludeUppercase ? '' : UPPERCASE,
    rules.excludeNumbers ? '' : NUMBERS,
    rules.excludePunctuation ? '' : PUNCTUATION,
    rules.includeSpace ? ' ' : '',
  ].map((kind) => Array.from(kind).filter((character) => !excluded.has(character)));
  const usable = kinds.filter((kind) => kind.length > 0);
  const required = (rules.requireEachIncludedType ?? true) ? usable : [];
  if (usable.length === 0 || length < Math.max(1, required.length)) {
    throw new AwsError(
      'InvalidParameterException',
      `A password of ${length} characters cannot be made of the ${usable.length} kinds of characters that are left.`,
    );
  }
  const all = usable.flat();
  const characters = required.map((kind) => pick(kind));
  while (characters.length < length) characters.push(pick(all));
  return shuffled(characters).join('');
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}

function shuffled(characters: string[]): string[] {
  for (let i = characters.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [characters[i], characters[j]] = [characters[j] ?? '', characters[i] ?? ''];
  }
  return characters;
}
