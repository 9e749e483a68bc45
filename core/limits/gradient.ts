/**
 * A limit by the gradient of latency: while requests take as long as they usually do, the limit may grow; when they
 * take longer, fewer are let in, before anything times out. Needs no word from the service behind.
 *
 * What is usual is the weak point of such limits. As an average (Netflix, "Performance Under Load") it creeps up
 * until a queue looks usual; as the least of the past (Vegas; BBR, Cardwell et al., 2016) it takes a service that
 * has become slower for a queue, and closes the door. So every step down is a trial, judged by Little's law: if
 * there was a queue, fewer at once are faster in proportion; if they are not, the service itself is slower, what
 * they take now is usual, and the step is taken back. A trial is also made now and then under load, for what is
 * usual may have fallen.
 */

import { InvalidInput } from '../errors.ts';
import { boundsFaults } from './aimd.ts';
import { bounded, BOUNDS_DEFAULT, isUsed, type Finished, type Limit, type LimitBounds } from './types.ts';

export interface GradientOptions extends LimitBounds {
  /** Latency may grow by this factor before the limit shrinks. 1 or more. @default 1.5 */
  readonly tolerance: number;
  /** Latency may grow by this much in any case, in ms. @default 10 */
  readonly slackMs: number;
  /** Least number of answers for a decision. @default 10 */
  readonly window: number;
  /** Time between two measurements of what is usual, in ms. @default 60 000 */
  readonly measureEveryMs: number;
}

export const GRADIENT_DEFAULTS: GradientOptions = {
  ...BOUNDS_DEFAULT,
  tolerance: 1.5,
  slackMs: 10,
  window: 10,
  measureEveryMs: 60_000,
};

/** Answers counted for one decision: only those whose work began after the one before. */
interface Round {
  readonly since: number;
  /** Answers that do not count yet: they began while a higher limit was still filling up. */
  readonly skip: number;
  readonly count: number;
  readonly sumMs: number;
  /** Those that the limit had held back. */
  readonly heldBack: number;
  readonly inFlightMax: number;
}

/** What was before a step down. */
interface Trial {
  readonly limit: number;
  readonly serviceMs: number;
  /** It goes on step by step until fewer are not faster, to measure what is usual. */
  readonly measures: boolean;
}

interface Step {
  readonly state: GradientState;
  readonly presentMs: number;
  readonly nowMs: number;
  readonly measures: boolean;
}

export interface GradientState {
  /** A whole number. */
  readonly limit: number;
  /** Service time in ms when no queue stands; null before the first round. */
  readonly usualMs: number | null;
  readonly round: Round;
  readonly trial: Trial | null;
  /** When what is usual is to be measured next; null before the first round. */
  readonly measureAt: number | null;
  /** Rounds in a row in which every request was held back: the load lasts. */
  readonly heldRounds: number;
  /** No step down was made yet, so the limit may be far too low. */
  readonly starts: boolean;
}

/** A step down leaves this much of the limit: enough to tell a queue from a slower service. */
const STEP_DOWN = 0.7;
/** A step up adds this much, and at least one; at the start it doubles the limit. */
const STEP_UP = 0.25;
/** The first measurement, after the first round: before it the limit is given time to grow. */
const FIRST_MEASURE_MS = 1000;
/** The measurement after what is usual was raised without one. */
const RAISED_MEASURE_MS = 5000;
/** A measurement costs places, so it is made under a load that lasts so many rounds: it is not a burst. */
const HELD_ROUNDS = 5;
/** A decision waits for no more answers than that, however high the limit is. */
const ROUND_MAX = 50;
/** What is usual follows a lower latency by this much a round: one lucky round says little. */
const FOLLOW = 0.5;

/** Throws `invalid-input` for options that make no sense. */
export function gradient(options: Partial<GradientOptions> = {}): Limit<GradientState> {
  const chosen = { ...GRADIENT_DEFAULTS, ...options };
  check(chosen);
  const next = (state: GradientState, finished: Finished, nowMs: number): GradientState => {
    // It began under another limit, so it says nothing about this one.
    if (nowMs - finished.serviceMs < state.round.since) return state;
    if (finished.dropped) return { ...state, ...under(stepDown(state.limit, chosen), nowMs), trial: null };
    const round = add(state.round, finished);
    if (round.count < Math.min(ROUND_MAX, Math.max(chosen.window, state.limit))) return { ...state, round };
    return decide(state, round, nowMs, chosen);
  };
  return {
    initial: {
      limit: Math.floor(chosen.start),
      usualMs: null,
      round: emptyRound(Number.NEGATIVE_INFINITY),
      trial: null,
      measureAt: null,
      heldRounds: 0,
      starts: true,
    },
    next,
    concurrency: ({ limit }) => limit,
  };
}

