/** Wildcards, ARN patterns and policy variables. */

import { type RequestContext, listOf } from './types.ts';

/** A pattern after its variables were put in: text from a variable is literal, even where it has an asterisk. */
export type Part = { readonly text: string; readonly isLiteral: boolean };

const VARIABLE = /\$\{([^}]*)\}/;

/**
 * Replaces `${key}` by the request's value and `${key, 'x'}` by x where there is none.
 * @returns null when a variable has neither a single value nor a default: then the pattern matches nothing.
 */
export function expand(
  pattern: string,
  context: RequestContext,
  hasVariables: boolean,
): readonly Part[] | null {
  if (!hasVariables) return [{ text: pattern, isLiteral: false }];
  const parts: Part[] = [];
  for (const [index, piece] of pattern.split(VARIABLE).entries()) {
    if (index % 2 === 0) {
      if (piece !== '') parts.push({ text: piece, isLiteral: false });
      continue;
    }
    const value = variable(piece, context);
    if (value === null) return null;
    parts.push({ text: value, isLiteral: true });
  }
  return parts;
}

/** The plain text of an expanded pattern, for operators without wildcards. */
export function plainText(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join('');
}

/** `*` is any text, `?` one character. */
export function matchesGlob(parts: readonly Part[], value: string, isCaseSensitive = true): boolean {
  return compile(parts, isCaseSensitive).test(value);
}

/**
 * The Resource element: wildcards stay within a segment of the ARN, but one at the end of a segment may go past the
 * colon. (IAM User Guide, "IAM JSON policy elements: Resource")
 */
export function matchesResource(parts: readonly Part[], resource: string): boolean {
  if (parts.length === 1 && parts[0]?.isLiteral === false && parts[0].text === '*') return true;
  const pattern = characters(parts);
  let colons = 0;
  const source = pattern.map(({ text: character, isLiteral }, index) => {
    if (character === ':') colons += 1;
    if (isLiteral || (character !== '*' && character !== '?')) return escape(character);
    const isInResourcePart = colons >= ARN_COLONS;
    if (character === '?') return isInResourcePart ? '.' : '[^:]';
    const next = pattern[index + 1]?.text;
    return isInResourcePart || next === undefined || next === ':' ? '.*' : '[^:]*';
  });
  return new RegExp(`^${source.join('')}$`, 's').test(resource);
}

/** ArnLike and ArnEquals: each of the six components on its own. */
export function matchesArn(parts: readonly Part[], value: string): boolean {
  const pattern = arnComponents(characters(parts));
  const actual = arnComponents(characters([{ text: value, isLiteral: true }]));
  if (pattern === null || actual === null) return false;
  return pattern.every((component, index) => matchesGlob(component, plainText(actual[index] ?? [])));
}

/** Colons before the resource part of `arn:partition:service:region:account:resource`. */
const ARN_COLONS = 5;

/** One part a character, so that a text can be cut and what is literal stays so. */
function characters(parts: readonly Part[]): readonly Part[] {
  return parts.flatMap(({ text, isLiteral }) => Array.from(text, (one) => ({ text: one, isLiteral })));
}

/** Null for a text with fewer than six components. */
function arnComponents(text: readonly Part[]): readonly (readonly Part[])[] | null {
  const components: Part[][] = [[]];
  for (const part of text) {
    if (part.text === ':' && components.length <= ARN_COLONS) components.push([]);
    else components.at(-1)!.push(part);
  }
  return components.length > ARN_COLONS ? components : null;
}

function variable(expression: string, context: RequestContext): string | null {
  if (expression === '*' || expression === '?' || expression === '$') return expression;
  const [, key = '', fallback] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(expression) ?? [];
  const values = listOf(contextValue(context, key));
  return values.length === 1 ? (values[0] ?? null) : (fallback ?? null);
}

/** Undefined where the request has no such key. */
export function contextValue(context: RequestContext, key: string): string | readonly string[] | undefined {
  const wanted = key.toLowerCase();
  const found = Object.keys(context).find((name) => name.toLowerCase() === wanted);
  return found === undefined ? undefined : context[found];
}

function compile(parts: readonly Part[], isCaseSensitive: boolean): RegExp {
  const source = parts
    .map(({ text, isLiteral }) =>
      isLiteral
        ? escape(text)
        : escape(text)
            .replaceAll(String.raw`\*`, '.*')
            .replaceAll(String.raw`\?`, '.'),
    )
    .join('');
  return new RegExp(`^${source}$`, isCaseSensitive ? 's' : 'si');
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
