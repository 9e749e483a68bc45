/** Commands of the ledger, drawn at random: each on the pure ledger, and the same one on the real one. */

import * as fc from 'fast-check';
import * as pure from '../../../../core/cache/protocol/index.ts';
import type { Ledger } from '../../../../core/cache/protocol/index.ts';
import type { PostgresLedger } from '../../../../runtime/adapters/postgres-ledger.ts';
import type { Session } from '../../../../runtime/session.ts';

export const SHARDS = 2;

export interface Real extends PostgresLedger {
  /** A transaction of the application. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

export interface Step {
  readonly name: string;
  pure(ledger: Ledger): readonly [Ledger, unknown];
  real(ledger: Real): Promise<unknown>;
}

/** A step for the ledger as it is then. */
export type Make = (before: Ledger) => Step;

const shard = fc.integer({ min: 0, max: SHARDS - 1 });
/** Mostly the epoch that is in force, else one close by. */
const off = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 2 }));
const who = fc.constantFrom('p1', 'p2');
const EVERY_BYTE = Array.from({ length: 256 }, (_, at) => String.fromCharCode(at)).join('');
const key = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8, unit: 'binary-ascii' }),
  fc.constantFrom('\u0000', '\u00ff', '\\x00', "'", '{"', EVERY_BYTE),
);
const keys = fc.array(key, { maxLength: 4 });
const applied = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 });
const waitedOut = fc.boolean();

function made<Given>(
  name: string,
  given: fc.Arbitrary<Given>,
  parts: {
    readonly pure: (from: Ledger, given: Given, before: Ledger) => readonly [Ledger, unknown];
    readonly real: (to: Real, given: Given, before: Ledger) => Promise<unknown>;
  },
): fc.Arbitrary<Make> {
  return given.map((drawn) => (before) => ({
    name: `${name} ${JSON.stringify(drawn)} at ${before.rows.map(({ epoch }) => epoch).join(', ')}`,
    pure: (from) => parts.pure(from, drawn, before),
    real: (to) => parts.real(to, drawn, before),
  }));
}

type AtShard = { readonly shard: number; readonly off: number };

function epochOf(before: Ledger, { shard: at, off: by }: AtShard): number {
  return before.rows[at]!.epoch + by;
}

const renewing = fc.record({
  who,
  ahead: fc.integer({ min: -1, max: 2 }),
  lag: fc.integer({ min: 0, max: 1 }),
});

function holderOf(
  before: Ledger,
  { who: id, ahead, lag }: typeof renewing extends fc.Arbitrary<infer T> ? T : never,
): pure.Holder {
  const known = before.holders.find((holder) => holder.id === id);
  return {
    id,
    sequence: Math.max(0, (known?.sequence ?? 0) + ahead),
    adopted: before.rows.map(({ epoch }) => epoch - lag),
    ring: before.ring.epoch - lag,
    knows: SHARDS + lag,
    hits: 2 ** 40 + ahead,
    misses: lag,
  };
}

const holders = [
  made('register', who, {
    pure: (from, id) => pure.register(from, id),
    real: ({ epochs }, id) => epochs.register(id),
  }),
  made('renew', renewing, {
    pure: (from, given, before) => pure.renew(from, holderOf(before, given)),
    real: ({ epochs }, given, before) => epochs.renew(holderOf(before, given)),
  }),
  made('forget', fc.tuple(who, fc.integer({ min: 0, max: 3 })), {
    pure: (from, [id, sequence]) => pure.forget(from, id, sequence),
    real: ({ epochs }, [id, sequence]) => epochs.forget(id, sequence),
  }),
];

const invalidations = [
  made('record', fc.record({ shard, keys }), {
    pure(from, { shard: at, keys: some }, before) {
      const [after, row] = pure.record(from, at, some);
      const ids = after.journal.slice(before.journal.length).map(({ id }) => id);
      return [after, { row, ring: from.ring, ids }];
    },
    real: ({ write, journal }, { shard: at, keys: some }) =>
      write((session) => journal.record(session, at, some)),
  }),
  made('report', fc.record({ shard, off, keys }), {
    pure: (from, given, before) => pure.report(from, { ...given, epoch: epochOf(before, given) }),
    real: ({ journal }, { shard: at, off: by, keys: some }, before) =>
      journal.report({ shard: at, keys: some, epoch: epochOf(before, { shard: at, off: by }) }),
  }),
  made('remove', fc.record({ shard, off, applied }), {
    pure: (from, given, before) => pure.remove(from, given.shard, epochOf(before, given), given.applied),
    real: ({ journal }, given, before) => journal.remove(given.shard, epochOf(before, given), given.applied),
  }),
];

const transitions = [
  made('close', fc.record({ shard, off }), {
    pure: (from, given, before) => pure.close(from, given.shard, epochOf(before, given)),
    real: ({ epochs }, given, before) => epochs.close(given.shard, epochOf(before, given)),
  }),
  made('settle', fc.record({ shard, off, waitedOut }), {
    pure: (from, given, before) => pure.settle(from, { ...given, epoch: epochOf(before, given) }),
    real: ({ epochs }, given, before) =>
      epochs.settle({ shard: given.shard, waitedOut: given.waitedOut, epoch: epochOf(before, given) }),
  }),
  made('open', fc.record({ shard, off, candidate: fc.constantFrom('run-a', 'run-b') }), {
    pure: (from, given, before) => pure.open(from, given.shard, epochOf(before, given), given.candidate),
    real: ({ epochs }, given, before) => epochs.open(given.shard, epochOf(before, given), given.candidate),
  }),
  made('serve', fc.record({ shard, off, applied }), {
    pure: (from, given, before) => pure.serve(from, { ...given, epoch: epochOf(before, given) }),
    real: ({ epochs }, given, before) =>
      epochs.serve({ shard: given.shard, applied: given.applied, epoch: epochOf(before, given) }),
  }),
];

const starting = fc.record({ off, parts: fc.constantFrom(1, 8), hitRatio: fc.constantFrom(null, 0.25) });

function startOf(
  before: Ledger,
  { off: by, ...given }: typeof starting extends fc.Arbitrary<infer T> ? T : never,
): pure.RingStart {
  return { ...given, epoch: before.ring.epoch + by, target: 2 * SHARDS };
}

const growth = [
  made('addShards', fc.integer({ min: 0, max: 2 * SHARDS }), {
    pure: (from, count) => pure.addShards(from, count),
    real: ({ ring }, count) => ring.addShards(count),
  }),
  made('startGrowth', starting, {
    pure: (from, given, before) => pure.startGrowth(from, startOf(before, given)),
    real: ({ ring }, given, before) => ring.startGrowth(startOf(before, given)),
  }),
  made('advanceGrowth', fc.record({ off, waitedOut }), {
    pure: (from, given, before) =>
      pure.advanceGrowth(from, { waitedOut: given.waitedOut, epoch: before.ring.epoch + given.off }),
    real: ({ ring }, given, before) =>
      ring.advanceGrowth({ waitedOut: given.waitedOut, epoch: before.ring.epoch + given.off }),
  }),
  made('turnGrowth', off, {
    pure: (from, by, before) => pure.turnGrowth(from, before.ring.epoch + by),
    real: ({ ring }, by, before) => ring.turnGrowth(before.ring.epoch + by),
  }),
];

export const command: fc.Arbitrary<Make> = fc.oneof(...holders, ...invalidations, ...transitions, ...growth);
