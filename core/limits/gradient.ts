/**
 * A limit by the gradient of latency: while requests take as long as they do on an idle service, the limit may
 * grow by some headroom; when they take longer, it shrinks in proportion, before anything times out.
 * Source: Netflix, "Performance Under Load" (`limit = limit x gradient + headroom`, smoothed). Its average of the
 * usual latency creeps up under lasting overload, until a queue looks usual; so the usual latency is measured here
 * as BBR does it (Cardwell et al., 2016): now and then at half the limit, where no queue can stand.
 */

import { InvalidInput } from '../errors.ts';
import { boundsFaults } from './aimd.ts';
import { bounded, BOUNDS_DEFAULT, isUsed, type Finished, type Limit, type LimitBounds } from './types.ts';

export interface GradientOptions extends LimitBounds {
  /** Latency may grow by this factor before the limit shrinks. 1 or more. @default 1.5 */
  readonly tolerance: number;
  /** Least number of answers for a decision, and for a measurement of the usual latency. @default 10 */
  readonly window: number;
  /** Weight of a new value against the limit so far. @default 0.2 */
  readonly smoothing: number;
  /** Time between two measurements of the usual latency, in ms. @default 10 000 (BBR) */
  readonly measureEveryMs: number;
}

export const GRADIENT_DEFAULTS: GradientOptions = {
  ...BOUNDS_DEFAULT,
  tolerance: 1.5,
  window: 10,
  smoothing: 0.2,
  measureEveryMs: 10_000,
};

/** Answers counted for one decision. */
interface Round {
  readonly count: number;
  readonly sumMs: number;
}

/** The usual latency is being measured under half of the limit. */
interface Measuring extends Round {
  readonly resumeLimit: number;
  readonly since: number;
}

export interface GradientState {
  readonly limit: number;
  /** Service time in ms when no queue stands; null before the first round. */
  readonly usualMs: number | null;
  readonly round: Round;
  readonly measuredAt: number | null;
  readonly measuring: Measuring | null;
}

/** The gradient never falls below this: one slow round must not close the door. */
const GRADIENT_MIN = 0.5;
/** A measurement that is not done by then, in ms, is given up: what came before still holds. */
const MEASURING_MS_MAX = 1000;
const NO_ROUND: Round = { count: 0, sumMs: 0 };

/** Throws `invalid-input` for options that make no sense. */
export function gradient(options: Partial<GradientOptions> = {}): Limit<GradientState> {
  const chosen = { ...GRADIENT_DEFAULTS, ...options };
  check(chosen);
  const next = (state: GradientState, finished: Finished, nowMs: number): GradientState => {
    if (finished.dropped) {
      const limit = bounded(state.limit * GRADIENT_MIN, chosen);
      return { ...state, limit, round: NO_ROUND, measuring: null };
    }
    if (state.measuring !== null) return measure(state, state.measuring, finished, nowMs, chosen);
    return follow(state, finished, nowMs, chosen);
  };
  return {
    initial: { limit: chosen.start, usualMs: null, round: NO_ROUND, measuredAt: null, measuring: null },
    next,
    concurrency: ({ limit }) => Math.floor(limit),
  };
}

/** One decision for each round trip, about: what is decided for every answer swings without end. */
function follow(
  state: GradientState,
  { serviceMs, inFlight }: Finished,
  nowMs: number,
  options: GradientOptions,
): GradientState {
  const { limit } = state;
  const round = add(state.round, serviceMs);
  const measuredAt = state.measuredAt ?? nowMs;
  if (round.count < Math.max(options.window, limit)) return { ...state, round, measuredAt };
  const presentMs = round.sumMs / round.count;
  const usualMs = Math.min(state.usualMs ?? presentMs, presentMs);
  const seen = { ...state, usualMs, measuredAt, round: NO_ROUND };
  if (!isUsed(inFlight, limit)) return seen;
  if (nowMs - measuredAt >= options.measureEveryMs) {
    const measuring = { ...NO_ROUND, resumeLimit: limit, since: nowMs };
    return { ...seen, limit: bounded(limit / 2, options), measuring };
  }
  const wanted = limit * slopeOf(usualMs, presentMs, options.tolerance) + Math.sqrt(limit);
  const smoothed = limit * (1 - options.smoothing) + wanted * options.smoothing;
  return { ...seen, limit: bounded(smoothed, options) };
}

/** Counts only what began under half of the limit: older answers still come from the queue. */
function measure(
  state: GradientState,
  measuring: Measuring,
  { serviceMs, inFlight }: Finished,
  nowMs: number,
  { window }: GradientOptions,
): GradientState {
  const { resumeLimit, since } = measuring;
  const ended = { limit: resumeLimit, round: NO_ROUND, measuredAt: nowMs, measuring: null };
  if (nowMs - since > MEASURING_MS_MAX) return { ...state, ...ended };
  if (inFlight > state.limit) return state;
  const round = add(measuring, serviceMs);
  if (round.count < window) return { ...state, measuring: { ...measuring, ...round } };
  return { ...ended, usualMs: round.sumMs / round.count };
}

function add({ count, sumMs }: Round, serviceMs: number): Round {
  return { count: count + 1, sumMs: sumMs + serviceMs };
}

function slopeOf(usualMs: number, presentMs: number, tolerance: number): number {
  if (presentMs <= 0) return 1;
  return Math.max(GRADIENT_MIN, Math.min(1, (tolerance * usualMs) / presentMs));
}

function check({ tolerance, window, smoothing, measureEveryMs, ...bounds }: GradientOptions): void {
  const faults = [...boundsFaults(bounds)];
  const fault = (field: string, value: number, rule: string, fix: string): void =>
    void faults.push({ field, value, rule, fix });
  if (!(tolerance >= 1)) fault('tolerance', tolerance, 'must be 1 or more', '1.5');
  if (!(window >= 1)) fault('window', window, 'must be 1 request or more', '10');
  if (!(smoothing > 0 && smoothing <= 1)) {
    fault('smoothing', smoothing, 'must be above 0 and at most 1', '0.2');
  }
  if (!(measureEveryMs > 0)) fault('measureEveryMs', measureEveryMs, 'must be above 0 ms', '10000');
  if (faults.length > 0) throw new InvalidInput('The concurrency limit', faults);
}
