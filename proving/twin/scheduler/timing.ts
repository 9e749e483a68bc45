/** When a rate schedule invokes, as a function of now. All times are epoch ms. */

export interface RateSchedule {
  readonly periodMs: number;
  /** The first invocation: StartDate, or the moment the schedule was made or enabled. */
  readonly startAt: number;
  /** No invocation after this; null for no end. */
  readonly endAt: number | null;
}

/** The first invocation later than `after`; null when there is none any more. */
export function nextInvocation(schedule: RateSchedule, after: number): number | null {
  const { startAt, periodMs, endAt } = schedule;
  const passed = after < startAt ? 0 : Math.floor((after - startAt) / periodMs) + 1;
  const at = startAt + passed * periodMs;
  return endAt !== null && at > endAt ? null : at;
}

/**
 * The invocation that is due at `now` given the last one handled (null for none yet); null where none is. After a
 * pause only the newest of the missed ones is due: a schedule does not catch up.
 */
export function dueInvocation(schedule: RateSchedule, handled: number | null, now: number): number | null {
  const { startAt, periodMs, endAt } = schedule;
  const until = endAt === null ? now : Math.min(now, endAt);
  if (until < startAt) return null;
  const latest = startAt + Math.floor((until - startAt) / periodMs) * periodMs;
  return handled !== null && latest <= handled ? null : latest;
}
