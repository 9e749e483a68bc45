/** A document that a person wrote into one parameter: JSON, of a length that a parameter can have. */

import type { Fault } from './errors.ts';

/** Longer texts are refused unread: no parameter of Parameter Store is longer. */
export const DOCUMENT_LENGTH_MAX = 8192;
/** As much of a text as a message repeats. */
const TOLD_LENGTH_MAX = 80;

export interface DocumentPlace {
  /** Path of the document as the user wrote it, for messages. */
  readonly field: string;
  /** What the user may write instead. */
  readonly example: string;
}

export type ParsedDocument =
  /** Of any type: it has not been looked at. */
  { readonly fault: null; readonly document: unknown } | { readonly fault: Fault };

/** A text that is no JSON, or too long to be a parameter, is one fault. */
export function parseDocument({ field, example }: DocumentPlace, text: string): ParsedDocument {
  const refused = (rule: string): ParsedDocument => {
    return { fault: { field, value: text.slice(0, TOLD_LENGTH_MAX), rule, fix: `write ${example}` } };
  };
  if (text.length > DOCUMENT_LENGTH_MAX) {
    return refused(`must have at most ${DOCUMENT_LENGTH_MAX} characters`);
  }
  try {
    return { fault: null, document: JSON.parse(text) as unknown };
  } catch {
    return refused('must be one JSON object');
  }
}
