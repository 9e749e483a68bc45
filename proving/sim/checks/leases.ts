/**
 * What all instances together may admit is the capacity while leases are renewed. After the table or the function
 * died, or the table was lost, it may be a tenth more, for one lease; and never does a throttle let through more than
 * it may.
 */

import type { Checker, SimView } from '../model.ts';
import type { InstanceAllowance, ServiceSecond } from '../service/index.ts';
import { checker } from './checker.ts';
import { changes, newSeconds, Recent, SECOND_MS } from './service.ts';

const OVER_MAX = 0.1;
/** Rounding, and one newcomer's hundredth that nobody knows of yet. */
const ROUNDING = 1e-6;
/** One lease, and the report that a new lease takes to come. */
const OVER_MS_MAX = 30_000 + 15_000;
/** What is left of a lease after its end. */
const SAFE_SHARE = 0.9;
/** A share that its holder was cut off with is given to others when it has been silent for this long. */
const GONE_MS = 45_000;
/** From the end of being cut off until all have renewed. */
const BACK_MS = 45_000;
const WINDOW_S = 20;
/** A process that is gone is waited for, what the others hold is learnt anew, and everybody reports twice. */
const RENEWED_MS = 45_000 + 30_000 + 30_000;
/** The first report of a process, before its first lease, may be dated so far ahead; it counts when it is due. */
const WRONG_DATE_MS = 120_000;
const GIVEN_MIN = 0.9;
const MOVING_MS = 30_000;
const TROUBLING: ReadonlySet<string> = new Set(['F-14', 'F-16', 'F-17', 'F-18', 'F-19', 'F-20', 'F-40']);
const CUTTING: ReadonlySet<string> = new Set(['F-02', 'F-40']);

export function leasesAreSafe(): Checker {
  const added = newSeconds();
  const recent = new Recent(WINDOW_S);
  let overSince: number | null = null;
  return checker('lease-safety', (view, count) => {
    for (const second of added(view)) {
      const { capacityPerS, quotas } = view.service!.site;
      recent.add(second);
      count();
      const may = second.instances.filter((_, place) => !wasCutOff(view, place, second.at));
      const over = sum(may) - capacityPerS;
      if (over > OVER_MAX * capacityPerS)
        return `${told(second)} may be admitted, the capacity is ${capacityPerS}`;
      if (over <= ROUNDING * capacityPerS) overSince = null;
      else overSince ??= second.at;
      if (overSince !== null && second.at - overSince > OVER_MS_MAX) {
        return `${told(second)} may be admitted for ${second.at - overSince} ms, the capacity is ${capacityPerS}`;
      }
      const said = keptTooMuch(second) ?? admittedTooMuch(recent.whole, quotas.burstS ?? 1);
      if (said !== null) return said;
    }
    return null;
  });
}

/** I-14, of leases: with nothing wrong for a while, every instance has one, and together they are all that there is. */
export function leasesAreRenewed(): Checker {
  const added = newSeconds();
  const disturbedAt = changes();
  let wholeAt = 0;
  return checker('lease-renewal', (view, count) => {
    for (const second of added(view)) {
      const changedAt = disturbedAt(second);
      const troubledAt = Math.max(changedAt, lastTrouble(view, second.at));
      if (second.at - troubledAt < RENEWED_MS) continue;
      count();
      const { capacityPerS } = view.service!.site;
      const without = second.instances.find(({ lease }) => lease === null || lease.until <= second.at);
      const ago = `${second.at - troubledAt} ms after the last fault`;
      if (without !== undefined) return `${without.instance} has no lease that is renewed, ${ago}`;
      if (sum(second.instances) >= GIVEN_MIN * capacityPerS) wholeAt = second.at;
      // What one gives up is given to another when it has said so.
      if (second.at - Math.max(wholeAt, troubledAt + RENEWED_MS) < MOVING_MS) continue;
      return `${told(second)} may be admitted ${ago}, the capacity is ${capacityPerS}`;
    }
    return null;
  });
}

/** When the last fault that can keep leases from being renewed was in force. */
function lastTrouble({ faults, now }: SimView, at: number): number {
  const ends = faults
    .filter(({ id, from, effective }) => TROUBLING.has(id) && from <= at && effective)
    .map(({ id, until }) => Math.min(at, (until ?? now) + (id === 'F-20' ? WRONG_DATE_MS : 0)));
  return Math.max(0, ...ends);
}

/**
 * It alone could not report, and could not know that nobody else was in the same place: frozen, or cut off from
 * the table.
 */
function wasCutOff({ faults, now }: SimView, place: number, at: number): boolean {
  return faults.some(({ id, places, from, until }) => {
    const cuts = CUTTING.has(id) && places?.includes(place) === true;
    const end = until ?? now;
    return cuts && end - from >= GONE_MS / 2 && from <= at && at <= end + BACK_MS;
  });
}

function keptTooMuch({ at, instances }: ServiceSecond): string | null {
  for (const { instance, lease, perSecond, isFrozen } of instances) {
    if (lease === null || isFrozen || at < lease.until + SECOND_MS) continue;
    if (perSecond <= lease.total * SAFE_SHARE * (1 + ROUNDING)) continue;
    return `${instance} may admit ${perSecond.toFixed(1)} a second, ${at - lease.until} ms after a lease of ${lease.total.toFixed(1)}`;
  }
  return null;
}

/** Over the window, no more than was allowed in each second, and the bursts once. */
function admittedTooMuch(seconds: readonly ServiceSecond[] | null, burstS: number): string | null {
  if (seconds === null) return null;
  const [first, last] = [seconds[0]!, seconds.at(-1)!];
  const admitted = last.admitted - first.admitted;
  const most = Math.max(...seconds.map(({ instances }) => sum(instances)));
  // A limiter is exact but for one request of each caller on each instance.
  const callers = Math.max(...seconds.map(({ callers: met }) => met.size)) * last.instances.length;
  const allowed = most * (WINDOW_S - 1 + burstS) + callers;
  if (admitted <= allowed) return null;
  return `${admitted} requests were let through in ${WINDOW_S - 1} s, ${allowed.toFixed(0)} were allowed at most`;
}

function sum(instances: readonly InstanceAllowance[]): number {
  return instances.reduce((total, { perSecond }) => total + perSecond, 0);
}

function told({ instances }: ServiceSecond): string {
  return `${sum(instances).toFixed(1)} a second (${instances.map(({ perSecond }) => perSecond.toFixed(1)).join(' + ')})`;
}
