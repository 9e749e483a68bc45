/** Time to live: items whose time (epoch seconds, a number) has passed. */

import type { Change, Table } from './table.ts';
import { keyOfItem } from './schema.ts';

/** DynamoDB leaves an item alone whose time lies further back than this. */
const OLDEST_YEARS = 5;
const YEAR_S = 365 * 24 * 3600;

/** The removals that are due at `now` (epoch ms). An item without the attribute, or with no number in it, stays. */
export function expiredChanges(table: Table, attribute: string, now: number): Change[] {
  const nowS = Math.floor(now / 1000);
  return table
    .scan()
    .filter((item) => {
      const value = Object.hasOwn(item, attribute) ? item[attribute] : undefined;
      if (value === undefined || !('N' in value)) return false;
      const at = Number(value.N);
      return at < nowS && at > nowS - OLDEST_YEARS * YEAR_S;
    })
    .map((item) => ({ key: keyOfItem(table.schema, item), before: item, after: undefined }));
}
