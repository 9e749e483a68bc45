/** Protocols with one defect each. The search must find what each of them does to somebody. */

import {
  closeRow,
  type Invalidation,
  type Ledger,
  type Readmission,
  type ShardRow,
} from '../../../../core/cache/protocol/index.ts';
import { type Protocol, SHIPPED } from './protocol.ts';
import type { Faults, Size } from './world.ts';

export interface Defect {
  readonly name: string;
  readonly protocol: Protocol;
  /** The smallest world in which it shows. */
  readonly size: Size;
  readonly found: RegExp;
  /** It acts on beliefs that the shipped functions make no use of: the search must not forget these. */
  readonly isExact?: boolean;
}

export const NO_FAULTS: Faults = {
  timeouts: 0,
  slowRenewals: 0,
  databaseFailures: 0,
  restarts: 0,
  takeovers: 0,
  flips: 0,
  clientCrashes: 0,
  keeperCrashes: 0,
  operatorCrashes: 0,
  turns: 0,
};

const READER = { reads: 1, writes: 0 };
const WRITER = { reads: 0, writes: 1 };
/** Reads what it has written. */
const BOTH = { reads: 1, writes: 1, isReadingLast: true };
const TWICE = { clients: [READER, { reads: 0, writes: 2 }] };

export function sizeOf(faults: Partial<Faults>, rest: Partial<Size> = {}): Size {
  return {
    slotOfKey: [0],
    clients: [READER, WRITER],
    records: false,
    ...rest,
    faults: { ...NO_FAULTS, ...faults },
  };
}

const STALE = /^stale/;
/** Before the end of every lease, the ended ones too. */
const LONG_AGO = -10;

function done(state: Invalidation, how: 'delivered' | 'journaled', epoch: number): Invalidation {
  const { attempt, recordedAt } = state;
  return { attempt, recordedAt, step: 'done', how, epoch };
}

function replaced(ledger: Ledger, row: ShardRow): Ledger {
  return { ...ledger, rows: ledger.rows.with(row.shard, row) };
}