function decide(state: GradientState, round: Round, nowMs: number, options: GradientOptions): GradientState {
  const presentMs = round.sumMs / round.count;
  const isHolding = round.heldBack * 2 >= round.count;
  if (state.trial !== null && isHolding) return judge(state, state.trial, presentMs, nowMs, options);
  const { limit } = state;
  const usualMs = lower(state.usualMs ?? presentMs, presentMs);
  const measureAt = state.measureAt ?? nowMs + Math.min(FIRST_MEASURE_MS, options.measureEveryMs);
  const heldRounds = round.heldBack === round.count ? state.heldRounds + 1 : 0;
  const seen = { ...state, usualMs, trial: null, measureAt, heldRounds };
  const allowedMs = allowed(usualMs, options);
  const isDue = heldRounds >= HELD_ROUNDS && nowMs >= measureAt;
  if (isDue || (presentMs > allowedMs && isUsed(round.inFlightMax, limit))) {
    return tryFewer({ state: seen, presentMs, nowMs, measures: isDue }, options);
  }
  if (isHolding && presentMs <= (usualMs + allowedMs) / 2) {
    const more = state.starts ? limit : Math.max(1, Math.floor(limit * STEP_UP));
    return { ...seen, ...under(bounded(limit + more, options), nowMs, limit) };
  }
  return { ...seen, ...under(limit, nowMs) };
}

function tryFewer({ state, presentMs, nowMs, measures }: Step, options: GradientOptions): GradientState {
  const limit = stepDown(state.limit, options);
  const measureAt = measures ? nowMs + options.measureEveryMs : state.measureAt;
  const next = { ...state, ...under(limit, nowMs), measureAt, starts: false };
  // One at a time queues for nobody: that is what the service takes.
  if (limit === state.limit) return { ...next, usualMs: presentMs, trial: null };
  return { ...next, trial: { limit: state.limit, serviceMs: presentMs, measures } };
}

function judge(
  state: GradientState,
  { limit, serviceMs, measures }: Trial,
  presentMs: number,
  nowMs: number,
  options: GradientOptions,
): GradientState {
  const halfway = (1 + state.limit / limit) / 2;
  const wasQueue = presentMs <= serviceMs * halfway;
  if (!wasQueue) {
    // A burst may have made it look so: what is raised without a measurement is measured soon.
    const measureAt = measures
      ? state.measureAt
      : Math.min(state.measureAt ?? nowMs, nowMs + RAISED_MEASURE_MS);
    return { ...state, ...under(limit, nowMs, state.limit), usualMs: presentMs, measureAt, trial: null };
  }
  if (measures) return tryFewer({ state, presentMs, nowMs, measures }, options);
  return { ...state, ...under(state.limit, nowMs), trial: null };
}

/** The state from now on, under this limit and no longer the one before. */
function under(limit: number, nowMs: number, before = limit): Pick<GradientState, 'limit' | 'round'> {
  return { limit, round: emptyRound(nowMs, Math.max(0, limit - before)) };
}

function emptyRound(since: number, skip = 0): Round {
  return { since, skip, count: 0, sumMs: 0, heldBack: 0, inFlightMax: 0 };
}

function add(round: Round, { serviceMs, queueMs, inFlight }: Finished): Round {
  if (round.skip > 0) return { ...round, skip: round.skip - 1 };
  return {
    ...round,
    count: round.count + 1,
    sumMs: round.sumMs + serviceMs,
    heldBack: round.heldBack + (queueMs > 0 ? 1 : 0),
    inFlightMax: Math.max(round.inFlightMax, inFlight),
  };
}

function stepDown(limit: number, options: GradientOptions): number {
  return bounded(Math.floor(limit * STEP_DOWN), options);
}

function allowed(usualMs: number, { tolerance, slackMs }: GradientOptions): number {
  return Math.max(usualMs * tolerance, usualMs + slackMs);
}

function lower(usualMs: number, presentMs: number): number {
  return presentMs < usualMs ? usualMs + (presentMs - usualMs) * FOLLOW : usualMs;
}

function check({ tolerance, slackMs, window, measureEveryMs, ...bounds }: GradientOptions): void {
  const faults = [...boundsFaults(bounds)];
  const fault = (field: string, value: number, rule: string, fix: string): void =>
    void faults.push({ field, value, rule, fix });
  if (!(tolerance >= 1)) fault('tolerance', tolerance, 'must be 1 or more', '1.5');
  if (!(slackMs >= 0)) fault('slackMs', slackMs, 'must be 0 ms or more', '10');
  if (!(window >= 1)) fault('window', window, 'must be 1 request or more', '10');
  if (!(measureEveryMs > 0)) fault('measureEveryMs', measureEveryMs, 'must be above 0 ms', '60000');
  if (faults.length > 0) throw new InvalidInput('The concurrency limit', faults);
}
