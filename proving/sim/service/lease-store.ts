/** The throttle table as one instance reaches it: one try a request, which the shipped adapter gives up after 2 s. */

import type { LeaseStore } from '../../../runtime/throttle/leases/store.ts';
import { errorOf } from '../control/service-calls.ts';
import type { FaultBoard } from '../faults/board.ts';
import type { CallFault } from '../faults/spec.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import type { ProcessClock } from './process-clock.ts';

export interface LeaseStoreSite {
  readonly clock: SimClock;
  readonly random: Random;
  readonly board: FaultBoard;
  readonly table: LeaseStore;
  /** Of the process that asks: what it does not live to hear is lost. */
  readonly process: ProcessClock;
  readonly place: number;
}

/** As in the adapter; a test compares. */
export const LEASE_STORE_TIMEOUT_MS = 2000;
const LATENCY_MS = [3, 12] as const;

export function leaseStoreOf(site: LeaseStoreSite): LeaseStore {
  const { table } = site;
  return {
    report: (item) => send(site, () => table.report(item)),
    lease: (application, resource, instance) =>
      send(site, () => table.lease(application, resource, instance)),
    close: () => undefined,
  };
}

function send<T>(
  { clock, random, board, process, place }: LeaseStoreSite,
  effect: () => Promise<T>,
): Promise<T> {
  const struck = board.strike('throttle', place);
  const latencyMs = random.between(...LATENCY_MS) + board.lateMs('throttle', place);
  return new Promise((resolve, reject) => {
    const give = (work: () => void): void => process.deliver(work);
    const fail = (fault: CallFault): void => give(() => reject(errorOf(fault)));
    if (struck === 'throttled' || struck === 'failed') {
      clock.after(latencyMs, () => fail(struck));
      return;
    }
    if (struck !== 'lost') {
      clock.after(latencyMs, () => {
        void effect().then((answer) => {
          if (struck === null) give(() => resolve(answer));
        });
      });
    }
    if (struck !== null || latencyMs > LEASE_STORE_TIMEOUT_MS) {
      clock.after(LEASE_STORE_TIMEOUT_MS, () => fail('lost'));
    }
  });
}
