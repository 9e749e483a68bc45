/**
 * The tables of `ledger.ts` in PostgreSQL, as text: in the application's own database, so that a write and its
 * invalidation can be one transaction. Every statement may be run again and then changes nothing; shards that are
 * added later are rows that are inserted.
 */

import { type Fault, InvalidInput } from '../../errors.ts';
import { shardCountFaults } from '../shard.ts';
import { newRing, RING_PHASES } from './ring.ts';
import { newRow, SHARD_STATES } from './rows.ts';

export const LEDGER_SCHEMA = 'understudy_cache';
export const SHARD_TABLE = `${LEDGER_SCHEMA}.shard`;
export const JOURNAL_TABLE = `${LEDGER_SCHEMA}.journal`;
export const HOLDER_TABLE = `${LEDGER_SCHEMA}.holder`;
export const RING_TABLE = `${LEDGER_SCHEMA}.ring`;

/** The copies that one cache may consist of. Each has shards, a journal and holders of its own. */
export const CACHE_NAMES = ['main', 'copy', 'gutter'] as const;
export type CacheName = (typeof CACHE_NAMES)[number];

export interface LedgerCache {
  readonly name: CacheName;
  readonly shards: number;
}

/**
 * Statements that make the tables, the rows of the shards, and the ring of as many. A ring that is there stays: it
 * grows by its own transitions alone. @throws InvalidInput
 */
export function ledgerTables(caches: readonly LedgerCache[]): readonly string[] {
  const faults = caches.flatMap((cache, at) => faultsOf(cache, `caches[${at}]`));
  if (faults.length > 0) throw new InvalidInput('The ledger', faults);
  return [...TABLES, ...caches.flatMap((cache) => [rowsOf(cache), ringOf(cache)])];
}

/** Statements that let a database role work with the ledger, and not change its tables. */
export function ledgerGrants(role: string): readonly string[] {
  const grantee = `"${role.replaceAll('"', '""')}"`;
  return [
    `grant usage on schema ${LEDGER_SCHEMA} to ${grantee}`,
    `grant select, insert, update on ${SHARD_TABLE} to ${grantee}`,
    `grant select, insert, delete on ${JOURNAL_TABLE} to ${grantee}`,
    `grant select, insert, update, delete on ${HOLDER_TABLE} to ${grantee}`,
    `grant select, update on ${RING_TABLE} to ${grantee}`,
  ];
}

/** Rows that are updated all the time leave room in their pages, so that no index has to follow. */
const TABLES = [
  `create schema if not exists ${LEDGER_SCHEMA}`,
  `create table if not exists ${SHARD_TABLE} (
     cache text not null,
     shard integer not null check (shard >= 0),
     epoch bigint not null check (epoch > 0),
     state text not null check (state in (${listed(SHARD_STATES)})),
     incarnation text,
     candidate text,
     primary key (cache, shard)
   ) with (fillfactor = 50)`,
  // A key is bytes: text of PostgreSQL cannot hold every one of them.
  `create table if not exists ${JOURNAL_TABLE} (
     id bigint generated always as identity primary key,
     cache text not null,
     shard integer not null,
     key bytea not null,
     journaled_at timestamptz not null default now()
   )`,
  `create index if not exists journal_by_shard on ${JOURNAL_TABLE} (cache, shard, id)`,
  `create table if not exists ${HOLDER_TABLE} (
     cache text not null,
     id text not null,
     sequence bigint not null,
     adopted bigint[] not null,
     ring bigint not null,
     knows integer not null,
     hits bigint not null,
     misses bigint not null,
     primary key (cache, id)
   ) with (fillfactor = 50)`,
  `create table if not exists ${RING_TABLE} (
     cache text primary key,
     epoch bigint not null check (epoch > 0),
     shards integer not null check (shards > 0),
     target integer,
     parts integer not null check (parts > 0),
     moved integer not null,
     phase text not null check (phase in (${listed(RING_PHASES)})),
     is_returning boolean not null,
     hit_ratio double precision
   ) with (fillfactor = 50)`,
] as const;

function rowsOf({ name, shards }: LedgerCache): string {
  const { epoch, state } = newRow(0);
  return `insert into ${SHARD_TABLE} (cache, shard, epoch, state)
     select '${name}', n, ${epoch}, '${state}' from generate_series(0, ${shards - 1}) as n
     on conflict do nothing`;
}

function ringOf({ name, shards }: LedgerCache): string {
  const { epoch, parts, moved, phase, isReturning } = newRing(shards);
  return `insert into ${RING_TABLE} (cache, epoch, shards, parts, moved, phase, is_returning)
     values ('${name}', ${epoch}, ${shards}, ${parts}, ${moved}, '${phase}', ${isReturning})
     on conflict do nothing`;
}

function listed(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

function faultsOf({ name, shards }: LedgerCache, field: string): readonly Fault[] {
  const faults = [...shardCountFaults(`${field}.shards`, shards)];
  if (!CACHE_NAMES.includes(name)) {
    const rule = `must be one of ${CACHE_NAMES.join(', ')}`;
    faults.push({ field: `${field}.name`, value: name, rule, fix: 'name the copy of the cache' });
  }
  return faults;
}
