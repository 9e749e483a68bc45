/**
 * Replication positions: how far the log a member has read goes. Opaque to the application, which carries one
 * from a write to a later read. Aurora reports decimal log sequence numbers, plain PostgreSQL `16/B374D848`.
 */

/** A position as a decimal text, or `writer`: unknown, so only the writer is certain to have it. */
export type Position = string;

/** The read goes to the writer: its position could not be asked. */
export const ON_WRITER: Position = 'writer';

const DECIMAL = /^\d{1,20}$/;
const HEXADECIMAL_PAIR = /^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/;

/** Reads either spelling; null for anything else. */
export function parsePosition(text: string): Position | null {
  if (text === ON_WRITER) return ON_WRITER;
  if (DECIMAL.test(text)) return BigInt(text).toString();
  if (!HEXADECIMAL_PAIR.test(text)) return null;
  const [high, low] = text.split('/') as [string, string];
  return ((BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)).toString();
}

/**
 * True where a member that has read up to `reached` shows everything up to `wanted`. A member whose position is
 * unknown never does: missing data is no evidence of being up to date.
 */
export function hasReached(reached: Position | null, wanted: Position): boolean {
  if (reached === null || wanted === ON_WRITER || reached === ON_WRITER) return false;
  return BigInt(reached) >= BigInt(wanted);
}
