/** What becomes of the shards' rows, as rare events: were shards really closed, and what was on them at their return? */

import { deserialize, readEntry } from '../../../core/cache/index.ts';
import type { CacheLog } from './log.ts';
import type { Shards } from './shards.ts';
import type { TableState } from './tables.ts';
import type { Versioned } from './view.ts';

type Ledger = TableState['ledgers'][number];
type Row = Ledger['rows'][number];

export function noteTransitions({ log, shards }: Around, before: TableState, after: TableState): void {
  let first = 0;
  for (const [layer, ledger] of after.ledgers.entries()) {
    const was = before.ledgers[layer]!;
    if (ledger !== was) noteLedger({ log, shards }, { first, was, ledger, after });
    first += ledger.rows.length;
  }
}

/** What is around a transition: who is told, and what the shards hold. */
interface Around {
  readonly log: CacheLog;
  readonly shards: Shards;
}

interface Change {
  /** The number among all shards of the first one of this ledger. */
  readonly first: number;
  readonly was: Ledger;
  readonly ledger: Ledger;
  readonly after: TableState;
}

function noteLedger({ log, shards }: Around, { first, was: before, ledger, after }: Change): void {
  const left = before.journal.length - ledger.journal.length;
  let isServed = false;
  for (const [shard, row] of ledger.rows.entries()) {
    const was = before.rows[shard];
    if (was === undefined || row.epoch === was.epoch) continue;
    log.rare(`shard: ${was.state} to ${row.state}`);
    if (row.state === 'opening') noteReturn({ log, shards }, { row, shard: first + shard }, after);
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
  { log, shards }: Around,
  { row, shard }: { readonly row: Row; readonly shard: number },
  { rows }: TableState,
): void {
  const process = shards.at(shard);
  if (process.incarnation !== row.candidate) return;
  for (const name of process.store.names()) {
    const entry = readEntry(process.store.read(name)!);
    const body = entry?.kind === 'value' ? deserialize(entry.body) : null;
    const value = body?.value as Versioned | undefined;
    if (value && value.version < (rows.get(name) ?? 0)) log.rare('return: an old value was on the shard');
  }
}
