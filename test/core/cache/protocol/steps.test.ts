import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterApplying,
  afterAsk,
  afterLoad,
  afterStore,
  afterDelivery,
  afterList,
  afterReport,
  afterSettling,
  afterSweeping,
  afterTelling,
  afterWaiting,
  afterWatch,
  ATTEMPTS_MAX,
  beginInvalidation,
  beginRead,
  beginRecorded,
  type Invalidation,
  isOnlyUnconnected,
  LEASE_DEFAULTS,
  leaseWaitMs,
  mayDeliver,
  mayTell,
  READMISSION_DEFAULTS,
  renewedView,
  reportOf,
  type ShardRow,
  type ShardView,
  type ReadSight,
  toldView,
  unknownView,
} from '../../../../core/cache/protocol/index.ts';

const SERVING: ShardRow = { shard: 0, epoch: 3, state: 'serving', incarnation: 'p', candidate: null };
const CLOSING: ShardRow = { ...SERVING, epoch: 4, state: 'closing' };
const CLOSED: ShardRow = { ...SERVING, epoch: 5, state: 'closed' };
const OPENING: ShardRow = { ...SERVING, epoch: 6, state: 'opening', candidate: 'p' };
const LEASED: ShardView = { row: SERVING, leaseUntil: 3000 };

function sight(change: Partial<ReadSight> = {}): ReadSight {
  return { view: LEASED, incarnation: 'p', now: 0, isPlaced: true, ...change };
}

describe('a lease', () => {
  it('F-20: ended on every clock when the wait for it is over, up to the drift that is allowed', () => {
    const rates = fc.double({ min: 1 - 0.005, max: 1 + 0.0049, noNaN: true });
    fc.assert(
      fc.property(rates, rates, fc.integer({ min: 1, max: 600_000 }), (holder, waiter, leaseMs) => {
        const limits = { ...LEASE_DEFAULTS, leaseMs };
        const longestLease = leaseMs / holder;
        expect(leaseWaitMs(limits) / waiter).toBeGreaterThanOrEqual(longestLease * (1 - 1e-4));
      }),
    );
    expect(leaseWaitMs(LEASE_DEFAULTS)).toBe(3030);
  });

  it('counts from when the renewal was sent', () => {
    expect(renewedView(unknownView(0), SERVING, 500, LEASE_DEFAULTS).leaseUntil).toBe(3500);
    expect(renewedView(LEASED, SERVING, 500, LEASE_DEFAULTS).leaseUntil).toBe(3500);
    expect(renewedView(LEASED, SERVING, -500, LEASE_DEFAULTS)).toBe(LEASED);
  });

  it('is not given back by an answer that was overtaken', () => {
    const view = toldView(LEASED, CLOSING);
    expect(view).toEqual({ row: CLOSING, leaseUntil: -1 });
    expect(renewedView(view, SERVING, 2900, LEASE_DEFAULTS)).toBe(view);
    expect(toldView(view, SERVING)).toBe(view);
  });
});

describe('a read', () => {
  const fill = { token: 't', epoch: 3 };

  it.each([
    ['is not leased any more', { now: 3000 }],
    ['knows that the ring is another one', { isPlaced: false }],
    ['has no connection', { incarnation: null }],
    ['is connected to another process', { incarnation: 'q' }],
    ['knows the shard as closing', { view: { row: CLOSING, leaseUntil: 3000 } }],
    ['knows the shard as opening', { view: { row: OPENING, leaseUntil: 3000 } }],
  ])('goes to the truth when its process %s', (_, change) => {
    expect(beginRead(sight(change), 't')).toEqual({ step: 'load', fill: null });
    const asked = { kind: 'value', value: 1 } as const;
    expect(afterAsk(fill, asked, sight(change))).toEqual({ step: 'load', fill: null });
  });

  it('stores nothing under another ring than the one it began under, and lends it to nobody', () => {
    expect(afterLoad(fill, 1, sight({ isPlaced: false }))).toMatchObject({ step: 'done', isCurrent: false });
    expect(afterLoad(fill, 1, sight())).toMatchObject({ step: 'store' });
    expect(afterStore(fill, 1, true, sight({ isPlaced: false }))).toMatchObject({ isCurrent: false });
    expect(afterStore(fill, 1, true, sight())).toMatchObject({ isCurrent: true });
  });

  it('does not take a hit of an earlier epoch', () => {
    const later = sight({ view: { row: { ...SERVING, epoch: 7 }, leaseUntil: 9000 } });
    expect(afterAsk(fill, { kind: 'value', value: 1 }, later)).toEqual({ step: 'load', fill: null });
  });
});

