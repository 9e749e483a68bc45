/** I-25: under more load than it bears the service does what it can, and is itself again when the load is gone. */

import type { Checker, SimView } from '../model.ts';
import type { ServiceSecond } from '../service/index.ts';
import { checker } from './checker.ts';
import {
  disturbances,
  isRenewed,
  LEASES_SETTLE_MS,
  namesOf,
  newSeconds,
  percent,
  Recent,
  sumOf,
} from './service.ts';

const WINDOW_S = 10;
const GOODPUT_MIN = 0.9;
/** It is asked for that much more than it bears. */
const OVERLOAD = 1.2;
/** What the slots bear now has been found, by trials of which each costs something. */
const SETTLE_MS = 30_000;
/**
 * Leases follow the load: one that was given so long after a change rests on a report that knows all of it. Until
 * then callers keep their shares, also those who do not use them.
 */
const FOLLOW_MS = 13_000;
/** A function that is told reports of before follows so much later (F-14). */
const OLD_REPORTS_MS = 15_000;
/** Back within this, once the load is back. */
const NORMAL_AFTER_MS = 5000;
const NORMAL_WINDOW_S = 5;
const NORMAL_MIN = 0.98;
/** And after any fault at all, once everything is healed: what was lost is learnt and given out anew. */
const HEALED_AFTER_MS = 120_000;
/** The most that a clock is ahead. */
const WRONG_DATE_MS = 120_000;

export function keepsWorking(): Checker {
  const added = newSeconds();
  const watch = new Watch();
  return checker('I-25', (view, count) => {
    for (const second of added(view)) {
      const said = watch.look(view, second, count);
      if (said !== null) return said;
    }
    return null;
  });
}

class Watch {
  readonly #disturbedAt = disturbances();
  readonly #busy = new Recent(WINDOW_S);
  readonly #usual = new Recent(NORMAL_WINDOW_S);
  #load = '';
  #loadChangedAt = -Infinity;

  look(view: SimView, second: ServiceSecond, count: () => void): string | null {
    const disturbedAgoMs = second.at - this.#disturbedAt(second);
    const loadAgoMs = second.at - this.#changedAt(second);
    return (
      this.#goodput(second, disturbedAgoMs, view, count) ??
      this.#normal(second, { disturbedAgoMs, loadAgoMs }, view, count)
    );
  }

  #changedAt({ at, load }: ServiceSecond): number {
    const seen = JSON.stringify(load);
    if (this.#load !== '' && seen !== this.#load) this.#loadChangedAt = at;
    this.#load = seen;
    return this.#loadChangedAt;
  }

  #goodput(second: ServiceSecond, agoMs: number, view: SimView, count: () => void): string | null {
    const { capacityPerS } = view.service!.site;
    const bearsPerS = Math.min(second.bearsPerS, capacityPerS);
    // What one caller sends beyond its own limit is no load that could be served.
    const flooding = namesOf(view.service!, 'flooding');
    const { requests } = sumOf([second], (name) => !flooding.has(name));
    const isAllGiven =
      allowed(second) >= 0.95 * bearsPerS && isRenewed(second) && this.#isFollowed(view, second);
    if (agoMs < SETTLE_MS || requests < bearsPerS * OVERLOAD || !isAllGiven) this.#busy.clear();
    else this.#busy.add(second);
    const { whole } = this.#busy;
    if (whole === null) return null;
    count();
    const goodput = sumOf(whole, () => true).answered / WINDOW_S;
    if (goodput >= GOODPUT_MIN * bearsPerS) return null;
    const { times, flood } = second.load;
    const load = `under ${times} times the load, ${flood} times that of one caller`;
    return `${goodput.toFixed(1)} requests a second were answered ${load}; the slots bear ${bearsPerS.toFixed(1)}`;
  }

  #isFollowed(view: SimView, { at, instances }: ServiceSecond): boolean {
    const from = this.#loadChangedAt + FOLLOW_MS + (hadOldReports(view, at) ? OLD_REPORTS_MS : 0);
    return instances.every(({ lease }) => lease !== null && lease.at >= from);
  }

  #normal(
    second: ServiceSecond,
    { disturbedAgoMs, loadAgoMs }: { readonly disturbedAgoMs: number; readonly loadAgoMs: number },
    view: SimView,
    count: () => void,
  ): string | null {
    const { times, flood, isStorm } = second.load;
    const isUsual = times === 1 && flood === 1 && !isStorm;
    const isSettled =
      disturbedAgoMs >= LEASES_SETTLE_MS && loadAgoMs >= NORMAL_AFTER_MS && !hadWrongDate(view, second.at);
    const isHealed = view.quietSince !== null && second.at >= view.quietSince + HEALED_AFTER_MS;
    if (!isUsual || !(isHealed || isSettled)) this.#usual.clear();
    else this.#usual.add(second);
    const { whole } = this.#usual;
    if (whole === null) return null;
    count();
    const { requests, answered } = sumOf(whole, () => true);
    if (answered >= NORMAL_MIN * requests) return null;
    const since = isHealed
      ? `${second.at - view.quietSince} ms after everything was healed`
      : 'in no trouble';
    return `${percent(answered / requests)} of the requests of the usual load were answered ${since}`;
  }
}

/** A process that dies with its clock ahead is waited for until its last report is old by everybody's clock. */
function hadWrongDate({ faults, now }: SimView, at: number): boolean {
  return faults.some(
    ({ id, from, until }) =>
      id === 'F-20' && from <= at && at <= (until ?? now) + WRONG_DATE_MS + LEASES_SETTLE_MS,
  );
}

function hadOldReports({ faults, now }: SimView, at: number): boolean {
  return faults.some(
    ({ id, target, from, until }) =>
      id === 'F-14' && target.startsWith('throttle') && from <= at && at <= (until ?? now) + OLD_REPORTS_MS,
  );
}

function allowed({ instances }: ServiceSecond): number {
  return instances.reduce((sum, { perSecond }) => sum + perSecond, 0);
}
