/** I-29, of the throttle: with its table dead, callers within nine tenths of their share are served as before. */

import type { Checker, SimView } from '../model.ts';
import type { ServiceSecond } from '../service/index.ts';
import { checker, firstWrong } from './checker.ts';
import { changes, isRenewed, LEASES_SETTLE_MS, namesOf, newSeconds, Recent } from './service.ts';

/** Requests a second by caller and instance. */
type Shares = ReadonlyMap<string, readonly number[]>;

const SAFE_SHARE = 0.9;
const WINDOW_S = 10;
/** Requests are whole, and come to each instance with some chance. */
const SERVED_MIN = 0.9;

export function servesWithoutStore(): Checker {
  const added = newSeconds();
  const changedAt = changes();
  const dead = new Recent(WINDOW_S);
  /** As it was before the table died. */
  let shares: Shares | null = null;
  return checker('I-29', (view, count) => {
    for (const second of added(view)) {
      const isWhole = second.at - changedAt(second) >= LEASES_SETTLE_MS;
      const isDead = isTableDead(view, second.at);
      if (!isDead || !isWhole) dead.clear();
      if (!isDead) shares = isWhole && isRenewed(second) ? sharesOf(second) : null;
      if (!isDead || !isWhole || shares === null) continue;
      dead.add(second);
      if (dead.whole === null) continue;
      count();
      const said = firstWrong([...namesOf(view.service!, 'steady')], (name) =>
        unserved(name, dead.whole!, shares!.get(name) ?? []),
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

/** By caller: what each instance gave it. */
function sharesOf({ instances }: ServiceSecond): Shares {
  const names = new Set(instances.flatMap(({ callers }) => Object.keys(callers)));
  return new Map([...names].map((name) => [name, instances.map(({ callers }) => callers[name] ?? 0)]));
}

/** Each instance is sent its equal part of the requests. */
function unserved(name: string, seconds: readonly ServiceSecond[], shares: readonly number[]): string | null {
  let requests = 0;
  let answered = 0;
  for (const { callers } of seconds) {
    requests += callers.get(name)?.requests ?? 0;
    answered += callers.get(name)?.answered ?? 0;
  }
  const part = requests / shares.length;
  const due = shares.reduce((sum, share) => sum + Math.min(part, share * SAFE_SHARE * WINDOW_S), 0);
  if (answered >= due * SERVED_MIN) return null;
  const told = shares.map((share) => share.toFixed(1)).join(' + ');
  return `${answered} of ${requests} requests of ${name} were answered in ${WINDOW_S} s without the table, its share was ${told} a second`;
}
