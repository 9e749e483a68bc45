/** What becomes of a switchover after its call: followed until the members and the probers agree, or given up. */

import {
  calledAt as calledAtOf,
  CONFIRM_STEP,
  isUnfinished,
  moveRecovery,
  reviewSwitchover,
  SWITCHOVER,
  UNKNOWN_SETTLE_MS,
  withStep,
  writesAwayMs,
  type SwitchoverFacts,
  type SwitchoverReview,
} from '../core/database/index.ts';
import type { Clock, StateStore } from '../core/ports/index.ts';
import type { LedgerItem, ObservationItem } from '../core/state/items.ts';

export interface Followed {
  /** Id of its item in the ledger. */
  readonly recovery: string;
  readonly epoch: number;
  readonly from: string;
  readonly to: string;
  /** The writer afterwards, by the members' own word; null when that is not known. */
  readonly after: string | null;
  readonly reason: string;
  /** How long AWS took to answer the call. */
  readonly callMs: number;
  /** From the call until members, probers and AWS named the new writer; null when they did not. */
  readonly writerSeenMs: number | null;
  /** How long no heartbeat was written, as far as the probers saw it; null when they did not. */
  readonly writesAwayMs: number | null;
}

export interface Follow {
  readonly item: LedgerItem;
  readonly callMs: number;
  /** By the monotonic clock. */
  readonly calledAt: number;
  renew(): Promise<void>;
  observe(): Promise<SwitchoverFacts>;
  readonly signal: AbortSignal;
}

interface Ports {
  readonly clock: Clock;
  readonly store: StateStore;
}

interface FollowPorts extends Ports {
  /** Every observation of the environment's probers since then, epoch ms. */
  history(sinceMs: number): Promise<readonly ObservationItem[]>;
}

const POLL_MS = 1000;
/** The last heartbeat on the old writer lies within this before the call. */
const BEFORE_MS = 15_000;
/** AWS promises a failover within about a minute; what is not confirmed after this needs a person. */
export const CONFIRMED_MS_MAX = 180_000;
const RENEW_MS = 20_000;

export async function followSwitchover(ports: FollowPorts, follow: Follow): Promise<Followed> {
  const { clock } = ports;
  const { item, calledAt } = follow;
  let renewedAt = calledAt;
  let review: SwitchoverReview = { state: 'waiting', reason: 'nothing was seen yet' };
  while (
    review.state === 'waiting' &&
    clock.monotonic() - calledAt < CONFIRMED_MS_MAX &&
    !follow.signal.aborted
  ) {
    await clock.sleep(POLL_MS);
    if (clock.monotonic() - renewedAt >= RENEW_MS) {
      await follow.renew();
      renewedAt = clock.monotonic();
    }
    const facts = await follow.observe().catch(() => null);
    if (facts !== null) review = reviewSwitchover(item, facts);
  }
  const tookMs = Math.round(clock.monotonic() - calledAt);
  const reason = review.state === 'waiting' ? unconfirmed(review, follow.signal, tookMs) : review.reason;
  const done = review.state === 'done';
  const after = await close(ports, item, { ...review, reason });
  const to = item.steps[0]!.target;
  return {
    recovery: item.id,
    epoch: item.epoch,
    from: item.before,
    to,
    after,
    reason,
    callMs: follow.callMs,
    writerSeenMs: done ? tookMs : null,
    writesAwayMs: done ? await writesAway(ports, item) : null,
  };
}

/** Only told, so that it cannot be read is no reason to fail. */
async function writesAway({ history }: FollowPorts, item: LedgerItem): Promise<number | null> {
  const calledAt = calledAtOf(item) ?? item.startedAt;
  const seen = await history(calledAt - BEFORE_MS).catch(() => []);
  return writesAwayMs(seen, { from: item.before, to: item.steps[0]!.target, calledAt });
}

function unconfirmed(review: SwitchoverReview, signal: AbortSignal, tookMs: number): string {
  const why = signal.aborted ? 'interrupted' : 'not confirmed';
  return `${why} ${tookMs} ms after the call, which AWS goes on with: ${review.reason}`;
}

/** Nothing of it stays open: an item that nobody finishes would refuse every later change. */
async function close(
  { store, clock }: Ports,
  item: LedgerItem,
  review: SwitchoverReview,
): Promise<string | null> {
  const done = review.state === 'done';
  const target = item.steps[0]!.target;
  const after = done ? target : review.state === 'aborted' ? review.writer : null;
  const now = clock.now();
  const outcome = done ? ('done' as const) : ('skipped' as const);
  const steps = withStep(item, CONFIRM_STEP, { at: now, outcome, detail: review.reason });
  await store.updateLedger(moveRecovery(item, done ? 'done' : 'aborted', { now, steps, after }));
  return after;
}

/**
 * Closes switchovers whose process died: under the lease nobody else can be at work on them. One that was called a
 * moment ago stays open, as AWS may only be about to act.
 */
export async function closeLost(ports: Ports, facts: SwitchoverFacts, epoch: number): Promise<void> {
  const lost = facts.ledger.filter((item) => item.function === SWITCHOVER && isUnfinished(item));
  for (const item of lost) {
    const review = reviewSwitchover(item, facts);
    const called = calledAtOf(item) ?? item.startedAt;
    if (review.state === 'waiting' && facts.now - called < UNKNOWN_SETTLE_MS) continue;
    const reason = `its process ended before it was confirmed: ${review.reason}`;
    await close(ports, { ...item, epoch }, { ...review, reason });
  }
}
