/** The application stands still for a moment, and clients without manners send again at once what was not served. */

import type { QuotasDocument } from '../../../../core/throttle/index.ts';
import { normalAfterMs } from '../../measure/goodput.ts';
import { round } from '../../measure/statistics.ts';
import { stopAll } from '../faults/stop-all.ts';
import { attemptsPerRequest } from '../fault-statistics.ts';
import type { Phase, PhaseTimes, Stream, ThrottleFields } from '../model.ts';
import { goodputByClass, goodputPerS } from '../statistics.ts';
import type { ThrottleRun, ThrottleScenario } from '../types.ts';
import { atLeast, exactly, within } from './rules.ts';

const SLOTS = 4;
const WORK_MS = 40;
const CAPACITY_PER_S = (SLOTS * 1000) / WORK_MS;
const USUAL = 0.8;
const LOAD_PER_S = USUAL * CAPACITY_PER_S;
const USERS = 400;
const STOP_MS = 3000;
/** Each client gives up an attempt after this, and sends the request again at once. */
const ATTEMPT_MS_MAX = 1000;
const RETRIES_AT_ONCE = 10;
/** Else it is no storm. */
const ATTEMPTS_MIN = 2;
const GOODPUT_PCT_MIN = 90;
/**
 * As long as it stood still: what was sent meanwhile is given up by its clients within two time-outs, and for one
 * more second what they still insist on competes with what is new.
 */
const NORMAL_MS_MAX = 3000;
const TIMES = { before: 6000, stopped: STOP_MS, first: 1000, storm: 19_000 } as const;

const QUOTAS: QuotasDocument = {
  capacityPerS: 10_000,
  burstS: 1,
  callers: { app: { floorPerS: 5000 } },
};

const APP: Stream = {
  name: 'app',
  perS: LOAD_PER_S,
  callers: ['app'],
  users: USERS,
  criticality: 'by-user',
  retriesAtOnce: RETRIES_AT_ONCE,
  attemptMsMax: ATTEMPT_MS_MAX,
};

export const retryStorm: ThrottleScenario = {
  name: 'retry-storm',
  tier: 'throttle',
  faults: ['storm'],
  hypothesis: () =>
    `The application stands still for ${STOP_MS / 1000} s, and every client sends again at once, up to ${RETRIES_AT_ONCE} times, what is refused or not answered within ${ATTEMPT_MS_MAX / 1000} s: a second after it goes on it does at least ${GOODPUT_PCT_MIN} % of what is asked, and after ${NORMAL_MS_MAX / 1000} s everything is as before.`,
  instances: [{ name: 'throttled', env: { SHOP_SLOTS: `${SLOTS}`, SHOP_WORK_MS: `${WORK_MS}` } }],
  quotas: QUOTAS,
  warmUp: [APP],
  phases: () => Object.entries(TIMES).map(([name, ms]): Phase => ({ name, ms, streams: [APP] })),
  faultFrom: 'stopped',
  faultUntil: 'first',
  inject: (stage) => Promise.resolve(stopAll(stage)),
  loadVerified: ({ samples }) => (attemptsPerRequest(samples, STORMY) ?? 0) > ATTEMPTS_MIN,
  measure,
  expectations: () => [
    within('normal_after_ms', NORMAL_MS_MAX),
    atLeast('goodput_of_capacity_pct', GOODPUT_PCT_MIN),
    exactly('restarts', 0),
    exactly('wrong_reads', 0),
  ],
};

/** Requests of these phases make the storm. */
const STORMY: readonly string[] = ['stopped'];

function measure({ samples, phases }: ThrottleRun): Partial<ThrottleFields> {
  const times = (name: keyof typeof TIMES): PhaseTimes => phases.find((phase) => phase.name === name)!;
  const goodput = goodputPerS(samples, times('storm'));
  const afterStop = { name: 'after the stop', from: times('first').from, to: times('storm').to };
  return {
    peak_goodput: goodputPerS(samples, times('before')),
    goodput_of_capacity_pct: goodput === null ? null : round((100 * goodput) / LOAD_PER_S),
    goodput_by_class: goodputByClass(samples, times('storm')),
    normal_after_ms: normalAfterMs(samples, afterStop, LOAD_PER_S),
    attempts_per_request: attemptsPerRequest(samples, STORMY),
  };
}
