/** I-24: what others send too much does not hurt a caller that keeps within its quota, and a refusal costs nothing. */

import type { Checker } from '../model.ts';
import type { ServiceSecond, ServiceView } from '../service/index.ts';
import { checker } from './checker.ts';
import {
  addTo,
  disturbances,
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
/** What the flooding caller may have at once is worked off by then. */
const ONSET_MS = 4000;
/** As much less may be answered as without the flood. */
const ANSWERED_EPSILON = 0.02;
/** As much longer may 99 of 100 answers take: a share of the time without the flood, and of the work itself. */
const LATENCY_EPSILON = { share: 0.2, work: 0.5 } as const;
/** So many requests without the flood make a comparison. */
const CALM_REQUESTS_MIN = 200;

export function isolatesCallers(): Checker {
  const added = newSeconds();
  const disturbedAt = disturbances();
  const calm: Sum = { requests: 0, answered: 0, latenciesMs: [] };
  const flooded = new Recent(WINDOW_S);
  let calmUntil = 0;
  return checker('I-24', (view, count) => {
    for (const second of added(view)) {
      const { service } = view;
      if (second.asked > second.admitted) {
        return `${second.asked} requests took a slot, ${second.admitted} were let through`;
      }
      const isSettled = second.at - disturbedAt(second) >= LEASES_SETTLE_MS && isRenewed(second);
      const kind = isSettled ? kindOf(second) : 'other';
      if (kind !== 'flooded') {
        flooded.clear();
        calmUntil = second.at;
      }
      const steady = namesOf(service!, 'steady');
      if (kind === 'calm') for (const [name, each] of second.callers) if (steady.has(name)) addTo(calm, each);
      if (second.at - calmUntil <= ONSET_MS || calm.requests < CALM_REQUESTS_MIN) continue;
      flooded.add(second);
      if (flooded.whole === null) continue;
      count();
      const said = hurt(
        service!,
        calm,
        sumOf(flooded.whole, (name) => steady.has(name)),
      );
      if (said !== null) return said;
    }
    return null;
  });
}

/** Load beyond the flood takes from everybody (I-25); it is compared neither way. */
function kindOf({ load }: ServiceSecond): 'calm' | 'flooded' | 'other' {
  if (load.times > 1 || load.isStorm) return 'other';
  return load.flood > 1 ? 'flooded' : 'calm';
}

function hurt({ site }: ServiceView, calm: Sum, flooded: Sum): string | null {
  const [before, now] = [calm.answered / calm.requests, flooded.answered / flooded.requests];
  if (now < before - ANSWERED_EPSILON) {
    return `${percent(now)} of the steady callers' requests were answered in a flood, ${percent(before)} without`;
  }
  const usualMs = p99(calm.latenciesMs);
  const mostMs = usualMs * (1 + LATENCY_EPSILON.share) + site.workMs * LATENCY_EPSILON.work;
  const ms = p99(flooded.latenciesMs);
  if (ms <= mostMs) return null;
  return `99 of 100 answers to steady callers took ${ms} ms in a flood, ${usualMs} ms without`;
}
