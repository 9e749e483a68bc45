/** Pages as Route 53 cuts them. */

const PAGE_SIZE_MAX = 100;

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; null when this was the last. */
  readonly next: string | null;
  readonly size: number;
}

/** @param wanted `after`: the key that the page starts with; `max`: how many, at most a hundred */
export function page<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  wanted: { readonly after: string | undefined; readonly max: number | undefined },
): Page<T> {
  const asked = wanted.max ?? PAGE_SIZE_MAX;
  const size = Math.min(PAGE_SIZE_MAX, Math.max(1, asked));
  const found = all.findIndex((item) => keyOf(item) === wanted.after);
  const start = wanted.after === undefined ? 0 : Math.max(0, found);
  const rest = all[start + size];
  return { items: all.slice(start, start + size), next: rest === undefined ? null : keyOf(rest), size };
}
