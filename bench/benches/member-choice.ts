/** What one choice of a reader costs, against picking a random element of a list. */

import { Readers } from '../../runtime/readers.ts';
import { systemClock, systemRandom } from '../../runtime/adapters/system.ts';
import type { Connection } from '../../runtime/ports.ts';
import { READ_POOL_DEFAULTS } from '../../runtime/read-limits.ts';
import { type Bench, type BenchRow, median, row } from '../types.ts';

const CHOICES = 200_000;
const WISH = { tried: new Set<string>(), after: null };

export const memberChoice: Bench = {
  name: 'member-choice',
  run: async ({ seconds, say }) => {
    const rows: BenchRow[] = [];
    const sizes = [2, 3, 15];
    for (const size of sizes) {
      say(`member choice among ${size}`);
      const readers = await warmReaders(size);
      const list = readers.list;
      const ours: number[] = [];
      const plain: number[] = [];
      const until = performance.now() + (seconds * 1000) / sizes.length;
      while (performance.now() < until || ours.length < 3) {
        ours.push(nsPerCall(() => readers.idle(WISH, 0)));
        plain.push(nsPerCall(() => list[Math.floor(Math.random() * list.length)]));
      }
      rows.push(row(`${size} readers`, median(ours), median(plain), 'random element'));
    }
    return { unit: 'ns per choice', rows };
  },
};

let sink: unknown;

function nsPerCall(call: () => unknown): number {
  const startedAt = process.hrtime.bigint();
  for (let n = 0; n < CHOICES; n += 1) sink = call();
  const ns = Number(process.hrtime.bigint() - startedAt) / CHOICES;
  if (sink === undefined) throw new Error('nobody was chosen: the benchmark measures nothing');
  return ns;
}

/** Readers with a connection at hand each, as the pool holds them in service. */
async function warmReaders(size: number): Promise<Readers> {
  const connect = (member: { id: string }): Promise<Connection> => Promise.resolve(idleConnection(member.id));
  const readers = new Readers({
    connector: { connect },
    clock: systemClock,
    random: systemRandom,
    limits: READ_POOL_DEFAULTS,
    available: () => {},
    failed: () => {},
  });
  const members = Array.from({ length: size }, (_, at) => ({
    id: `r${at}`,
    host: `r${at}`,
    role: 'reader' as const,
    lagMs: 1,
    position: null,
  }));
  readers.follow(members);
  for (const reader of readers.list) reader.set.release(await reader.set.connect());
  return readers;
}

function idleConnection(memberId: string): Connection {
  return {
    memberId,
    reusable: true,
    query: () => Promise.reject(new Error('never asked')),
    destroy: () => {},
    close: () => Promise.resolve(),
    onLost: () => {},
  };
}
