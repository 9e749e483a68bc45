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
import { add, CHANCE_ERRORS, emptyRound, isInDoubt, latencyOf, type Latency, type Round } from './round.ts';
import { bounded, BOUNDS_DEFAULT, type Finished, type Limit, type LimitBounds } from './types.ts';

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
  /** Since when most requests of every round were held back; null when they were not. */
  readonly heldSince: number | null;
  /** No step down was made yet, so the limit may be far too low. */
  readonly starts: boolean;
}

/** A step down leaves this much of the limit: enough to tell a queue from a slower service. */
const STEP_DOWN = 0.7;
/** A step up adds this much, and at least one; at the start it doubles the limit. */
const STEP_UP = 0.25;
/** A step down is tried with so much of the limit at work: what holds nobody back cannot be judged. */
const FULL_SHARE = 0.8;
/** The first measurement, after the first round: before it the limit is given time to grow. */
const FIRST_MEASURE_MS = 1000;
/** The measurement after what is usual was raised without one. */
const RAISED_MEASURE_MS = 5000;
/** A measurement costs places, so it is made under a load that has lasted this long, in ms: it is not a burst. */
const HELD_MS = 2000;
/** Most: this share. */
const HELD_SHARE = 0.8;
/** A decision waits for no more answers than that however high the limit is, and while they differ, for so many. */
const ROUND_MAX = 50;
const DOUBT_MAX = 200;
/** Places stand empty in a trial, so it takes no more answers than that. */
const TRIAL_MAX = 40;
/** An answer counts for no more than so many times what is usual: a process that stood still says little by how long. */
const FAR_TIMES = 8;
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
    const serviceMs = Math.min(finished.serviceMs, farFrom(state.usualMs));
    const round = add(state.round, { ...finished, serviceMs });
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
      heldSince: null,
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
  const heldSince = round.heldBack >= round.count * HELD_SHARE ? (state.heldSince ?? nowMs) : null;
  const seen = { ...state, usualMs, measureAt, heldSince };
  const isDue = heldSince !== null && nowMs - heldSince >= HELD_MS && nowMs >= measureAt;
  if (isDue) return tryFewer({ state: seen, present, nowMs, measures: true }, options);
  // A limit that is too high costs a short queue, one that is too low costs answers: up where it is in doubt, but
  // not where they took longer than is allowed on average: what stood still for a while is full of such answers.
  const mayBeUsual = present.ms - CHANCE_ERRORS * present.errorMs <= (usualMs + allowedMs) / 2;
  if (isHolding && mayBeUsual && present.ms <= allowedMs) {
    const more = state.starts ? limit : Math.max(1, Math.floor(limit * STEP_UP));
    return { ...seen, ...under(bounded(limit + more, options), nowMs) };
  }
  const doubt = { boundaryMs: allowedMs, errorMs: present.errorMs, most: DOUBT_MAX };
  if (isInDoubt(round, doubt)) return { ...state, round };
  if (present.ms > allowedMs && present.inFlight >= limit * FULL_SHARE) {
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
  const halfway = (1 + Math.min(1, present.inFlight / before.inFlight)) / 2;
  const asWithQueueMs = before.ms * halfway;
  const errorMs = Math.hypot(present.errorMs, before.errorMs * halfway);
  const doubt = { boundaryMs: asWithQueueMs, errorMs, most: TRIAL_MAX };
  if (isInDoubt(round, doubt)) return { ...state, round };
  // Where it stays in doubt the step is taken back: that costs less than places that are not used.
  if (present.ms + CHANCE_ERRORS * errorMs > asWithQueueMs) {
    // A burst may have made it look so: what is raised without a measurement is measured soon.
    const soon = Math.min(state.measureAt ?? nowMs, nowMs + RAISED_MEASURE_MS);
    const measureAt = measures ? state.measureAt : soon;
    return { ...state, ...under(limit, nowMs), usualMs: present.ms, measureAt, trial: null };
  }
  if (measures) return tryFewer({ state, present, nowMs, measures }, options);
  return { ...state, ...again(state), trial: null };
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

function stepDown(limit: number, options: GradientOptions): number {
  return bounded(Math.floor(limit * STEP_DOWN), options);
}

function allowed(usualMs: number, { tolerance, slackMs }: GradientOptions): number {
  return Math.max(usualMs * tolerance, usualMs + slackMs);
}

function farFrom(usualMs: number | null): number {
  return usualMs === null || usualMs <= 0 ? Number.POSITIVE_INFINITY : usualMs * FAR_TIMES;
}

function lower(usualMs: number, present: Latency): number {
  const isLower = present.ms + CHANCE_ERRORS * present.errorMs < usualMs;
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
