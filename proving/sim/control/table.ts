/**
 * The state table as a DynamoDB table: plain items by partition and sort key, a change stream, time to live.
 * Items are never changed in place, so they are handed out without copying.
 */

import type { Key } from '../../../core/state/keys.ts';

/** An item without its keys and expiry, as the ports give and take it. */
export type TableItem = Readonly<Record<string, unknown>>;

export interface StoredItem {
  readonly key: Key;
  readonly item: TableItem;
  /** Epoch seconds; null for an item that stays. */
  readonly expiresAt: number | null;
}

export interface TableChange {
  readonly at: number;
  readonly key: Key;
  readonly before: TableItem | null;
  /** Null when it was removed. */
  readonly after: TableItem | null;
}

export class SimTable {
  readonly #now: () => number;
  readonly #partitions = new Map<string, StoredItem[]>();
  readonly #listeners: ((change: TableChange) => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Every later change, in order. */
  onChange(listener: (change: TableChange) => void): void {
    this.#listeners.push(listener);
  }

  /** Strongly consistent, as every read of the shipped adapter is. */
  get(key: Key): TableItem | null {
    return this.#find(key)?.item ?? null;
  }

  /** Of one partition, by descending sort key. */
  newest(partition: string, count: number): readonly TableItem[] {
    const rows = this.#partitions.get(partition) ?? [];
    return rows
      .slice(-count)
      .toReversed()
      .map(({ item }) => item);
  }

  /** A whole partition, by ascending sort key. */
  partition(pk: string): readonly StoredItem[] {
    return this.#partitions.get(pk)?.slice() ?? [];
  }

  put(key: Key, item: object, expiresAt: number | null = null): void {
    this.#write(key, { key, item: withoutUndefined(item), expiresAt });
  }

  /** Every item is lost at once; nobody is told. */
  lose(): void {
    this.#partitions.clear();
  }

  /** Time to live: removes what has expired. DynamoDB takes its time; until then expired items are still read. */
  expire(): void {
    const nowS = Math.floor(this.#now() / 1000);
    for (const rows of this.#partitions.values()) {
      const due = rows.filter(({ expiresAt }) => expiresAt !== null && expiresAt < nowS);
      for (const { key } of due) this.#write(key, null);
    }
  }

  #find({ pk, sk }: Key): StoredItem | undefined {
    const rows = this.#partitions.get(pk);
    const row = rows?.[position(rows, sk)];
    return row?.key.sk === sk ? row : undefined;
  }

  #write(key: Key, row: StoredItem | null): void {
    const rows = this.#partitions.get(key.pk) ?? [];
    this.#partitions.set(key.pk, rows);
    const index = position(rows, key.sk);
    const before = rows[index]?.key.sk === key.sk ? rows[index] : null;
    if (before === null && row === null) return;
    rows.splice(index, before === null ? 0 : 1, ...(row === null ? [] : [row]));
    const at = this.#now();
    const change = { at, key, before: before?.item ?? null, after: row?.item ?? null };
    for (const listener of this.#listeners) listener(change);
  }
}

/** Where a sort key stands, or would. */
function position(rows: readonly StoredItem[], sk: string): number {
  const last = rows.at(-1);
  if (last === undefined || last.key.sk < sk) return rows.length;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.key.sk < sk) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As the marshaller leaves them out. */
function withoutUndefined(item: object): TableItem {
  const entries = Object.entries(item);
  return entries.some(([, value]) => value === undefined)
    ? Object.fromEntries(entries.filter(([, value]) => value !== undefined))
    : (item as TableItem);
}
