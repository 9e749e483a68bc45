/**
 * The ledger of one copy of the cache, in the application's own database and always on its writer. Renewals have
 * connections of their own, so that neither a surge of writes nor one of deletions ends the leases of this process.
 */

import type { CacheName } from '../../core/cache/protocol/index.ts';
import type { EpochStore, Journal, RingStore } from '../cache/ports.ts';
import type { Database } from '../database.ts';
import { type LedgerWrites, LedgerTables } from './ledger-tables.ts';
import { PostgresEpochs } from './postgres-epochs.ts';
import { PostgresJournal } from './postgres-journal.ts';
import { PostgresRing } from './postgres-ring.ts';

export interface PostgresLedger {
  readonly epochs: EpochStore;
  readonly journal: Journal;
  readonly ring: RingStore;
}

/** The connections of all ledgers of one process. */
export interface LedgerConnections {
  readonly renewals: LedgerWrites;
  readonly deletions: LedgerWrites;
  close(): Promise<void>;
}

const RENEWAL_CONNECTIONS = { connectionsMax: 2, connectionsWarm: 1, connectingMax: 1 };
const DELETION_CONNECTIONS = { connectionsMax: 4, connectionsWarm: 1, connectingMax: 2 };
/** A transaction of the ledger has a few short statements: one that takes longer is not answered any more. */
const TIMES = { deadlineMs: 2000, attemptTimeoutMs: 1200 };

export function ledgerConnections(
  database: Pick<Database, 'writesApart'>,
  idleMs = 60_000,
): LedgerConnections {
  const backoff = { msMin: 50, msMax: 1000, jitterRatio: 0.3 };
  const renewals = database.writesApart({
    ...TIMES,
    connections: { ...RENEWAL_CONNECTIONS, idleMs, backoff },
  });
  const deletions = database.writesApart({
    ...TIMES,
    connections: { ...DELETION_CONNECTIONS, idleMs, backoff },
  });
  return {
    renewals,
    deletions,
    close: async () => {
      await Promise.all([renewals.close(0), deletions.close(0)]);
    },
  };
}

export function postgresLedger(
  cache: CacheName,
  { renewals, deletions }: Pick<LedgerConnections, 'renewals' | 'deletions'>,
): PostgresLedger {
  const tables = new LedgerTables(cache, renewals);
  return {
    epochs: new PostgresEpochs(tables),
    journal: new PostgresJournal(new LedgerTables(cache, deletions)),
    ring: new PostgresRing(tables),
  };
}
