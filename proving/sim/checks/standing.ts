/** I-29, of the throttle: with its table dead, callers within nine tenths of their share are served as before. */

import type { Checker, SimView } from '../model.ts';
import type { ServiceSecond } from '../service/index.ts';
import { checker, firstWrong } from './checker.ts';
import { disturbances, isRenewed, LEASES_SETTLE_MS, namesOf, newSeconds, Recent } from './service.ts';

const SAFE_SHARE = 0.9;
const WINDOW_S = 10;
/** Requests are whole, and come to each instance with some chance. */
const SERVED_MIN = 0.95;

export function servesWithoutStore(): Checker {
  const added = newSeconds();
  const disturbedAt = disturbances();
  const dead = new Recent(WINDOW_S);
  /** Requests a second by caller, as all instances together gave before the table died. */
  let shares: ReadonlyMap<string, number> | null = null;
  return checker('I-29', (view, count) => {
    for (const second of added(view)) {
      const isWhole = second.at - disturbedAt(second) >= LEASES_SETTLE_MS;
      const isDead = isTableDead(view, second.at);
      if (!isDead || !isWhole) dead.clear();
      if (!isDead) shares = isWhole && isRenewed(second) ? sharesOf(second) : null;
      if (!isDead || !isWhole || shares === null) continue;
      dead.add(second);
      if (dead.whole === null) continue;
      count();
      const said = firstWrong([...namesOf(view.service!, 'steady')], (name) =>
        unserved(name, dead.whole!, shares!.get(name) ?? 0),
      );
      if (said !== null) return said;
    }
    return null;
  });
}

function isTableDead({ faults, now }: SimView, at: number): boolean {
  return faults.some(
    ({ id, target, places, from, until }) =>
      id === 'F-40' && isDeath(target) && places === null && from <= at && at < (until ?? now),
  );
}

/** Not merely late. */
function isDeath(target: string): boolean {
  return target === 'throttle lost' || target === 'throttle failed';
}

function sharesOf({ instances }: ServiceSecond): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { callers } of instances) {
    for (const [name, perSecond] of Object.entries(callers)) {
      shares.set(name, (shares.get(name) ?? 0) + perSecond);
    }
  }
  return shares;
}

function unserved(name: string, seconds: readonly ServiceSecond[], share: number): string | null {
  let requests = 0;
  let answered = 0;
  for (const { callers } of seconds) {
    requests += callers.get(name)?.requests ?? 0;
    answered += callers.get(name)?.answered ?? 0;
  }
  const due = Math.min(requests, share * SAFE_SHARE * WINDOW_S) * SERVED_MIN;
  if (answered >= due) return null;
  return `${answered} of ${requests} requests of ${name} were answered in ${WINDOW_S} s without the table, its share was ${share.toFixed(1)} a second`;
}
