/** Starts the application processes of a run and judges what their users met. */

import type { SimDatabase } from '../database/index.ts';
import type { Commit } from '../model.ts';
import { ClientProcess, type Record } from './process.ts';
import type { ClientFindings, ClientOptions, SimClients } from './types.ts';

export function startClients(options: ClientOptions): SimClients {
  const record: Record = { requests: [], acknowledged: [], stale: [], onceOnly: [] };
  const processes = Array.from(
    { length: options.count },
    (_, index) => new ClientProcess(options, index + 1, record),
  );
  return {
    requests: record.requests,
    findings: () => findingsOf(record, options.database),
    stop: async () => {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}

function findingsOf(record: Record, database: SimDatabase): ClientFindings {
  const ids = record.acknowledged.map(({ id }) => id);
  return {
    lost: ids.filter((id) => database.timesStored(id) === 0),
    stale: record.stale,
    staleWriter: acknowledgedLate(database.view().commits),
    duplicated: record.onceOnly.filter((id) => database.timesStored(id) > 1),
    acknowledged: ids.length,
  };
}

/** Commits that were acknowledged after one of a later generation. */
function acknowledgedLate(commits: readonly Commit[]): string[] {
  const late: string[] = [];
  let newest = 0;
  for (const { id, generation, acknowledged } of commits) {
    if (acknowledged && generation < newest) late.push(id);
    newest = Math.max(newest, generation);
  }
  return late;
}
