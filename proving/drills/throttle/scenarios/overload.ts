/** Everybody together asks ten times what the application can do, and then as before. */

import type { QuotasDocument } from '../../../../core/throttle/index.ts';
import type { Phase, Stream, ThrottleFields } from '../model.ts';
import { normalAfterMs } from '../../measure/goodput.ts';
import { goodputByClass, goodputPerS, wholeUsersPct } from '../statistics.ts';
import type { ThrottleExpectation, ThrottleRun, ThrottleScenario } from '../types.ts';
import { exactly, reallySent, within } from './rules.ts';

/**
 * More slots and longer work than the application has by itself: ten times the capacity is little work for the
 * machine then, and what it loses by being busy with something else is little beside the work.
 */
const SLOTS = 8;
const WORK_MS = 160;
const CAPACITY_PER_S = (SLOTS * 1000) / WORK_MS;
/** The usual load, as a share of the capacity. */
const USUAL = 0.8;
const TENFOLD = 10;
const USERS = 400;
/** Goodput at ten times the capacity, of the best that any step reached. */
const GOODPUT_RATIO_MIN = 0.9;
const NORMAL_MS_MAX = 1000;
/** Whoever is refused while the load still grows is refused for good reason; then it shows who stays whole. */
const SETTLED_MS = 5000;

const STEPS: readonly { readonly name: string; readonly times: number; readonly ms: number }[] = [
  { name: 'usual', times: USUAL, ms: 10_000 },
  { name: '1x', times: 1, ms: 6000 },
  { name: '2x', times: 2, ms: 6000 },
  { name: '5x', times: 5, ms: 6000 },
  { name: '10x', times: TENFOLD, ms: 15_000 },
  { name: 'back', times: USUAL, ms: 12_000 },
];

/** The throttle must find out by itself what the application bears: no quota holds the surge. */
const QUOTAS: QuotasDocument = {
  capacityPerS: 10_000,
  burstS: 1,
  callers: { app: { floorPerS: 5000 } },
};

function app(times: number): Stream {
  return {
    name: 'app',
    perS: times * CAPACITY_PER_S,
    callers: ['app'],
    users: USERS,
    criticality: 'by-user',
  };
}

export const overload: ThrottleScenario = {
  name: 'overload',
  tier: 'throttle',
  faults: ['surge'],
  hypothesis: () =>
    `Ten times what the application can do is asked of it: it goes on doing at least ${GOODPUT_RATIO_MIN * 100} % of its best, and a second after the surge everything is as before.`,
  instances: [{ name: 'throttled', env: { SHOP_SLOTS: `${SLOTS}`, SHOP_WORK_MS: `${WORK_MS}` } }],
  quotas: QUOTAS,
  warmUp: [app(USUAL)],
  phases: () => STEPS.map(({ name, times, ms }): Phase => ({ name, ms, streams: [app(times)] })),
  faultFrom: '1x',
  faultUntil: 'back',
  loadVerified: (run) => reallySent(run, '10x', TENFOLD * CAPACITY_PER_S),
  measure,
  expectations: () => [
    GOODPUT_STAYS,
    within('normal_after_ms', NORMAL_MS_MAX),
    exactly('restarts', 0),
    exactly('wrong_reads', 0),
  ],
};

function measure({ samples, phases }: ThrottleRun): Partial<ThrottleFields> {
  const times = (name: string) => phases.find((phase) => phase.name === name)!;
  const goodput = (name: string): number | null => goodputPerS(samples, times(name));
  const steps = STEPS.filter(({ name }) => name !== 'back').flatMap(({ name }) => goodput(name) ?? []);
  const usual = goodput('usual');
  const settledAt = times('10x').from + SETTLED_MS;
  const settled = samples.filter((s) => s.phase === '10x' && s.scheduledAt >= settledAt);
  return {
    peak_goodput: steps.length === 0 ? null : Math.max(...steps),
    goodput_at_10x: goodput('10x'),
    normal_after_ms: usual === null ? null : normalAfterMs(samples, times('back'), usual),
    goodput_by_class: goodputByClass(samples, times('10x')),
    whole_users_pct: wholeUsersPct(settled),
  };
}

const GOODPUT_STAYS: ThrottleExpectation = {
  rule: `goodput_at_10x >= ${GOODPUT_RATIO_MIN * 100} % of peak_goodput`,
  holds: ({ goodput_at_10x: at10x, peak_goodput: peak }) =>
    at10x !== null && peak !== null && at10x > 0 && at10x >= GOODPUT_RATIO_MIN * peak,
};
