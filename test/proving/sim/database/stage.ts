/** A simulated database alone, and the ways of a user to it. */

import {
  COUNT,
  FIND,
  INSERT,
  SimDatabase,
  type StorageDefect,
} from '../../../../proving/sim/database/index.ts';
import { randomOf, SimClock } from '../../../../proving/sim/kernel/index.ts';
import { AWS_TIMINGS, type RdsEvent, type Timings } from '../../../../proving/twin/aurora/index.ts';
import type { DatabaseFailure } from '../../../../runtime/errors.ts';
import type { Connection } from '../../../../runtime/ports.ts';

export const MEMBERS = [
  { id: 'db-1', az: 'us-east-1a', promotionTier: 0 },
  { id: 'db-2', az: 'us-east-1b', promotionTier: 1 },
  { id: 'db-3', az: 'us-east-1c', promotionTier: 2 },
];

export interface StageOptions {
  readonly seed?: number;
  readonly members?: typeof MEMBERS;
  readonly defect?: StorageDefect;
  readonly timings?: Partial<Timings>;
}

export function stage({ seed = 1, members = MEMBERS, defect, timings }: StageOptions = {}) {
  const clock = new SimClock();
  const events: RdsEvent[] = [];
  const dropped: string[] = [];
  const database = new SimDatabase({
    clock,
    random: randomOf(seed).fork('database'),
    clusterId: 'demo',
    members,
    timings: { ...AWS_TIMINGS, ...timings },
    onEvent: (event) => events.push(event),
    onDrop: (node, id) => dropped.push(`${node} ${id}`),
    ...(defect === undefined ? {} : { defect }),
  });
  /** Lets so much virtual time pass. */
  const pass = (ms: number) => clock.runUntil(clock.now() + ms);
  /** What a promise comes to; time passes until it does. */
  const settled = async <T>(work: Promise<T>, withinMs = 60_000): Promise<T> => {
    let over = false;
    const watched = work.finally(() => {
      over = true;
    });
    watched.catch(() => undefined);
    await pass(0);
    if (!over) await clock.runUntil(clock.now() + withinMs, () => !over);
    if (!over) throw new Error(`nothing came of it within ${withinMs} ms`);
    return watched;
  };
  const hostOf = (id: string): string => database.members.find((member) => member.id === id)!.host;
  /** Not awaited: for connects that take virtual time to fail. */
  const dial = (id: string, node = 'client:test-1', purpose: 'read' | 'write' = 'write') =>
    database.connector(node).connect({ id, host: hostOf(id) }, { purpose, timeoutMs: 1000 });
  const connect = (...to: Parameters<typeof dial>) => settled(dial(...to));
  const engine = (id: string) => database.view().engines.find((one) => one.id === id)!;
  const writer = (): string => database.describe().members.find(({ isWriter }) => isWriter)!.id;
  return { clock, database, events, dropped, pass, settled, dial, connect, engine, writer };
}

export type Stage = ReturnType<typeof stage>;

/** One committed write over this connection. */
export async function write(connection: Connection, id: string): Promise<void> {
  await connection.query('begin');
  await connection.query(INSERT, [id]);
  await connection.query('commit');
}

export async function finds(connection: Connection, id: string): Promise<boolean> {
  return (await connection.query(FIND, [id])).rowCount === 1;
}

export async function countOf(connection: Connection): Promise<number> {
  return (await connection.query<{ count: number }>(COUNT)).rows[0]!.count;
}

/** How it failed, in the pools' words. */
export async function failureOf(work: Promise<unknown>): Promise<Pick<DatabaseFailure, 'kind' | 'sqlState'>> {
  try {
    await work;
  } catch (error) {
    const { kind, sqlState } = error as DatabaseFailure;
    return { kind, sqlState };
  }
  throw new Error('it did not fail');
}
