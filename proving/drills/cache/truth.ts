/** The versions that the database holds, read over a plain `pg` connection by somebody who is no application. */

import { discard, openPlain } from '../plain-session.ts';
import type { DrillPlace } from '../ports.ts';
import type { Versions } from './statistics.ts';

const ATTEMPTS_MAX = 20;
const ATTEMPT_PAUSE_MS = 500;
const ANSWER_MS_MAX = 5000;

/** Null where nothing could be read. */
export async function readVersions(place: DrillPlace): Promise<Versions | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    try {
      return await versions(place);
    } catch (error) {
      place.say(`versions: ${(error as Error).message}; trying again`);
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_PAUSE_MS));
    }
  }
  return null;
}

async function versions(place: DrillPlace): Promise<Versions> {
  const address = await place.resolve(place.clusterEndpoint);
  if (!address) throw new Error(`${place.clusterEndpoint} does not resolve`);
  const to = { address, endpoint: place.clusterEndpoint };
  const client = await openPlain(place, to, { timeoutMs: ANSWER_MS_MAX });
  try {
    const { rows } = await client.query<{ id: number; version: number }>('select id, version from catalog');
    return new Map(rows.map(({ id, version }) => [id, version]));
  } finally {
    discard(client);
  }
}
