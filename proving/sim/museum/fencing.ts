/** Defects of who may act, and on what: freshness, leases, storage without fence. */

import type { Clock } from '../../../core/ports/index.ts';
import type { FunctionPorts } from '../control/defect.ts';
import type { FaultSpec } from '../faults/spec.ts';
import type { Random } from '../kernel/index.ts';
import { at, READERS, span, WRITER, type Exhibit } from './exhibit.ts';

const HOUR_MS = 3_600_000;

export const freshnessCheckedOnce: Exhibit = {
  name: 'freshness-checked-once',
  incident:
    'AWS DynamoDB, October 2025: a delayed writer applied an old plan that it had found fresh at its start',
  invariant: 'I-08',
  defect: { name: 'freshness-checked-once', ports: (ports) => ({ ...ports, ...timeOfTheStart(ports) }) },
  faults: (random) => [
    { id: 'F-01', member: READERS[0], from: at(60) },
    ...held('replica-pool', { random, count: 4, ms: [11_000, 13_000], calls: [9, 16] }),
  ],
};

/** Within a turn, time stands still from when its observations were read. */
function timeOfTheStart({ clock, store }: FunctionPorts): Pick<FunctionPorts, 'clock' | 'store'> {
  let stoppedAt: { readonly now: number; readonly monotonic: number } | null = null;
  const stopped: Clock = {
    now: () => stoppedAt?.now ?? clock.now(),
    monotonic: () => stoppedAt?.monotonic ?? clock.monotonic(),
    sleep: (ms) => {
      stoppedAt = null;
      return clock.sleep(ms);
    },
  };
  return {
    clock: stopped,
    store: {
      ...store,
      latestObservations: (zones) => {
        stoppedAt = { now: clock.now(), monotonic: clock.monotonic() };
        return store.latestObservations(zones);
      },
    },
  };
}

export const nobodyLocks: Exhibit = {
  name: 'nobody-locks',
  incident:
    'AWS DynamoDB, October 2025: several writers of one record acted at once; Patroni 3.0.4: two members, one name',
  invariant: 'I-12',
  defect: {
    name: 'nobody-locks',
    ports: (ports) => ({
      ...ports,
      store: { ...ports.store, acquireLease: (request) => ports.store.takeLease(request) },
    }),
  },
  faults: (random) => [
    { id: 'F-01', member: READERS[0], from: at(60) },
    { id: 'F-02', member: READERS[1], ...span(150, 190) },
    { id: 'F-19', folder: 'replica-pool', concurrency: 5, ...span(30, 209) },
    ...held('replica-pool', { random, count: 8, ms: [6000, 20_000], calls: [8, 30] }),
  ],
};

export const lockWithoutEnd: Exhibit = {
  name: 'lock-without-end',
  incident: 'a lock whose holder had died: nobody else could act (the reason for every lease)',
  invariant: 'I-13',
  defect: {
    name: 'lock-without-end',
    ports: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        acquireLease: (request) => ports.store.acquireLease({ ...request, ms: HOUR_MS }),
      },
    }),
  },
  faults: (random) => [
    { id: 'F-04', member: WRITER, ...span(40, 110) },
    { id: 'F-18', folder: 'write-failover', from: at(38), call: random.between(20, 60), when: 'after' },
  ],
};

export const unfencedStorage: Exhibit = {
  name: 'unfenced-storage',
  incident: 'Patroni 3194, CloudNativePG 7407: a hung primary woke up beside its successor and took writes',
  invariant: 'I-02',
  defect: { name: 'unfenced-storage', storage: 'unfenced' },
  faults: (random) => [{ id: 'F-02', member: WRITER, ...span(40, 50 + random.between(0, 20)) }],
};

export const lateStorage: Exhibit = {
  name: 'late-storage',
  incident:
    'Razorpay, December 2019: commits were acknowledged before they were durable, and a failover lost 5 s of them',
  invariant: 'I-19',
  defect: { name: 'late-storage', storage: 'asynchronous' },
  faults: (random) => [{ id: 'F-01', member: WRITER, from: at(40 + random.between(0, 10)) }],
};

interface Holds {
  readonly random: Random;
  readonly count: number;
  readonly ms: readonly [number, number];
  readonly calls: readonly [number, number];
}

/** So many invocations, one after the other, each held in the midst of its work. */
function held(
  folder: 'replica-pool' | 'write-failover',
  { random, count, ms, calls }: Holds,
): readonly FaultSpec[] {
  return Array.from({ length: count }, () => ({
    id: 'F-19',
    folder,
    from: at(58),
    call: random.between(...calls),
    ms: random.between(...ms),
    where: 'function',
  }));
}