describe('an invalidation', () => {
  const started = beginInvalidation(sight());

  it('is delivered under a lease, and learns anew without one', () => {
    expect(started).toMatchObject({ step: 'deliver', epoch: 3 });
    expect(beginInvalidation(sight({ now: 3000 }))).toMatchObject({ step: 'renew' });
  });

  it.each([
    ['there is no connection', { incarnation: null }],
    ['another process answers', { incarnation: 'q' }],
    ['the shard is closed', { view: { row: CLOSED, leaseUntil: -1 } }],
  ])('is reported when %s', (_, change) => {
    expect(beginInvalidation(sight(change)).step).toBe('report');
  });

  it('is recorded once: a report of what the transaction recorded has no keys', () => {
    const fresh = beginInvalidation(sight({ incarnation: null }));
    const recorded = beginRecorded(SERVING, sight({ incarnation: null }), LEASE_DEFAULTS);
    const keys = (state: Invalidation): readonly string[] =>
      state.step === 'report' ? reportOf(state, 0, ['k']).keys : ['not reported'];
    expect(keys(fresh)).toEqual(['k']);
    expect(keys(recorded)).toEqual([]);
  });

  it('recorded in a closed shard is acknowledged with the commit', () => {
    expect(beginRecorded(CLOSED, sight(), LEASE_DEFAULTS)).toMatchObject({ step: 'done', how: 'journaled' });
    expect(beginRecorded(CLOSING, sight(), LEASE_DEFAULTS)).toMatchObject({ step: 'wait', until: 3030 });
  });

  it('waits while the shard is closing, and not a moment less', () => {
    if (started.step !== 'deliver') throw new Error('it is delivered first');
    const failed = afterDelivery(started, false);
    const waiting = afterReport(failed, { row: CLOSING, recorded: true }, sight(), LEASE_DEFAULTS);
    if (waiting.step !== 'wait') throw new Error('it waits');
    const early = afterWaiting(waiting, toldView(LEASED, CLOSING), 3029);
    expect(early).toMatchObject({ step: 'settle', waitedOut: false });
    if (early.step !== 'settle') throw new Error('it tries to settle');
    expect(afterSettling(early, CLOSING)).toEqual(waiting);
    expect(afterSettling(early, CLOSED)).toMatchObject({ step: 'done', how: 'journaled' });
    const late = afterWaiting(waiting, toldView(LEASED, CLOSING), 3030);
    if (late.step !== 'settle') throw new Error('it settles');
    expect(afterSettling(late, null)).toMatchObject({ step: 'done', how: 'journaled' });
  });

  it('is sent again as long as nothing has changed that it was decided for', () => {
    if (started.step !== 'deliver') throw new Error('it is delivered first');
    expect(mayDeliver(started, sight())).toBe(true);
    for (const change of [
      { now: 3000 },
      { incarnation: null },
      { incarnation: 'q' },
      { view: { row: { ...SERVING, epoch: 7 }, leaseUntil: 9000 } },
    ]) {
      expect([change, mayDeliver(started, sight(change))]).toEqual([change, false]);
    }
  });

  it('has a connection waited for where nothing else is missing', () => {
    expect(isOnlyUnconnected(sight({ incarnation: null }))).toBe(true);
    expect(isOnlyUnconnected(sight())).toBe(false);
    expect(isOnlyUnconnected(sight({ incarnation: 'q' }))).toBe(false);
    const closing = { row: CLOSING, leaseUntil: 3000 };
    expect(isOnlyUnconnected(sight({ incarnation: null, view: closing }))).toBe(false);
  });

  it('journaled in a shard that is closing ends when the process that others serve from has deleted', () => {
    const waiting = beginRecorded(CLOSING, sight(), LEASE_DEFAULTS);
    if (waiting.step !== 'wait') throw new Error('it waits');
    const closing = sight({ view: { row: CLOSING, leaseUntil: -1 } });
    expect(mayTell(waiting, closing)).toBe('p');
    expect(afterTelling(waiting, false)).toBe(waiting);
    expect(afterTelling(waiting, true)).toMatchObject({ step: 'done', how: 'journaled', epoch: 4 });
    expect(mayTell(waiting, { ...closing, incarnation: 'q' })).toBeNull();
    expect(mayTell(waiting, { ...closing, incarnation: null })).toBeNull();
    expect(mayTell(waiting, sight({ view: { row: CLOSED, leaseUntil: -1 } }))).toBeNull();
    const unknown = { row: { ...CLOSING, incarnation: null }, leaseUntil: -1 };
    expect(mayTell(waiting, sight({ view: unknown, incarnation: null }))).toBeNull();
  });

  it('of a shard that is remembered as closing is journaled before anybody is told', () => {
    const remembered = sight({ view: { row: CLOSING, leaseUntil: 3000 } });
    expect(beginInvalidation(remembered)).toMatchObject({ step: 'report', epoch: 4 });
  });

  it('fails loudly when the journal does not answer', () => {
    expect(afterReport(started, null, sight(), LEASE_DEFAULTS)).toMatchObject({
      step: 'failed',
      why: 'journal-unavailable',
    });
  });

  it('gives up after attempts under one new epoch after the other', () => {
    let state = started;
    let attempts = 0;
    while (state.step !== 'failed' && attempts < 100) {
      attempts += 1;
      const row = { ...SERVING, epoch: 3 + 4 * attempts };
      state = afterReport(
        state,
        { row, recorded: false },
        sight({ view: { row, leaseUntil: 9000 } }),
        LEASE_DEFAULTS,
      );
    }
    expect(state).toMatchObject({ step: 'failed', why: 'shard-unsteady' });
    expect(attempts).toBe(ATTEMPTS_MAX);
  });
});

