/** Starts the throttled service of a run: each instance behind the shipped throttle, with leases from the table. */

import type { LeaseStore } from '../../../runtime/throttle/leases/store.ts';
import type { FaultBoard } from '../faults/board.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import type { ServiceDefect } from './defect.ts';
import { noteNewest, openGuard } from './guard.ts';
import { leaseStoreOf } from './lease-store.ts';
import type { ServiceSite } from './site.ts';
import { ThrottledService } from './throttled-service.ts';

export type { ThrottledService } from './throttled-service.ts';

export interface StartOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly board: FaultBoard;
  readonly site: ServiceSite;
  /** The throttle table. */
  readonly table: LeaseStore & { lose(): void };
  readonly defect: ServiceDefect | null;
}

export function startService({ clock, random, board, site, table, defect }: StartOptions): ThrottledService {
  const service: ThrottledService = new ThrottledService({
    clock,
    random,
    site,
    habit: defect?.habit ?? 'budget',
    loseTable: () => table.lose(),
    guardOf: (at) => {
      const { process, place, instance } = at;
      const own = random.fork(`leases ${instance}`);
      const seen = noteNewest(leaseStoreOf({ clock, random: own, board, table, process, place }));
      return openGuard(at, {
        site,
        random: own,
        store: defect?.leases?.(seen.store) ?? seen.store,
        newest: seen.newest,
        ...(defect?.throttle && { throttle: defect.throttle }),
        onAdmitted: () => service.admitted(),
      });
    },
  });
  return service;
}
