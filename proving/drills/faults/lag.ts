import type { Client } from 'pg';
import type { Member } from '../model.ts';
import { discard, openPlain } from '../plain-session.ts';
import type { DrillPlace } from '../ports.ts';
import type { Fault, FaultContext } from './types.ts';

const ANSWER_MS_MAX = 5000;
/** Between two looks at the positions: the load writes all the time. */
const LOOK_MS = 1000;
/** A record that was on its way may still be replayed after the pause. */
const SETTLE_MS = 200;

/** Where the member that answers is in the log: what it shows, or what it has made durable. */
const OWN_POSITION = `select coalesce(current_read_lsn, durable_lsn)::text as position
  from aurora_replica_status() where server_id = aurora_db_instance_identifier()`;

/** A reader's replay stands still (F-32). Verified by positions: the victim's stays where the writer's moves on. */
export async function lag({ place, members, victim, now }: FaultContext): Promise<Fault> {
  const at = now();
  await place.setReplay(victim.id, true);
  const writer = members.find(({ role }) => role === 'writer');
  return {
    kind: 'lag',
    at,
    verify: () => (writer ? standsStill(place, victim, writer) : Promise.resolve(false)),
    release: () => place.setReplay(victim.id, false),
  };
}

async function standsStill(place: DrillPlace, victim: Member, writer: Member): Promise<boolean> {
  const clients: Client[] = [];
  try {
    for (const member of [victim, writer])
      clients.push(await openPlain(place, member, { timeoutMs: ANSWER_MS_MAX }));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const before = await Promise.all(clients.map(positionOf));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const after = await Promise.all(clients.map(positionOf));
    return before[0] !== null && before[0] === after[0] && before[1] !== after[1];
  } catch {
    return false;
  } finally {
    for (const client of clients) discard(client);
  }
}

async function positionOf(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ position: string | null }>(OWN_POSITION);
  return rows[0]?.position ?? null;
}
