/** Rows that the drill itself writes, over plain connections, to learn where a write is accepted. */

import type { Client } from 'pg';
import { discard, openPlain } from './plain-session.ts';
import type { DrillPlace } from './ports.ts';

const TABLE = 'drill_marks_v1';
const ANSWER_MS_MAX = 5000;
const ATTEMPTS_MAX = 20;
const ATTEMPT_PAUSE_MS = 500;

/** Makes the table, before anything is broken. */
export function prepareMarks(place: DrillPlace): Promise<void> {
  return throughEndpoint(
    place,
    async (client) => void (await client.query(`create table if not exists ${TABLE} (mark text not null)`)),
  );
}

export async function insertMark(client: Client, mark: string): Promise<void> {
  await client.query(`insert into ${TABLE} values ($1)`, [mark]);
}

/** Those of a drill that are there now; null where nobody could be asked. */
export async function presentMarks(place: DrillPlace, tag: string): Promise<ReadonlySet<string> | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    try {
      return await throughEndpoint(place, async (client) => {
        const sql = `select mark from ${TABLE} where mark like $1`;
        const { rows } = await client.query<{ mark: string }>(sql, [`${tag}%`]);
        return new Set(rows.map(({ mark }) => mark));
      });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_PAUSE_MS));
    }
  }
  return null;
}

async function throughEndpoint<T>(place: DrillPlace, work: (client: Client) => Promise<T>): Promise<T> {
  const address = await place.resolve(place.clusterEndpoint);
  if (!address) throw new Error(`${place.clusterEndpoint} does not resolve`);
  const to = { address, endpoint: place.clusterEndpoint };
  const client = await openPlain(place, to, { timeoutMs: ANSWER_MS_MAX });
  try {
    return await work(client);
  } finally {
    discard(client);
  }
}