export const DEFECTS: readonly Defect[] = [
  {
    name: 'acknowledges before it journals',
    size: sizeOf({ timeouts: 1 }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      afterDelivery: (state, isAnswered) =>
        isAnswered ? SHIPPED.afterDelivery(state, true) : done(state, 'journaled', state.epoch),
    },
  },
  {
    name: 'journals and does not wait for the leases',
    size: sizeOf({ timeouts: 1 }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      afterReport: (state, reported, sight, limits) => {
        const next = SHIPPED.afterReport(state, reported, sight, limits);
        return next.step === 'wait' ? done(next, 'journaled', next.epoch) : next;
      },
    },
  },
  {
    name: 'tells whichever process answers under the name while leases have to end',
    size: sizeOf({ takeovers: 1 }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      mayTell: (state, { view, incarnation }) =>
        view.row.epoch === state.epoch && view.row.state === 'closing' ? incarnation : null,
    },
  },
  {
    name: 'takes the leases for ended when nobody has said so',
    size: sizeOf({ timeouts: 1 }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      settle: (ledger, from) => SHIPPED.settle(ledger, { ...from, waitedOut: true }),
    },
  },
  {
    name: 'counts a row as adopted when it was sent, not when it was received',
    size: sizeOf({ timeouts: 1, slowRenewals: 1 }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      renew: (ledger, holder) =>
        SHIPPED.renew(ledger, { ...holder, adopted: ledger.rows.map(({ epoch }) => epoch) }),
    },
  },
  {
    name: 'serves again before the journal is applied',
    size: sizeOf({ timeouts: 1 }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      afterList: ({ row }): Readmission => ({ step: 'serve', epoch: row.epoch, applied: [] }),
    },
  },
  {
    name: 'empties the journal without applying it',
    size: sizeOf({ timeouts: 1 }),
    found: /the journal lost/,
    protocol: {
      ...SHIPPED,
      afterList: ({ row }, entries): Readmission => ({
        step: 'serve',
        epoch: row.epoch,
        applied: (entries ?? []).map(({ id }) => id),
      }),
    },
  },
  {
    name: 'acknowledges by the journal when that has been listed already',
    size: sizeOf(
      { timeouts: 1 },
      { slotOfKey: [0, 0], clients: [{ reads: 1, writes: 2, isReadingLast: true }] },
    ),
    found: STALE,
    protocol: {
      ...SHIPPED,
      report: (ledger, report) => {
        const [after, answer] = SHIPPED.report(ledger, report);
        const [row] = ledger.rows;
        if (answer.recorded || row?.state !== 'opening') return [after, answer];
        const [recorded] = SHIPPED.record(ledger, report.shard, report.keys);
        return [recorded, { row: { ...row, state: 'closed' }, recorded: true }];
      },
    },
  },
  {
    name: 'applies the journal to a process that restarted on old data',
    size: sizeOf({ restarts: 1 }, { clients: [BOTH] }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      afterList: (state, entries, limits) => {
        const next = SHIPPED.afterList(state, entries, limits);
        return next.step === 'flush' ? { ...next, step: 'apply' } : next;
      },
    },
  },
  {
    name: 'does not look which process is behind the connection',
    size: sizeOf({ restarts: 1 }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      beginRead: (sight, token) =>
        SHIPPED.beginRead({ ...sight, incarnation: sight.view.row.incarnation }, token),
      afterAsk: (fill, asked, sight) =>
        SHIPPED.afterAsk(fill, asked, { ...sight, incarnation: sight.view.row.incarnation }),
    },
  },
  {
    name: 'serves hits when its lease has ended',
    size: sizeOf({ timeouts: 1 }),
    isExact: true,
    found: STALE,
    protocol: {
      ...SHIPPED,
      isStillPlaced: (view, ring) => SHIPPED.isStillPlaced(view, ring, LONG_AGO),
      beginRead: (sight, token) => SHIPPED.beginRead({ ...sight, now: LONG_AGO }, token),
      afterAsk: (fill, asked, sight) => SHIPPED.afterAsk(fill, asked, { ...sight, now: LONG_AGO }),
    },
  },
  {
    name: 'counts a lease from when the answer came',
    size: sizeOf({ timeouts: 1, slowRenewals: 1 }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      renewedView: (view, row, _sentAt, limits) => SHIPPED.renewedView(view, row, 0, limits),
    },
  },
  {
    name: 'delivers without a lease',
    size: sizeOf({ takeovers: 1 }),
    isExact: true,
    found: STALE,
    protocol: {
      ...SHIPPED,
      isLeased: () => true,
      beginInvalidation: (sight) => SHIPPED.beginInvalidation({ ...sight, now: LONG_AGO }),
    },
  },
  {
    name: 'stores whatever was loaded, without its token',
    size: sizeOf({}, TWICE),
    found: /^(I-22|stale)/,
    protocol: { ...SHIPPED, store: (_entry, _token, value) => [{ kind: 'value', value }, true] },
  },
  {
    name: 'gives what was refused to be stored to reads that began later',
    size: sizeOf({}, TWICE),
    found: STALE,
    protocol: {
      ...SHIPPED,
      afterStore: (fill, value, _stored, sight) => SHIPPED.afterStore(fill, value, true, sight),
    },
  },
  {
    name: 'goes on trusting a process that missed deletions in an opening that was given up',
    size: sizeOf({ takeovers: 1, flips: 1, keeperCrashes: 1 }, { clients: [BOTH] }),
    found: STALE,
    protocol: {
      ...SHIPPED,
      open: (ledger, shard, epoch, candidate) => {
        const { incarnation } = ledger.rows[shard]!;
        const [after, row] = SHIPPED.open(ledger, shard, epoch, candidate);
        if (!row) return [after, row];
        const trusting = { ...row, incarnation };
        return [replaced(after, trusting), trusting];
      },
    },
  },
  {
    name: 'leaves an opening to a keeper that died',
    size: sizeOf({ timeouts: 1, keeperCrashes: 1 }),
    found: /no way back/,
    protocol: {
      ...SHIPPED,
      afterWatch: (seen, watched, limits) =>
        SHIPPED.afterWatch(seen, watched, { ...limits, openingMs: Number.POSITIVE_INFINITY }),
    },
  },
  {
    name: 'closes under whatever epoch there is',
    size: sizeOf({ timeouts: 1 }),
    found: /./,
    protocol: {
      ...SHIPPED,
      report: (ledger, report) => {
        const row = ledger.rows[report.shard]!;
        const closed = closeRow(row, row.epoch);
        const [after] = SHIPPED.record(ledger, report.shard, report.keys);
        const next = closed ? { ...closed, state: 'closed' as const } : row;
        return [replaced(after, next), { row: next, recorded: true }];
      },
    },
  },
];
