/** One caller of a hundred asks a hundred times as often as it may. */

import type { QuotasDocument } from '../../../../core/throttle/index.ts';
import { latencyMs } from '../../measure/statistics.ts';
import { atMost } from '../../rules.ts';
import type { Stream, ThrottleFields, ThrottleSample } from '../model.ts';
import type { ThrottleExpectation, ThrottleRun, ThrottleScenario } from '../types.ts';
import { numbered } from './callers.ts';
import { exactly, moreThan, reallySent, within } from './rules.ts';

const GOOD_CALLERS = 99;
/** What every caller may ask, a second, and what the good ones do ask. */
const LIMIT_PER_S = 1;
const FLOOD_TIMES = 100;
/** Long work in many slots: what the machine loses by being busy with something else is little beside it. */
const SLOTS = 24;
const WORK_MS = 160;
const CAPACITY_PER_S = (SLOTS * 1000) / WORK_MS;
const BURST_S = 1;
/** What the good callers may notice of the flood. */
const P99_RATIO_MAX = 1.2;
const P99_ADDED_MS_MAX = 5;
/** The memory of the process may not follow the flood, in MB. */
const RSS_GROWTH_MB_MAX = 64;

const GOOD: Stream = {
  name: 'good',
  perS: GOOD_CALLERS * LIMIT_PER_S,
  callers: numbered('good', GOOD_CALLERS),
  users: 2,
  criticality: null,
};
/** A caller like the others, until it asks more. */
const MODEST: Stream = { name: 'flood', perS: LIMIT_PER_S, callers: ['flood'], users: 2, criticality: null };
const FLOOD: Stream = { ...MODEST, perS: FLOOD_TIMES * LIMIT_PER_S };

const QUOTAS: QuotasDocument = {
  capacityPerS: CAPACITY_PER_S,
  burstS: BURST_S,
  others: { limitPerS: LIMIT_PER_S },
};

export const callerFlood: ThrottleScenario = {
  name: 'caller-flood',
  tier: 'throttle',
  faults: ['flood'],
  hypothesis: () =>
    `One caller asks ${FLOOD_TIMES} times as often as it may: it is held to its share, and ${GOOD_CALLERS} others, who keep to their limits, fail in nothing and hardly notice.`,
  instances: [{ name: 'throttled', env: { SHOP_SLOTS: `${SLOTS}`, SHOP_WORK_MS: `${WORK_MS}` } }],
  quotas: QUOTAS,
  warmUp: [GOOD, MODEST],
  phases: () => [
    { name: 'calm', ms: 15_000, streams: [GOOD, MODEST] },
    { name: 'flood', ms: 20_000, streams: [GOOD, FLOOD] },
    { name: 'after', ms: 10_000, streams: [GOOD, MODEST] },
  ],
  faultFrom: 'flood',
  faultUntil: 'after',
  loadVerified: (run) => reallySent(run, 'flood', GOOD.perS + FLOOD.perS),
  measure,
  expectations: () => [
    exactly('good_failed', 0),
    STEADY_P99,
    NO_MORE_THAN_ITS_QUOTA,
    moreThan('refused', 0),
    within('rss_growth_mb', RSS_GROWTH_MB_MAX),
    exactly('restarts', 0),
    exactly('wrong_reads', 0),
  ],
};

function measure({ samples }: ThrottleRun): Partial<ThrottleFields> {
  const good = samples.filter(({ stream }) => stream === 'good');
  const flood = samples.filter(({ stream, phase }) => stream === 'flood' && phase === 'flood');
  const admitted = flood.filter(({ ok }) => ok).length;
  const inFlood = good.filter(({ phase }) => phase === 'flood');
  return {
    good_requests: good.length,
    good_failed: good.filter(({ ok }) => !ok).length,
    good_p99_ms: latencyMs(inFlood, 99),
    good_control_p99_ms: latencyMs(
      good.filter(({ phase }) => phase === 'calm'),
      99,
    ),
    flood_admitted: admitted,
    ...shares(flood, admitted),
  };
}

/** Of the capacity while the flood lasted: from its first request until its last answer. */
function shares(
  flood: readonly ThrottleSample[],
  admitted: number,
): Pick<ThrottleFields, 'flood_share' | 'flood_quota_share'> {
  const first = flood.reduce((least, { scheduledAt }) => Math.min(least, scheduledAt), Infinity);
  const last = flood.reduce((most, { completedAt }) => Math.max(most, completedAt), -Infinity);
  const seconds = (last - first) / 1000;
  if (!(seconds > 0)) return { flood_share: null, flood_quota_share: null };
  const capacity = CAPACITY_PER_S * seconds;
  const quota = LIMIT_PER_S * (seconds + BURST_S);
  return { flood_share: fraction(admitted / capacity), flood_quota_share: fraction(quota / capacity) };
}

function fraction(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}

const STEADY_P99: ThrottleExpectation = {
  rule: `good_p99_ms <= ${P99_RATIO_MAX} x good_control_p99_ms, or ${P99_ADDED_MS_MAX} ms more`,
  holds: ({ good_p99_ms: during, good_control_p99_ms: before }) =>
    before !== null && atMost(during, Math.max(P99_RATIO_MAX * before, before + P99_ADDED_MS_MAX)),
};

const NO_MORE_THAN_ITS_QUOTA: ThrottleExpectation = {
  rule: 'flood_share <= flood_quota_share',
  holds: (line) => line.flood_quota_share !== null && atMost(line.flood_share, line.flood_quota_share),
};
