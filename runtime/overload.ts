/** The errors of this library that mean that too much was asked of what is behind. */

const OVERLOAD_CODES: ReadonlySet<unknown> = new Set([
  'timed-out',
  'deadline-exceeded',
  'overloaded',
  'queue-full',
  'reads-shed',
  'load-timed-out',
]);

export function saysTooMuch(error: unknown): boolean {
  return error instanceof Error && 'code' in error && OVERLOAD_CODES.has(error.code);
}
