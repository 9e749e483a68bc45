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
  /** Answers that do not count yet. */
  readonly skip: number;
  readonly count: number;
  readonly sumMs: number;
  readonly sumOfSquares: number;
  /** Those that the limit had held back. */
  readonly heldBack: number;
  readonly inFlightMax: number;
}

/** An average and how far it may be off: its standard error. */
interface Latency {
  readonly ms: number;
  readonly errorMs: number;
}

/** What was before a step down. */
interface Trial {
  readonly limit: number;
  readonly before: Latency;
  /** It goes on step by step until fewer are not faster, to measure what is usual. */
  readonly measures: boolean;
}

interface Step {
  readonly state: GradientState;
  readonly present: Latency;
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
/** A decision waits for no more answers than that however high the limit is, and while they differ, for so many. */
const ROUND_MAX = 50;
const DOUBT_MAX = 200;
/** What is this many standard errors away is not chance. */
const DOUBT_ERRORS = 2;
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
      round: emptyRound(Number.NEGATIVE_INFINITY, Math.floor(chosen.start)),
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
  const present = latencyOf(round);
  const isHolding = round.heldBack * 2 >= round.count;
  if (state.trial !== null) {
    if (isHolding) return judge(state, state.trial, round, nowMs, options);
    // The load has gone, so nothing was tried.
    return { ...state, ...under(state.trial.limit, nowMs), trial: null };
  }
  const { limit } = state;
  const usualMs = lower(state.usualMs ?? present.ms, present);
  const allowedMs = allowed(usualMs, options);
  const measureAt = state.measureAt ?? nowMs + Math.min(FIRST_MEASURE_MS, options.measureEveryMs);
  const heldRounds = round.heldBack === round.count ? state.heldRounds + 1 : 0;
  const seen = { ...state, usualMs, measureAt, heldRounds };
  const isDue = heldRounds >= HELD_ROUNDS && nowMs >= measureAt;
  if (isDue) return tryFewer({ state: seen, present, nowMs, measures: true }, options);
  // A limit that is too high costs a short queue, one that is too low costs answers: up where it is in doubt.
  if (isHolding && present.ms - DOUBT_ERRORS * present.errorMs <= (usualMs + allowedMs) / 2) {
    const more = state.starts ? limit : Math.max(1, Math.floor(limit * STEP_UP));
    return { ...seen, ...under(bounded(limit + more, options), nowMs) };
  }
  if (isInDoubt(round, allowedMs, present.errorMs)) return { ...state, round };
  if (present.ms > allowedMs && isUsed(round.inFlightMax, limit)) {
    return tryFewer({ state: seen, present, nowMs, measures: false }, options);
  }
  return { ...seen, ...again(state) };
}

function tryFewer({ state, present, nowMs, measures }: Step, options: GradientOptions): GradientState {
  const limit = stepDown(state.limit, options);
  const measureAt = measures ? nowMs + options.measureEveryMs : state.measureAt;
  const next = { ...state, ...under(limit, nowMs), measureAt, starts: false };
  // One at a time queues for nobody: that is what the service takes.
  if (limit === state.limit) return { ...next, usualMs: present.ms, trial: null };
  return { ...next, trial: { limit: state.limit, before: present, measures } };
}

function judge(
  state: GradientState,
  { limit, before, measures }: Trial,
  round: Round,
  nowMs: number,
  options: GradientOptions,
): GradientState {
  const present = latencyOf(round);
  const halfway = (1 + state.limit / limit) / 2;
  const asWithQueueMs = before.ms * halfway;
  const errorMs = Math.hypot(present.errorMs, before.errorMs * halfway);
  if (isInDoubt(round, asWithQueueMs, errorMs)) return { ...state, round };
  if (present.ms > asWithQueueMs) {
    // A burst may have made it look so: what is raised without a measurement is measured soon.
    const soon = Math.min(state.measureAt ?? nowMs, nowMs + RAISED_MEASURE_MS);
    const measureAt = measures ? state.measureAt : soon;
    return { ...state, ...under(limit, nowMs), usualMs: present.ms, measureAt, trial: null };
  }
  if (measures) return tryFewer({ state, present, nowMs, measures }, options);
  return { ...state, ...again(state), trial: null };
}

/** More answers may still turn it: the average is too close to where the decision changes. */
function isInDoubt(round: Round, boundaryMs: number, errorMs: number): boolean {
  const distanceMs = Math.abs(round.sumMs / round.count - boundaryMs);
  return round.count < DOUBT_MAX && distanceMs < DOUBT_ERRORS * errorMs;
}

function latencyOf({ count, sumMs, sumOfSquares }: Round): Latency {
  const ms = sumMs / count;
  const variance = Math.max(0, sumOfSquares / count - ms * ms);
  return { ms, errorMs: Math.sqrt(variance / count) };
}

/**
 * The state from now on under another limit. As many answers as it lets in do not count yet: of what begins now,
 * the short ones end first, and a higher limit fills up first.
 */
function under(limit: number, nowMs: number): Pick<GradientState, 'limit' | 'round'> {
  return { limit, round: emptyRound(nowMs, limit) };
}

/** Another round under the same limit: whatever ends counts. */
function again({ limit, round }: GradientState): Pick<GradientState, 'limit' | 'round'> {
  return { limit, round: emptyRound(round.since, 0) };
}

function emptyRound(since: number, skip: number): Round {
  return { since, skip, count: 0, sumMs: 0, sumOfSquares: 0, heldBack: 0, inFlightMax: 0 };
}

function add(round: Round, { serviceMs, queueMs, inFlight }: Finished): Round {
  if (round.skip > 0) return { ...round, skip: round.skip - 1 };
  return {
    ...round,
    count: round.count + 1,
    sumMs: round.sumMs + serviceMs,
    sumOfSquares: round.sumOfSquares + serviceMs * serviceMs,
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

function lower(usualMs: number, present: Latency): number {
  const isLower = present.ms + DOUBT_ERRORS * present.errorMs < usualMs;
  return isLower ? usualMs + (present.ms - usualMs) * FOLLOW : usualMs;
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
