/** A read through our pool against the same read through `pg`'s own, on one real PostgreSQL in one run. */

import { Pool } from 'pg';
import type { Database } from '../../runtime/database.ts';
import { PostgresCluster } from '../../test/runtime/postgres/cluster.ts';
import { openPlain } from '../../test/runtime/postgres/open.ts';
import { type Bench, type BenchRow, median, row } from '../types.ts';

const READS_A_ROUND = 400;
const CONNECTIONS = 8;

type Read = () => Promise<unknown>;

export const readPool: Bench = {
  name: 'read-pool',
  run: async ({ seconds, say }) => {
    say('starting a writer and a reader');
    const cluster = await PostgresCluster.start(['w', 'r1']);
    let database: Database | null = null;
    let pool: Pool | null = null;
    try {
      database = openPlain(cluster);
      const host = cluster.node('r1').host;
      pool = new Pool({ host, port: cluster.port, user: 'postgres', database: 'postgres', max: CONNECTIONS });
      return { unit: 'µs per read', rows: await compare(database, pool, seconds, say) };
    } finally {
      await database?.close();
      await pool?.end();
      cluster.close();
    }
  },
};

async function compare(
  database: Database,
  pool: Pool,
  seconds: number,
  say: (text: string) => void,
): Promise<BenchRow[]> {
  const ours: Read = () => database.reads.query('select 1');
  const plain: Read = () => pool.query('select 1');
  const rows: BenchRow[] = [];
  const concurrencies = [1, CONNECTIONS];
  for (const concurrency of concurrencies) {
    say(`reads, ${concurrency} at a time`);
    for (const read of [ours, plain]) await usPerRead(read, concurrency);
    const oursUs: number[] = [];
    const plainUs: number[] = [];
    const until = performance.now() + (seconds * 1000) / concurrencies.length;
    // Turn about, so that what else the machine does meets both.
    while (performance.now() < until || oursUs.length < 3) {
      oursUs.push(await usPerRead(ours, concurrency));
      plainUs.push(await usPerRead(plain, concurrency));
    }
    rows.push(row(`${concurrency} at a time`, median(oursUs), median(plainUs), 'pg.Pool'));
  }
  return rows;
}

async function usPerRead(read: Read, concurrency: number): Promise<number> {
  let left = READS_A_ROUND;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await read();
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  return ((performance.now() - startedAt) * 1000) / READS_A_ROUND;
}
