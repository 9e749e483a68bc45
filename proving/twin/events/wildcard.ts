/** `*` stands for any run of characters; `\*` and `\\` are the characters themselves. */

import { InvalidPattern } from './errors.ts';

/** The literal runs between the stars. Throws InvalidPattern for `**` and for a backslash before anything else. */
export function wildcardParts(pattern: string): string[] {
  const parts = [''];
  let previousStar = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '*') {
      if (previousStar) throw new InvalidPattern(`Consecutive wildcard characters at pos ${i}`);
      parts.push('');
    } else if (character === '\\') {
      const escaped = pattern[++i];
      if (escaped !== '*' && escaped !== '\\') {
        throw new InvalidPattern(`Invalid escape character at pos ${i - 1}`);
      }
      parts[parts.length - 1] += escaped;
    } else {
      parts[parts.length - 1] += character;
    }
    previousStar = character === '*';
  }
  return parts;
}

/** Takes each run at its first place after the one before, which finds a match wherever there is one. */
export function matchesWildcard(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
