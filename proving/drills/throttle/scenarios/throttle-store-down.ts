/** The store of the leases hangs, dies, or is cut off from one instance, for longer than two leases last. */

import type { QuotasDocument } from '../../../../core/throttle/index.ts';
import { latencyMs } from '../../measure/statistics.ts';
import { atMost } from '../../rules.ts';
import { breakStore } from '../faults/break-store.ts';
import { beyondPct, refusedMs, refusedPct, renewedLeases, type Span } from '../fault-statistics.ts';
import type { Phase, PhaseTimes, Stream, ThrottleFields, ThrottleSample } from '../model.ts';
import type { ThrottleExpectation, ThrottleRun, ThrottleScenario, ThrottleSetting } from '../types.ts';
import { numbered } from './callers.ts';
import { exactly, within } from './rules.ts';

/** Requests a second that the quotas give to all instances. */
const CAPACITY_PER_S = 100;
/** What each can do by itself is eight times its part, so that nothing but a limit has a reason to refuse. */
const AMPLE = { SHOP_SLOTS: '16', SHOP_WORK_MS: '40' } as const;
const LIMIT_PER_S = 30;
const INSTANCES = 2;
/** Leases last this long, and the fault more than twice as long. */
const LEASE_MS = 30_000;
const RENEWED_MS_MAX = 30_000;
const TIMES = {
  /** Until the leases follow what the callers want, and those of instances that ended before are forgotten. */
  rising: 30_000,
  before: 6000,
  /** The store is away, and the leases of before are still in force. */
  leased: LEASE_MS + 2000,
  /** They have ended. */
  safe: 34_000,
  healed: RENEWED_MS_MAX,
  after: 5000,
} as const;

/** Admitted is counted over so long, in ms; what the edges of it add, and the larger burst of a new lease, in percent. */
const WINDOW_MS = 10_000;
const EDGE_PCT = 2;
const OVER_ADMITTED_PCT_MAX = 10;
/**
 * An instance that is cut off alone is taken for gone in the end, as one that died is, and its share goes to the
 * others. It cannot tell that from a store that is away for all, and goes on: nine tenths of its half come on top, and
 * once the burst of the others' larger leases.
 */
const CUT_OFF_PCT_MAX = 45 + 5 + EDGE_PCT;
/** The safe capacity is a tenth less; and what a caller asks is never spread quite as its leases are. */
const WITHIN_REFUSED_ADDED_PCT_MAX = 10;
/** What a refusal may notice of the fault. */
const REFUSED_RATIO_MAX = 2;
const REFUSED_ADDED_MS_MAX = 50;
/** An instance that its machine lets wait sheds a little, store or no store. */
const REFUSED_BY_OTHERS_PCT_MAX = 1;

const STEADY: Stream = {
  name: 'steady',
  perS: 16,
  callers: ['steady-a', 'steady-b'],
  users: 2,
  criticality: null,
};
/** Asks twice what it may at most. */
const LIMITED: Stream = {
  name: 'limited',
  perS: 2 * LIMIT_PER_S,
  callers: ['limited'],
  users: 2,
  criticality: null,
};
/** Takes whatever is left. */
const GREEDY: Stream = { name: 'greedy', perS: 70, callers: ['greedy'], users: 2, criticality: null };

const QUOTAS: QuotasDocument = {
  capacityPerS: CAPACITY_PER_S,
  burstS: 1,
  callers: {
    'steady-a': { floorPerS: 10 },
    'steady-b': { floorPerS: 10 },
    limited: { limitPerS: LIMIT_PER_S },
    greedy: {},
  },
};

const WHAT: Readonly<Partial<Record<ThrottleSetting['fault'], string>>> = {
  hang: 'The store of the leases answers nobody',
  kill: 'The store of the leases resets every connection',
  partition: 'One of two instances is cut off from the store of the leases',
};

