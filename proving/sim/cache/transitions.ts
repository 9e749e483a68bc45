/** What becomes of the shards' rows, as rare events: were shards really closed, and what was on them at their return? */

import { deserialize, readEntry } from '../../../core/cache/index.ts';
import type { CacheLog } from './log.ts';
import type { Shards } from './shards.ts';
import type { TableState } from './tables.ts';
import type { Versioned } from './view.ts';

type Row = TableState['ledger']['rows'][number];

export function noteTransitions(
  { log, shards }: { readonly log: CacheLog; readonly shards: Shards },
  before: TableState,
  after: TableState,
): void {
  const left = before.ledger.journal.length - after.ledger.journal.length;
  let isServed = false;
  for (const [shard, row] of after.ledger.rows.entries()) {
    const was = before.ledger.rows[shard];
    if (was === undefined || row.epoch === was.epoch) continue;
    log.rare(`shard: ${was.state} to ${row.state}`);
    if (row.state === 'opening') noteReturn({ log, shards }, row, after);
    if (row.state === 'serving') {
      isServed = true;
      const isKept = was.incarnation === row.incarnation;
      if (isKept && left > 0) log.rare('return: what was journaled meanwhile was applied');
      if (!isKept) log.rare('return: flushed, as another process had the name');
    }
  }
  if (left > 0 && !isServed) log.rare('journal: delivered entries left it');
}

/** The trap: data that is older than the database lies on the shard when it comes back. */
function noteReturn(
  { log, shards }: { readonly log: CacheLog; readonly shards: Shards },
  row: Row,
  { rows }: TableState,
): void {
  const process = shards.at(row.shard);
  if (process.incarnation !== row.candidate) return;
  for (const name of process.store.names()) {
    const entry = readEntry(process.store.read(name)!);
    const body = entry?.kind === 'value' ? deserialize(entry.body) : null;
    const value = body?.value as Versioned | undefined;
    if (value && value.version < (rows.get(name) ?? 0)) log.rare('return: an old value was on the shard');
  }
}
