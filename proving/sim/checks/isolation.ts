/** I-24: what others send too much does not hurt a caller that keeps within its quota, and a refusal costs nothing. */

import type { Checker } from '../model.ts';
import type { ServiceSecond, ServiceView } from '../service/index.ts';
import { checker } from './checker.ts';
import {
  addTo,
  changes,
  isRenewed,
  LEASES_SETTLE_MS,
  namesOf,
  newSeconds,
  p99,
  percent,
  Recent,
  sumOf,
  type Sum,
} from './service.ts';

const WINDOW_S = 10;
/** What others may have at once is worked off by then. */
const ONSET_MS = 5000;
/** Leases that were not renewed are learnt and given anew by then. */
const RENEWED_MS = 45_000;
/** As much less may be answered as without the flood; under a surge of all others nobody has a slot to spare. */
const ANSWERED_EPSILON = { flooded: 0.02, pressed: 0.05 } as const;
/**
 * As much longer may 99 of 100 answers take in a flood by one caller, whose own limit keeps the slots from filling up:
 * a share of the time without the flood, and the wait for one more to be served: that limit is a tenth of all there
 * is. Under a surge they are full, and all wait (I-25).
 */
const LATENCY_EPSILON = { share: 0.2, work: 1 } as const;
/** So many requests without the flood make a comparison. */
const CALM_REQUESTS_MIN = 200;

type Kind = 'calm' | 'flooded' | 'pressed';

export function isolatesCallers(): Checker {
  const added = newSeconds();
  const isSettled = settling();
  const hasNewLease = newLeases();
  const calm: Sum = { requests: 0, answered: 0, latenciesMs: [] };
  const recent = new Recent(WINDOW_S);
  let kind: Kind = 'calm';
  let since = 0;
  return checker('I-24', (view, count) => {
    for (const second of added(view)) {
      const { service } = view;
      if (second.asked > second.admitted) {
        return `${second.asked} requests took a slot, ${second.admitted} were let through`;
      }
      const isNew = hasNewLease(second);
      if (kindOf(second) !== kind) {
        kind = kindOf(second);
        since = second.at;
        recent.clear();
      }
      const settled = isSettled(second);
      if (!settled) recent.clear();
      const steady = namesOf(service!, 'steady');
      if (kind === 'calm') {
        if (settled) for (const [name, each] of second.callers) if (steady.has(name)) addTo(calm, each);
        continue;
      }
      if (!settled || isNew || second.at - since < ONSET_MS || calm.requests < CALM_REQUESTS_MIN) continue;
      recent.add(second);
      if (recent.whole === null) continue;
      count();
      const said = hurt(
        service!,
        calm,
        sumOf(recent.whole, (name) => steady.has(name)),
        kind,
      );
      if (said !== null) return said;
    }
    return null;
  });
}

/** Says of each second in turn whether everything but the load has been as it should be for long enough. */
function settling(): (second: ServiceSecond) => boolean {
  const changedAt = changes();
  let unrenewedAt = 0;
  return (second) => {
    if (!isRenewed(second)) unrenewedAt = second.at;
    return second.at - changedAt(second) >= LEASES_SETTLE_MS && second.at - unrenewedAt >= RENEWED_MS;
  };
}

/** A caller may have at once what a new lease lets it have at once: that second is left out. */
function newLeases(): (second: ServiceSecond) => boolean {
  let before = '';
  return ({ instances }) => {
    const now = instances.map(({ lease }) => lease?.epoch).join();
    const isNew = now !== before;
    before = now;
    return isNew;
  };
}

function kindOf({ load }: ServiceSecond): Kind {
  if (load.times > 1 || load.isStorm) return 'pressed';
  return load.flood > 1 ? 'flooded' : 'calm';
}

function hurt({ site }: ServiceView, calm: Sum, met: Sum, kind: 'flooded' | 'pressed'): string | null {
  const [before, now] = [calm.answered / calm.requests, met.answered / met.requests];
  const load = kind === 'flooded' ? 'in a flood' : 'under a surge of others';
  if (now < before - ANSWERED_EPSILON[kind]) {
    return `${percent(now)} of the steady callers' requests were answered ${load}, ${percent(before)} without`;
  }
  const usualMs = p99(calm.latenciesMs);
  const mostMs = usualMs * (1 + LATENCY_EPSILON.share) + site.workMs * LATENCY_EPSILON.work;
  const ms = p99(met.latenciesMs);
  if (kind === 'pressed' || ms <= mostMs) return null;
  return `99 of 100 answers to steady callers took ${ms} ms ${load}, ${usualMs} ms without`;
}
