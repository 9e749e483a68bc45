/**
 * The items of one table: partitions, each sorted by the sort key. Holds what is committed and nothing else;
 * `write.ts` and `transaction.ts` work out what changes, `commit` makes it so.
 */

import { type TableSchema, partitionId } from './schema.ts';
import { type AttributeValue, type Item, compareValues } from './value.ts';

/** One item before and after. An absent side means that there is no such item. */
export interface Change {
  readonly key: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export class Table {
  readonly schema: TableSchema;
  readonly #partitions = new Map<string, Item[]>();

  constructor(schema: TableSchema) {
    this.schema = schema;
  }

  get itemCount(): number {
    let count = 0;
    for (const items of this.#partitions.values()) count += items.length;
    return count;
  }

  get(key: Item): Item | undefined {
    const items = this.#partitions.get(partitionId(this.schema, key));
    if (items === undefined) return undefined;
    const { index, found } = this.#position(items, key);
    return found ? items[index] : undefined;
  }

  /** The items of one partition in the order of the sort key. */
  partition(value: AttributeValue): readonly Item[] {
    const key = { [this.schema.partitionKey.name]: value };
    return this.#partitions.get(partitionId(this.schema, key)) ?? [];
  }

  /** All items in the order of a scan: partitions by a hash of their key, so unsorted to a reader but repeatable. */
  scan(): Item[] {
    return [...this.#partitions]
      .map(([id, items]) => ({ id, hash: partitionHash(id), items }))
      .toSorted((a, b) => a.hash - b.hash || (a.id < b.id ? -1 : 1))
      .flatMap(({ items }) => items);
  }

  /** Where the item with this key stands in a scan, as something to compare by. */
  scanPosition(key: Item): { hash: number; id: string } {
    const id = partitionId(this.schema, key);
    return { hash: partitionHash(id), id };
  }

  commit(changes: readonly Change[]): void {
    for (const { key, after } of changes) this.#replace(key, after);
  }

  /** Negative, zero or positive: the order of two keys of one partition. */
  compareSortKeys(one: Item, two: Item): number {
    const { sortKey } = this.schema;
    return sortKey === null ? 0 : compareValues(one[sortKey.name]!, two[sortKey.name]!)!;
  }

  #replace(key: Item, after: Item | undefined): void {
    const id = partitionId(this.schema, key);
    const items = this.#partitions.get(id) ?? [];
    const { index, found } = this.#position(items, key);
    items.splice(index, Number(found), ...(after === undefined ? [] : [after]));
    if (items.length > 0) this.#partitions.set(id, items);
    else this.#partitions.delete(id);
  }

  /** Where an item with this key is, or where it would go. */
  #position(items: readonly Item[], key: Item): { index: number; found: boolean } {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = this.compareSortKeys(items[middle]!, key);
      if (order === 0) return { index: middle, found: true };
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return { index: low, found: false };
  }
}

/** FNV-1a, 32 bits. */
export function partitionHash(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
