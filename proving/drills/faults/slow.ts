import type { Client } from 'pg';
import { discard, openPlain } from '../plain-session.ts';
import type { Fault, FaultContext } from './types.ts';

const ANSWER_MS_MAX = 10_000;
const QUERIES = 3;
const RATIO_MIN = 10;

/**
 * Delays every answer of the victim, whoever asks (F-03). Verified by a plain client that was connected before: its
 * queries take ten times as long, or longer by what was added in one direction.
 */
export async function slow({ place, victim, delayMs, now }: FaultContext): Promise<Fault> {
  const client = await openPlain(place, victim, { timeoutMs: ANSWER_MS_MAX });
  const before = await queryMs(client, now);
  const at = now();
  await place.setNetwork([{ from: '*', to: victim.address, effect: { kind: 'delay', ms: delayMs } }]);
  return {
    kind: 'slow',
    at,
    verify: async () => {
      const after = await queryMs(client, now).catch(() => null);
      discard(client);
      return after !== null && (after >= RATIO_MIN * before || after >= before + delayMs);
    },
    release: () => {
      discard(client);
      return place.setNetwork([]);
    },
  };
}

/** The fastest of a few: the machine may be late, the network is never early. */
async function queryMs(client: Client, now: () => number): Promise<number> {
  let fastest = Infinity;
  for (let query = 0; query < QUERIES; query += 1) {
    const started = now();
    await client.query('select 1');
    fastest = Math.min(fastest, now() - started);
  }
  return fastest;
}