export const throttleStoreDown: ThrottleScenario = {
  name: 'throttle-store-down',
  tier: 'throttle',
  faults: ['hang', 'kill', 'partition'],
  hypothesis: ({ fault }) => {
    const then = fault === 'partition' ? "no more than that instance's own share" : 'nothing';
    return `${WHAT[fault]} for ${(TIMES.leased + TIMES.safe) / 1000} s: no decision fails or waits, at most ${OVER_ADMITTED_PCT_MAX} % of the capacity is admitted too much for one lease and ${then} after it, and leases are renewed within ${RENEWED_MS_MAX / 1000} s of its return. With nothing in front (the control) there is no bound to what is admitted, store or no store.`;
  },
  instances: numbered('throttled', INSTANCES).map((name) => ({ name, env: AMPLE })),
  quotas: QUOTAS,
  warmUp: [STEADY],
  phases: () =>
    Object.entries(TIMES).map(([name, ms]): Phase => ({ name, ms, streams: [STEADY, LIMITED, GREEDY] })),
  faultFrom: 'leased',
  faultUntil: 'healed',
  inject: breakStore,
  measure,
  expectations: ({ fault }) => [
    exactly('failed', 0),
    STEADY_REFUSALS,
    within('refused_by_others_pct', REFUSED_BY_OTHERS_PCT_MAX),
    within('over_admitted_pct', OVER_ADMITTED_PCT_MAX),
    within('over_admitted_later_pct', fault === 'partition' ? CUT_OFF_PCT_MAX : EDGE_PCT),
    SAFE_IS_ENOUGH,
    exactly('leases_renewed', INSTANCES),
    exactly('restarts', 0),
    exactly('wrong_reads', 0),
  ],
};

function measure({ samples, phases, looks }: ThrottleRun): Partial<ThrottleFields> {
  const times = (name: keyof typeof TIMES): PhaseTimes => phases.find((phase) => phase.name === name)!;
  const during = samples.filter(({ phase }) => phase === 'leased' || phase === 'safe');
  const before = samples.filter(({ phase }) => phase === 'before');
  const steady = ofSteady(during);
  const steadyBefore = ofSteady(before);
  return {
    good_requests: steady.length,
    good_failed: steady.filter(({ ok, refused }) => !ok && !refused).length,
    good_p99_ms: latencyMs(steady, 99),
    good_control_p99_ms: latencyMs(steadyBefore, 99),
    refused_p99_ms: refusedMs(during, 99),
    refused_control_p99_ms: refusedMs(before, 99),
    refused_by_others_pct: refusedPct(during, ({ code }) => code !== 'caller-limit'),
    within_refused_pct: refusedPct(steady),
    within_refused_control_pct: refusedPct(steadyBefore),
    over_admitted_pct: overAdmittedPct(samples, times('leased')),
    // From when every lease of before has ended, until the end of the drill.
    over_admitted_later_pct: overAdmittedPct(samples, { ...times('safe'), to: times('after').to }),
    leases_renewed: renewedLeases(looks, 'leased', 'after'),
  };
}

function ofSteady(samples: readonly ThrottleSample[]): ThrottleSample[] {
  return samples.filter(({ stream }) => stream === 'steady');
}

/** Beyond the capacity, or beyond the limit of a caller, whichever is worse. */
function overAdmittedPct(samples: readonly ThrottleSample[], span: Span): number | null {
  const limited = samples.filter(({ stream }) => stream === 'limited');
  const all = beyondPct(samples, span, { perS: CAPACITY_PER_S, windowMs: WINDOW_MS });
  const one = beyondPct(limited, span, { perS: LIMIT_PER_S, windowMs: WINDOW_MS });
  return all === null || one === null ? null : Math.max(all, one);
}

const SAFE_IS_ENOUGH: ThrottleExpectation = {
  rule: `within_refused_pct <= within_refused_control_pct + ${WITHIN_REFUSED_ADDED_PCT_MAX}`,
  holds: ({ within_refused_pct: during, within_refused_control_pct: before }) =>
    before !== null && atMost(during, before + WITHIN_REFUSED_ADDED_PCT_MAX),
};

const STEADY_REFUSALS: ThrottleExpectation = {
  rule: `refused_p99_ms <= ${REFUSED_RATIO_MAX} x refused_control_p99_ms, or ${REFUSED_ADDED_MS_MAX} ms more`,
  holds: ({ refused_p99_ms: during, refused_control_p99_ms: before }) =>
    before !== null && atMost(during, Math.max(REFUSED_RATIO_MAX * before, before + REFUSED_ADDED_MS_MAX)),
};
