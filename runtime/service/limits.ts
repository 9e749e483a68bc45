import {
  type JitterLimits,
  MEMBER_DEFAULTS,
  type MemberLimits,
  OUTLIER_DEFAULTS,
  type OutlierLimits,
  RETRY_DEFAULTS,
  type RetryLimits,
  SECOND_ATTEMPT_DEFAULTS,
  type SecondAttemptLimits,
} from '../../core/pools/index.ts';

export interface HedgingLimits extends SecondAttemptLimits {
  /** Share of the requests that may be sent a second time while the first attempt is under way. @default 0.02 */
  readonly extraShare: number;
}

export interface ServicePoolLimits {
  /** For all attempts of a request together, where the caller gives no time. @default 5,000 */
  readonly deadlineMs: number;
  /**
   * After this an attempt counts as timed out, and a request that may be done twice goes to another instance. Where it
   * may not, the attempt is waited for until the deadline. @default 1,000
   */
  readonly tryMs: number;
  /** Bounds of the wait before another attempt. @default 20 to 200 ms, full jitter */
  readonly backoff: JitterLimits;
  /** @default - a tenth of the requests, and one other attempt each */
  readonly retry: RetryLimits;
  /** @default - none: null */
  readonly hedging: HedgingLimits | null;
  /** @default - 5 errors or 2 time-outs in a row, out for 0.5 to 10 s, back after 2 probes over 5 s */
  readonly member: MemberLimits;
  readonly outliers: OutlierLimits;
  /** Window in which answers and failures of an instance are counted, in whole seconds. @default 10,000 */
  readonly outlierMs: number;
  /** How long an instance that has failed once is chosen last, unless a probe passes before. @default 1,000 */
  readonly avoidMs: number;
  /** Asked by probes of suspects and of those that are out. @default '/health' */
  readonly healthPath: string;
  /** A probe without an answer by then has failed. @default 1,000 */
  readonly probeMs: number;
  /** Between two probes of one instance. @default 100 */
  readonly probePaceMs: number;
  /** Between two looks at the registry, give or take a fifth. @default 5,000 */
  readonly refreshMs: number;
  /** Between two looks, whatever goes wrong. @default 500 */
  readonly refreshMsMin: number;
  /** Requests under way to an instance of the own zone from which on the other zones are looked at. @default 4 */
  readonly spillInFlightMin: number;
  /** How long an instance that said it drains is left out while the registry still names it. @default 60,000 */
  readonly drainMs: number;
}

export const HEDGING_DEFAULTS: HedgingLimits = { ...SECOND_ATTEMPT_DEFAULTS, factor: 1, extraShare: 0.02 };

export const SERVICE_POOL_DEFAULTS: ServicePoolLimits = {
  deadlineMs: 5000,
  tryMs: 1000,
  backoff: { msMin: 20, msMax: 200 },
  retry: { ...RETRY_DEFAULTS, attemptsMax: 2 },
  hedging: null,
  member: {
    ...MEMBER_DEFAULTS,
    errorsMax: 5,
    latesMax: 2,
    backoff: { msMin: 500, msMax: 10_000, jitterRatio: 0.3 },
  },
  outliers: OUTLIER_DEFAULTS,
  outlierMs: 10_000,
  avoidMs: 1000,
  healthPath: '/health',
  probeMs: 1000,
  probePaceMs: 100,
  refreshMs: 5000,
  refreshMsMin: 500,
  spillInFlightMin: 4,
  drainMs: 60_000,
};

/** Attempts that one request may make at most, whatever the limits say: one layer retries, and not often. */
export const ATTEMPTS_MAX = 3;
