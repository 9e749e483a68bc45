/** Which members the control's plain clients sit on. */

import { now } from './load/index.ts';
import type { Member } from './model.ts';
import { discard, openPlain } from './plain-session.ts';
import type { DrillPlace } from './ports.ts';

/** Sessions of the control bear this ending; see `examples/shop/control.ts`. A second without work is idle. */
const APPLICATION_NAME = '%-control';
const ATTEMPT_MS = 2000;
const POINTED_MS_MAX = 10_000;
const POLL_MS = 20;

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

/**
 * Waits until the name of the readers answers with one of them, and returns that one: plain clients that lose their
 * connections in the next moment are led there. Null when the name leads to none of them in time.
 */
export async function pointedAt(place: DrillPlace, members: readonly Member[]): Promise<Member | null> {
  const deadline = now() + POINTED_MS_MAX;
  while (now() < deadline) {
    const address = await place.resolve(place.readerEndpoint);
    const member = members.find((candidate) => candidate.address === address);
    if (member) return member;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return null;
}

async function sessionsOn(place: DrillPlace, member: Member): Promise<number> {
  try {
    const client = await openPlain(place, member, { timeoutMs: ATTEMPT_MS });
    try {
      const { rows } = await client.query<{ sessions: number }>(
        `select count(*)::int as sessions from pg_stat_activity
          where application_name like $1 and state_change > clock_timestamp() - interval '1 second'`,
        [APPLICATION_NAME],
      );
      return rows[0]?.sessions ?? 0;
    } finally {
      discard(client);
    }
  } catch (error) {
    place.say(`${member.id} cannot be asked for its sessions: ${(error as Error).message}`);
    return 0;
  }
}
