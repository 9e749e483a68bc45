/** The checker: reads back over a plain connection what the application acknowledged. */

import type { Sample } from './model.ts';
import { discard, openPlain } from './plain-session.ts';
import type { DrillPlace } from './ports.ts';

export interface ReadBack {
  readonly acked: number;
  /** Acknowledged, and not there. */
  readonly lost: number | null;
  /** There, and never sent. */
  readonly invented: number | null;
  /** Requests beyond the first that were acted on for the same order, by the application's own note in its row. */
  readonly duplicated: number | null;
}

const ATTEMPTS_MAX = 20;
const ATTEMPT_PAUSE_MS = 500;
const ANSWER_MS_MAX = 5000;

/** Compares the orders of one load (by its tag) with what its sender saw. Null where nothing could be read. */
export async function readBack(
  place: DrillPlace,
  tag: string,
  samples: readonly Sample[],
): Promise<ReadBack> {
  const writes = samples.filter((s) => s.kind === 'write' && s.id !== null);
  const acked = writes.filter((s) => s.ok).map((s) => s.id!);
  const rows = await orders(place, tag);
  if (!rows) return { acked: acked.length, lost: null, invented: null, duplicated: null };
  const present = new Set(rows.map(({ id }) => id));
  const sent = new Set(writes.map((s) => s.id!));
  return {
    acked: acked.length,
    lost: acked.filter((id) => !present.has(id)).length,
    invented: [...present].filter((id) => !sent.has(id)).length,
    duplicated: rows.reduce((sum, { executions }) => sum + executions - 1, 0),
  };
}

interface OrderRow {
  readonly id: string;
  readonly executions: number;
}

const ORDERS =
  'select id::text as id, cardinality(requests) as executions from orders where id::text like $1';

async function orders(place: DrillPlace, tag: string): Promise<readonly OrderRow[] | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    try {
      return await query(place, ORDERS, [`${tag}%`]);
    } catch (error) {
      place.say(`read-back: ${(error as Error).message}; trying again`);
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_PAUSE_MS));
    }
  }
  return null;
}

async function query(place: DrillPlace, sql: string, values: unknown[]): Promise<readonly OrderRow[]> {
  const address = await place.resolve(place.clusterEndpoint);
  if (!address) throw new Error(`${place.clusterEndpoint} does not resolve`);
  const to = { address, endpoint: place.clusterEndpoint };
  const client = await openPlain(place, to, { timeoutMs: ANSWER_MS_MAX });
  try {
    return (await client.query<OrderRow>(sql, values)).rows;
  } finally {
    discard(client);
  }
}