describe('the way back', () => {
  const limits = { ...READMISSION_DEFAULTS, ...LEASE_DEFAULTS };
  const watched = { row: CLOSED, journal: [], incarnation: 'p', now: 10_000 };
  const seenAt = (since: number, row: ShardRow) => ({ epoch: row.epoch, since, journaled: [] });

  it('begins when the shard has been closed, and has answered, for a while', () => {
    expect(afterWatch(null, watched, limits).step).toBe('watch');
    expect(afterWatch(seenAt(8001, CLOSED), watched, limits).step).toBe('watch');
    expect(afterWatch(seenAt(8000, CLOSED), watched, limits)).toMatchObject({ step: 'open', candidate: 'p' });
    const silent = { ...watched, incarnation: null };
    expect(afterWatch(seenAt(0, CLOSED), silent, limits)).toEqual({ step: 'watch', seen: null });
  });

  it('waits out the leases where the process that closed the shard has died', () => {
    const closing = { ...watched, row: CLOSING };
    expect(afterWatch(seenAt(6971, CLOSING), closing, limits)).toMatchObject({ waitedOut: false });
    expect(afterWatch(seenAt(6970, CLOSING), closing, limits)).toMatchObject({ waitedOut: true });
  });

  it('closes a shard whose process is another one than the row says, and not one that only is silent', () => {
    const serving = { ...watched, row: SERVING };
    expect(afterWatch(null, { ...serving, incarnation: 'q' }, limits)).toEqual({ step: 'close', epoch: 3 });
    expect(afterWatch(null, { ...serving, incarnation: null }, limits).step).toBe('watch');
  });

  it('takes an opening over only when its maker has had time for it', () => {
    const opening = { ...watched, row: OPENING };
    expect(afterWatch(seenAt(1, OPENING), opening, limits).step).toBe('watch');
    expect(afterWatch(seenAt(0, OPENING), opening, limits)).toEqual({ step: 'close', epoch: 6 });
  });

  it('applies the journal to the process that was trusted, and flushes any other', () => {
    const entries = [{ id: 1, shard: 0, key: 'k' }];
    const at = (row: ShardRow): string => afterList({ step: 'list', row }, entries, limits).step;
    expect(at(OPENING)).toBe('apply');
    expect(at({ ...OPENING, candidate: 'q' })).toBe('flush');
    expect(at({ ...OPENING, incarnation: null })).toBe('flush');
    expect(afterList({ step: 'list', row: OPENING }, null, limits)).toEqual({ step: 'close', epoch: 6 });
    const few = { ...limits, entriesMax: 0 };
    expect(afterList({ step: 'list', row: OPENING }, entries, few).step).toBe('flush');
  });

  it('is given up when the shard does not answer, and serves with all that was applied when it does', () => {
    const entries = [{ id: 7, shard: 0, key: 'k' }];
    for (const step of ['apply', 'flush'] as const) {
      expect(afterApplying({ step, row: OPENING, entries }, false)).toEqual({ step: 'close', epoch: 6 });
      const served = { step: 'serve', epoch: 6, applied: [7] };
      expect(afterApplying({ step, row: OPENING, entries }, true)).toEqual(served);
    }
    const sweep = { step: 'sweep', row: SERVING, entries } as const;
    expect(afterSweeping(sweep, false)).toEqual({ step: 'close', epoch: 3 });
    expect(afterSweeping(sweep, true)).toEqual({ step: 'remove', epoch: 3, applied: [7] });
  });

  it('sweeps what stays in the journal of a shard that serves, and nothing younger', () => {
    const entry = (id: number) => ({ id, shard: 0, key: `k${id}` });
    const serving = { ...watched, row: SERVING, journal: [entry(1), entry(2)] };
    const seen = { epoch: 3, since: 0, journaled: [1] };
    expect(afterWatch(seen, { ...serving, now: 9999 }, limits).step).toBe('watch');
    expect(afterWatch(seen, serving, limits)).toMatchObject({ step: 'sweep', entries: [entry(1)] });
  });
});
