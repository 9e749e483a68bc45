/** What one choice of an instance costs, against the choice of undici's own BalancedPool among as many upstreams. */

import { BalancedPool } from 'undici';
import { systemClock, systemRandom } from '../../runtime/adapters/system.ts';
import { Instances } from '../../runtime/service/instances.ts';
import { SERVICE_POOL_DEFAULTS } from '../../runtime/service/limits.ts';
import type { Instance, InstanceClient } from '../../runtime/service/ports.ts';
import { type Bench, type BenchRow, median, row } from '../types.ts';
import { bytesAllocated } from './cache-routing.ts';

const CHOICES = 200_000;
const SIZES = [3, 10, 30, 100] as const;
const ZONES = ['a', 'b', 'c'] as const;

export const servicePick: Bench = {
  name: 'service-pick',
  run: async ({ seconds, say }) => {
    const rows: BenchRow[] = [];
    const context: Record<string, number> = {};
    for (const size of SIZES) {
      say(`the choice among ${size} instances`);
      const ours = inService(size, null);
      const zonal = inService(size, 'a');
      const other = await balanced(size);
      const times = { ours: [] as number[], zonal: [] as number[], other: [] as number[] };
      const until = performance.now() + (seconds * 1000) / SIZES.length;
      // Turn about, so that what else the machine does meets all of them. The first round warms up.
      for (let round = 0; performance.now() < until || round < 4; round += 1) {
        const measured = {
          ours: nsPerCall(() => ours.pick()),
          zonal: nsPerCall(() => zonal.pick()),
          other: nsPerCall(other.pick),
        };
        if (round === 0) continue;
        for (const name of ['ours', 'zonal', 'other'] as const) times[name].push(measured[name]);
      }
      rows.push(row(`${size} instances`, median(times.ours), median(times.other), 'undici BalancedPool'));
      rows.push(row(`${size} in 3 zones`, median(times.zonal), median(times.other), 'undici BalancedPool'));
      context[`bytes allocated per choice among ${size}`] = bytesAllocated(() => ours.pick(), ['']);
      await other.close();
    }
    return { unit: 'ns per choice', rows, context };
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

/** Instances that have answered, each differently fast, with requests under way, as a pool holds them in service. */
function inService(size: number, az: string | null): Instances {
  const instances = new Instances({
    transport: { open: () => CLIENT },
    clock: systemClock,
    random: systemRandom,
    limits: SERVICE_POOL_DEFAULTS,
    az,
    troubled: () => {},
  });
  instances.follow(
    Array.from({ length: size }, (_, at): Instance => {
      return { id: `task-${at}`, host: '127.0.0.1', port: 1024 + at, az: ZONES[at % ZONES.length]! };
    }),
  );
  for (const [at, slot] of instances.list.entries()) {
    instances.answered(slot, { work: 'read', since: systemClock.now() - 10 - (at % 7) });
    slot.inFlight = at % 4;
  }
  return instances;
}

const CLIENT: InstanceClient = {
  send: () => Promise.reject(new Error('never asked')),
  destroy: () => {},
  close: () => Promise.resolve(),
};

/** Its choice is behind a symbol: without it a whole request would be measured. */
async function balanced(
  size: number,
): Promise<{ readonly pick: () => unknown; readonly close: () => Promise<void> }> {
  const upstreams = Array.from({ length: size }, (_, at) => `http://127.0.0.1:${1024 + at}`);
  const pool = new BalancedPool(upstreams);
  const symbols = Object.getOwnPropertySymbols(BalancedPool.prototype);
  const symbol = symbols.find(({ description }) => description === 'get dispatcher');
  if (symbol === undefined) throw new Error('this undici has no choice of its own to measure');
  const choose = (pool as unknown as Record<symbol, () => unknown>)[symbol]!.bind(pool);
  return { pick: choose, close: () => pool.close() };
}
