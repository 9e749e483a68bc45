/** Names of callers, and what several scenarios send. */

/** `good-001` and on: the same names in every run. */
export function numbered(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(3, '0')}`);
}
