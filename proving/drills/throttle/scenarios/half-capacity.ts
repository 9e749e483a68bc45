/** Half of the instances die while nearly everything is in use: the others get twice what they can do. */

import type { QuotasDocument } from '../../../../core/throttle/index.ts';
import { normalAfterMs } from '../../measure/goodput.ts';
import { latencyMs, round } from '../../measure/statistics.ts';
import { isVictim, killHalf } from '../faults/kill-half.ts';
import type { Phase, Stream, ThrottleFields, ThrottleSample } from '../model.ts';
import { goodputByClass, goodputPerS, wholeUsersPct } from '../statistics.ts';
import type { Instance, Look, ThrottleRun, ThrottleScenario } from '../types.ts';
import { numbered } from './callers.ts';
import { atLeast, exactly, within } from './rules.ts';

const INSTANCES = 4;
const SLOTS = 4;
const WORK_MS = 80;
const EACH_PER_S = (SLOTS * 1000) / WORK_MS;
/** What is asked, as a share of what all instances can do together. */
const USUAL = 0.9;
const LOAD_PER_S = USUAL * INSTANCES * EACH_PER_S;
const SURVIVORS_PER_S = (INSTANCES / 2) * EACH_PER_S;
const USERS = 400;

const GOODPUT_PCT_MIN = 90;
/** A wait for a second answer is of no use: nothing queues to death. */
const P99_MS_MAX = 1000;
const NORMAL_MS_MAX = 1000;
/**
 * The survivors can serve 55 % of what is asked. Were each request shed by chance, one user in a hundred would have
 * all seven of theirs.
 */
const WHOLE_USERS_PCT_MIN = 35;
const TIMES = { before: 6000, killed: 1000, adapting: 2000, settled: 15_000, halved: 10_000 } as const;

/** No quota holds the load: what the survivors bear they must find out by themselves. */
const QUOTAS: QuotasDocument = {
  capacityPerS: 10_000,
  burstS: 1,
  callers: { app: { floorPerS: 5000 } },
};

function app(perS: number): Stream {
  return { name: 'app', perS, callers: ['app'], users: USERS, criticality: 'by-user' };
}

export const halfCapacity: ThrottleScenario = {
  name: 'half-capacity',
  tier: 'throttle',
  faults: ['kill'],
  hypothesis: () =>
    `${INSTANCES / 2} of ${INSTANCES} instances die at ${USUAL * 100} % load: the others do at least ${GOODPUT_PCT_MIN} % of what they can, the most important requests all succeed, the same users stay whole, and a second after half of the load is gone everything is as before.`,
  instances: numbered('throttled', INSTANCES).map((name): Instance => {
    return { name, env: { SHOP_SLOTS: `${SLOTS}`, SHOP_WORK_MS: `${WORK_MS}` } };
  }),
  quotas: QUOTAS,
  warmUp: [app(LOAD_PER_S)],
  phases: () =>
    Object.entries(TIMES).map(([name, ms]): Phase => {
      return { name, ms, streams: [app(name === 'halved' ? LOAD_PER_S / 2 : LOAD_PER_S)] };
    }),
  faultFrom: 'killed',
  faultUntil: null,
  inject: (stage) => Promise.resolve(killHalf(stage)),
  measure,
  expectations: () => [
    atLeast('goodput_of_capacity_pct', GOODPUT_PCT_MIN),
    exactly('good_failed', 0),
    atLeast('whole_users_pct', WHOLE_USERS_PCT_MIN),
    within('p99_ms', P99_MS_MAX),
    within('normal_after_ms', NORMAL_MS_MAX),
    exactly('restarts', 0),
    exactly('wrong_reads', 0),
  ],
};

function measure({ samples, phases, looks }: ThrottleRun): Partial<ThrottleFields> {
  const times = (name: keyof typeof TIMES) => phases.find((phase) => phase.name === name)!;
  const of = (...names: (keyof typeof TIMES)[]): ThrottleSample[] =>
    samples.filter(({ phase }) => names.some((name) => name === phase));
  const important = of('adapting', 'settled', 'halved').filter((s) => s.criticality === 'critical-plus');
  const goodput = goodputPerS(samples, times('settled'));
  return {
    good_requests: important.length,
    good_failed: important.filter(({ ok }) => !ok).length,
    good_p99_ms: latencyMs(important, 99),
    good_control_p99_ms: latencyMs(of('before'), 99),
    peak_goodput: goodputPerS(samples, times('before')),
    goodput_of_capacity_pct: goodput === null ? null : round((100 * goodput) / SURVIVORS_PER_S),
    goodput_by_class: goodputByClass(samples, times('settled')),
    whole_users_pct: wholeUsersPct(of('settled')),
    normal_after_ms: normalAfterMs(samples, times('halved'), LOAD_PER_S / 2),
    restarts: restartsOf(looks),
  };
}

/** Of those that were not killed. */
function restartsOf(looks: readonly Look[]): number | null {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last) return null;
  const survivors = first.statuses.filter((_status, index) => !isVictim(index));
  const now = last.statuses.filter((_status, index) => !isVictim(index));
  return survivors.filter((status, i) => status === null || status.pid !== now[i]?.pid).length;
}
