/** Cuts an expression into tokens. */

import { validation } from '../errors.ts';

export type TokenKind = 'word' | 'name' | 'value' | 'index' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Where it starts. */
  readonly at: number;
}

const EXPRESSION_BYTES_MAX = 4_096;
const TOKEN =
  /(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<name>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<index>\d+)|(?<symbol><>|<=|>=|[()[\],.=<>+-])/y;

/** Throws ValidationException for an empty or over-long expression and for a character that starts no token. */
export function tokenize(label: string, text: string): Token[] {
  if (text.trim() === '') throw validation(`Invalid ${label}: The expression can not be empty;`);
  if (text.length > EXPRESSION_BYTES_MAX) {
    throw validation(
      `Invalid ${label}: Expression size has exceeded the maximum allowed size; expression size: ${text.length}`,
    );
  }
  const tokens: Token[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw syntaxError(label, text, { kind: 'symbol', text: text[at]!, at });
    const kind = (['word', 'name', 'value', 'index', 'symbol'] as const).find(
      (group) => match.groups?.[group] !== undefined,
    )!;
    tokens.push({ kind, text: match[0], at });
    at = skipSpace(text, at + match[0].length);
  }
  return [...tokens, { kind: 'end', text: '<EOF>', at: text.length }];
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

const NEAR = 12;

export function syntaxError(label: string, expression: string, token: Token): Error {
  const near = expression.slice(Math.max(0, token.at - NEAR), token.at + token.text.length + NEAR).trim();
  return validation(`Invalid ${label}: Syntax error; token: "${token.text}", near: "${near}"`);
}
