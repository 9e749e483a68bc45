/** What the tests of gray faults share: clients with an address of their own, and writers that keep count. */

import net from 'node:net';
import type { Client } from 'pg';
import type { NetworkRule } from '../../../../proving/sandbox/network/rule.ts';
import type { Stage } from './support.ts';

export const NEAR = '127.210.0.1';
export const FAR = '127.210.0.2';

export function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}

/** A login whose connection comes from this loopback address. */
export function connectFrom(source: string, stage: Stage, id: string): Promise<Client> {
  return stage.connect(id, { stream: () => boundSocket(source) });
}

function boundSocket(source: string): net.Socket {
  const socket = new net.Socket();
  const connect = socket.connect.bind(socket);
  return Object.assign(socket, {
    connect: (port: number, host: string) => connect({ port, host, localAddress: source }),
  });
}

export function rule(from: string, to: string, ms?: number): NetworkRule {
  return { from, to, effect: ms === undefined ? { kind: 'drop' } : { kind: 'delay', ms } };
}

export type Outcome = 'none' | 'acknowledged' | 'refused';

export interface Attempt {
  readonly id: string;
  outcome: Outcome;
  readonly settled: Promise<void>;
}

/** One INSERT into `ledger`, whose outcome can be read at any time. */
export function insert(client: Client, id: string): Attempt {
  const attempt = { id, outcome: 'none' as Outcome, settled: Promise.resolve() };
  attempt.settled = client.query('INSERT INTO ledger VALUES ($1)', [id]).then(
    () => void (attempt.outcome = 'acknowledged'),
    () => void (attempt.outcome = 'refused'),
  );
  return attempt;
}

export async function ledgerOf(stage: Stage, id: string): Promise<Set<string>> {
  const client = await stage.connect(id);
  try {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM ledger');
    return new Set(rows.map((row) => row.id));
  } finally {
    await client.end();
  }
}

export async function createLedger(stage: Stage): Promise<void> {
  const client = await stage.connect(stage.writer());
  await client.query('CREATE TABLE IF NOT EXISTS ledger (id text PRIMARY KEY)');
  await client.end();
}

export async function lagOf(client: Client, id: string): Promise<number> {
  const { rows } = await client.query<{ lag: number }>(
    'SELECT replica_lag_in_msec AS lag FROM aurora_replica_status() WHERE server_id = $1',
    [id],
  );
  return rows[0]?.lag ?? Number.NaN;
}
