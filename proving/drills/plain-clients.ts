/** Which members the control's plain clients sit on. */

import { Client } from 'pg';
import type { Member } from './model.ts';
import type { DrillPlace } from './ports.ts';

/** Sessions of the control bear this ending; see `examples/shop/control.ts`. A second without work is idle. */
const APPLICATION_NAME = '%-control';
const ATTEMPT_MS = 2000;

/**
 * The members that serve the control, or all when none is seen to. The name of the readers gives every client
 * that asks within its time to live the same address, so a plain pool often sits on one reader: to break
 * the other one would show nothing.
 */
export async function serving(place: DrillPlace, members: readonly Member[]): Promise<readonly Member[]> {
  const sessions = await Promise.all(members.map((member) => sessionsOn(place, member)));
  const used = members.filter((_, index) => sessions[index]! > 0);
  return used.length > 0 ? used : members;
}

async function sessionsOn(place: DrillPlace, member: Member): Promise<number> {
  const config = await place.connection(member.address, member.endpoint);
  const client = new Client({ ...config, connectionTimeoutMillis: ATTEMPT_MS, query_timeout: ATTEMPT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ sessions: number }>(
      `select count(*)::int as sessions from pg_stat_activity
        where application_name like $1 and state_change > clock_timestamp() - interval '1 second'`,
      [APPLICATION_NAME],
    );
    return rows[0]?.sessions ?? 0;
  } catch (error) {
    place.say(`${member.id} cannot be asked for its sessions: ${(error as Error).message}`);
    return 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
