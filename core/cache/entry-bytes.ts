/**
 * What a key holds on a shard, in bytes: one letter, 20 characters that nobody else ever writes, and what follows.
 *
 *     F <token>                               somebody fills it
 *     V <stamp> <fresh until, 9 digits> ...   a value (`serialize`)
 *     R <stamp> <fresh until, 9 digits> ...   a value that somebody loads anew
 *
 * The stamp of a value is the token of the fill that stored it. Compare the first `MARK_BYTES` before writing.
 * `fresh until` is in epoch ms, base 36: it says when a value is loaded anew, never whether it may be served.
 */

export const STAMP_LENGTH = 20;
/** The letter and the stamp. */
export const MARK_BYTES = 1 + STAMP_LENGTH;
const FRESH_LENGTH = 9;
const HEADER_BYTES = MARK_BYTES + FRESH_LENGTH;
/** Later than any time: the value stays fresh until it expires. */
export const ALWAYS_FRESH = 36 ** FRESH_LENGTH - 1;

export type EntryLetter = 'F' | 'V' | 'R';

export type ReadEntry =
  | { readonly kind: 'fill'; readonly stamp: string }
  | {
      readonly kind: 'value';
      readonly stamp: string;
      readonly isRefreshing: boolean;
      readonly freshUntil: number;
      readonly body: Uint8Array;
    };

const VALUE = 0x56;
const REFRESHED = 0x52;

const decoder = new TextDecoder('latin1');

/** What is compared, and what a fill begins with. */
export function markOf(letter: EntryLetter, stamp: string): Uint8Array {
  return ascii(`${letter}${stamp}`, 0);
}

export function valueEntry(stamp: string, freshUntil: number, body: Uint8Array): Uint8Array {
  const fresh = Math.min(Math.max(0, Math.floor(freshUntil)), ALWAYS_FRESH);
  const bytes = ascii(`V${stamp}${fresh.toString(36).padStart(FRESH_LENGTH, '0')}`, body.length);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** What `readEntry` says is the body of a value, without the rest; null where there is none. */
export function bodyOf(bytes: Uint8Array): Uint8Array | null {
  const letter = bytes[0];
  if ((letter !== VALUE && letter !== REFRESHED) || bytes.length < HEADER_BYTES) return null;
  return isDigit(bytes[MARK_BYTES]!) ? bytes.subarray(HEADER_BYTES) : null;
}

/** Null for what this library did not write. */
export function readEntry(bytes: Uint8Array): ReadEntry | null {
  if (bytes.length < MARK_BYTES) return null;
  const header = decoder.decode(bytes.subarray(0, HEADER_BYTES));
  const stamp = header.slice(1, MARK_BYTES);
  const letter = header[0];
  if (letter === 'F') return { kind: 'fill', stamp };
  const body = bodyOf(bytes);
  if (!body) return null;
  const freshUntil = Number.parseInt(header.slice(MARK_BYTES), 36);
  return { kind: 'value', stamp, isRefreshing: letter === 'R', freshUntil, body };
}

/** Stamps of one process: 11 characters of chance, 9 that count. `random` is in [0, 1). */
export function stampsOf(random: () => number): () => string {
  const digits = (length: number): string =>
    Array.from({ length }, () => Math.floor(random() * 36).toString(36)).join('');
  const prefix = digits(11);
  let count = 0;
  return () => {
    count += 1;
    return prefix + count.toString(36).padStart(STAMP_LENGTH - prefix.length, '0');
  };
}

/** In base 36. */
function isDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a);
}

function ascii(text: string, spare: number): Uint8Array {
  const bytes = new Uint8Array(text.length + spare);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
