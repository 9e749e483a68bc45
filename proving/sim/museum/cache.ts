/** Defects of the cache's protocol: who may serve, what may be stored, what a shard needs before it serves again. */

import type { CacheDefect } from '../cache/index.ts';
import { aroundConnections } from './cache-connection.ts';
import { at, span, type Exhibit } from './exhibit.ts';

type Cached = Omit<Exhibit, 'defect' | 'cached'> & { readonly defect: CacheDefect };

function exhibit({ defect, ...rest }: Cached): Exhibit {
  return { ...rest, cached: true, defect: { name: rest.name, cache: defect } };
}

const SHARDS = [0, 1] as const;
/** These processes write and cannot reach the shards: the others can, and serve from them. */
function cutOff(processes: readonly number[], from: number, until: number) {
  return SHARDS.map((shard) => ({
    tier: 'cache' as const,
    id: 'F-07' as const,
    processes,
    shard,
    way: 'both' as const,
    ...span(from, until),
  }));
}

function hangs(from: number, until: number) {
  return SHARDS.map((shard) => ({
    tier: 'cache' as const,
    id: 'F-02' as const,
    shard,
    ...span(from, until),
  }));
}

export const stopsDoNotCount: Exhibit = exhibit({
  name: 'stops-do-not-count',
  incident:
    'a client that a pause of its virtual machine carried past the end of its lease (Kleppmann, 2016)',
  invariant: 'I-22',
  defect: { clock: aroundStops() },
  // The others cannot reach the shards either, and so close them: nobody brings them back before it goes on.
  faults: (random) =>
    [45, 80, 115, 150].flatMap((second) => {
      const from = second + random.between(0, 5);
      const stopped = { tier: 'cache' as const, id: 'F-02' as const, process: 2 };
      return [...cutOff([0, 1], from, from + 12), { ...stopped, ...span(from, from + 12) }];
    }),
});

/** Time that does not pass while the process stands still. */
function aroundStops(): NonNullable<CacheDefect['clock']> {
  return (clock) => ({
    now: () => clock.now() - clock.frozenMs,
    epoch: () => clock.epoch(),
    after: (ms, wake) => clock.after(ms, wake),
  });
}

export const tokenNotCompared: Exhibit = exhibit({
  name: 'token-not-compared',
  incident:
    'a value that was read before a write and set after it (the reason for the leases of memcache, 2013)',
  invariant: 'I-22',
  defect: {
    connector: aroundConnections((real) => ({
      exchange: async (key, _mark, entry, ttlMs) => {
        await real.put(key, entry, ttlMs);
        return true;
      },
    })),
  },
  faults: () => [],
});

export const nobodyIsWaitedFor: Exhibit = exhibit({
  name: 'nobody-is-waited-for',
  incident: 'one client that cannot reach a shard is told that it is closed, while others serve from it',
  invariant: 'I-22',
  defect: {
    epochs: (real) => ({
      ...portsOf(real),
      settle: (from) => real.settle({ ...from, waitedOut: true }),
    }),
  },
  faults: (random) => cutOff([0], 40 + random.between(0, 5), 160),
});

/** The methods of a port, so that one of them can be another. */
function portsOf(real: Parameters<NonNullable<CacheDefect['epochs']>>[0]): typeof real {
  return {
    register: (id) => real.register(id),
    renew: (holder) => real.renew(holder),
    holders: () => real.holders(),
    forget: (id, sequence) => real.forget(id, sequence),
    close: (shard, epoch) => real.close(shard, epoch),
    settle: (from) => real.settle(from),
    open: (shard, epoch, candidate) => real.open(shard, epoch, candidate),
    serve: (from) => real.serve(from),
  };
}

function journalOf(real: Parameters<NonNullable<CacheDefect['journal']>>[0]): typeof real {
  return {
    record: (session, shard, keys) => real.record(session, shard, keys),
    report: (report) => real.report(report),
    list: (shard) => real.list(shard),
    remove: (shard, epoch, applied) => real.remove(shard, epoch, applied),
  };
}

export const journalNotApplied: Exhibit = exhibit({
  name: 'journal-not-applied',
  incident:
    'a server that was frozen goes on with what it held: 157 to 539 reads of old values, measured with twemproxy',
  invariant: 'I-22',
  defect: { journal: (real) => ({ ...journalOf(real), list: () => Promise.resolve([]) }) },
  faults: (random) => hangs(60 + random.between(0, 10), 90),
});

export const restartedProcessTrusted: Exhibit = exhibit({
  name: 'restarted-process-trusted',
  incident: 'a server that restarts on the file of some seconds ago (the reason for `run_id` in Redis)',
  invariant: 'I-22',
  defect: {
    connector: aroundConnections((_, shard) => ({ incarnation: `shard ${shard}` })),
  },
  faults: (random) =>
    [0, 1, 2, 3].flatMap((turn) =>
      SHARDS.map((shard) => {
        const from = 50 + 25 * turn + random.between(0, 10);
        const again = { tier: 'cache' as const, id: 'F-01' as const, shard, returns: 'older' as const };
        return { ...again, ...span(from, from + 4) };
      }),
    ),
});

export const recordNotWritten: Exhibit = exhibit({
  name: 'record-not-written',
  incident: 'a process that dies between its commit and the deletion of the key, which nobody else knows of',
  invariant: 'I-22',
  defect: {
    journal: (real) => ({ ...journalOf(real), record: (session, shard) => real.record(session, shard, []) }),
  },
  faults: () =>
    [0, 1, 2].flatMap((process) =>
      [130, 140, 150, 160, 170].map((from) => ({
        tier: 'cache' as const,
        id: 'F-01' as const,
        process,
        when: 'committed' as const,
        ...span(from, from + 9),
      })),
    ),
});

export const neverReadmitted: Exhibit = exhibit({
  name: 'never-readmitted',
  incident: 'a host that was ejected and that nothing puts back (the reason for a longest ejection in Envoy)',
  invariant: 'shard-return',
  defect: {
    epochs: (real) => ({
      ...portsOf(real),
      open: (shard, epoch, candidate) =>
        epoch > 1 ? Promise.resolve(null) : real.open(shard, epoch, candidate),
    }),
  },
  faults: () => [{ tier: 'cache', id: 'F-01', shard: 0, returns: 'empty', from: at(60), until: at(70) }],
});
