/** Starts the application processes of a run and judges what their users met. */

import type { SimDatabase } from '../database/index.ts';
import type { Commit } from '../model.ts';
import { ClientProcess, type Notes } from './process.ts';
import type { ClientFindings, ClientOptions, SimClients } from './types.ts';

export function startClients(options: ClientOptions): SimClients {
  const notes: Notes = { requests: [], acknowledged: [], stale: [], onceOnly: [] };
  const processes = Array.from(
    { length: options.count },
    (_, index) => new ClientProcess(options, index + 1, notes),
  );
  return {
    requests: notes.requests,
    findings: () => findingsOf(notes, options.database),
    stop: async () => {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}

function findingsOf(notes: Notes, database: SimDatabase): ClientFindings {
  const ids = notes.acknowledged.map(({ id }) => id);
  return {
    lost: ids.filter((id) => database.timesStored(id) === 0),
    stale: notes.stale,
    staleWriter: acknowledgedLate(database.view().commits),
    duplicated: notes.onceOnly.filter((id) => database.timesStored(id) > 1),
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
