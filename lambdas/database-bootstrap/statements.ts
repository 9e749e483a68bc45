/** The database objects every environment needs. Each statement can be run again, and changes nothing then. */

import { ledgerGrants, ledgerTables, type LedgerCache } from '../../core/cache/protocol/tables.ts';
import { InvalidInput, type Fault } from '../../core/errors.ts';
import { CACHE_NAMES } from '../../core/naming.ts';
import { CACHE_FRONT_ROLE, HEARTBEAT_SCHEMA, HEARTBEAT_TABLE } from '../shared/contract.ts';
import type { BootstrapProperties } from './contract.ts';

const IDENTIFIER = /^[a-z][a-z0-9_-]{0,62}$/;
const ARN = /^arn:aws[a-z-]*:(rds|secretsmanager):[a-z0-9-]+:\d{12}:/;
const CACHE = new RegExp(`^(${CACHE_NAMES.join('|')})=([1-9][0-9]{0,3})$`);
const APPLICATIONS_MAX = 50;
const RESERVED = /^(pg_|rds|aws|postgres$|public$|understudy)/;

/**
 * The custom resource's properties, checked: they come from a template, and some end up in SQL.
 * Throws InvalidInput naming each fault.
 */
export function checkProperties(given: unknown): BootstrapProperties {
  const faults: Fault[] = [];
  const properties = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const text = (field: string, rule: RegExp): string => {
    const value = properties[field];
    if (typeof value === 'string' && rule.test(value)) return value;
    faults.push({ field, value, rule: `must match ${rule.source}`, fix: 'correct it in the stack' });
    return '';
  };
  const applications = properties['applications'] ?? [];
  const names = Array.isArray(applications) ? (applications as unknown[]) : [applications];
  if (names.length > APPLICATIONS_MAX) {
    const rule = `must be at most ${APPLICATIONS_MAX}`;
    faults.push({ field: 'applications', value: names.length, rule, fix: 'split the environment' });
  }
  for (const name of names) {
    if (typeof name === 'string' && IDENTIFIER.test(name) && !RESERVED.test(name)) continue;
    const rule = 'must be lower-case letters, digits, - and _, start with a letter, and be no reserved name';
    faults.push({ field: 'applications', value: name, rule, fix: 'rename the application' });
  }
  const checked = {
    clusterArn: text('clusterArn', ARN),
    secretArn: text('secretArn', ARN),
    database: text('database', /^[A-Za-z][A-Za-z0-9_]{0,62}$/),
    probeUser: text('probeUser', IDENTIFIER),
    version: text('version', /^.{0,40}$/),
  };
  const caches = checkCaches(faults, properties['caches']);
  if (faults.length > 0) throw new InvalidInput('the bootstrap', faults);
  return { ...checked, applications: names as string[], ...(caches.length === 0 ? {} : { caches }) };
}

function checkCaches(faults: Fault[], given: unknown): readonly string[] {
  const listed = given === undefined ? [] : [given].flat();
  for (const cache of listed) {
    if (typeof cache === 'string' && CACHE.test(cache)) continue;
    const rule = `must be one of ${CACHE_NAMES.join(', ')} with its number of shards, such as main=4`;
    faults.push({ field: 'caches', value: cache, rule, fix: 'correct it in the stack' });
  }
  return listed as string[];
}

export function statementsOf({
  probeUser,
  applications,
  caches = [],
}: BootstrapProperties): readonly string[] {
  return [
    ...probeStatements(probeUser),
    ...applications.flatMap(applicationStatements),
    ...(caches.length === 0 ? [] : cacheStatements(caches.map(cacheOf), applications)),
  ];
}

function cacheOf(text: string): LedgerCache {
  const [, name, shards] = CACHE.exec(text) ?? [];
  return { name: name as LedgerCache['name'], shards: Number(shards) };
}

/** What the shards of the cache are kept account of in; every application works with it, and so does cache-front. */
function cacheStatements(caches: readonly LedgerCache[], applications: readonly string[]): readonly string[] {
  return [
    ...ledgerTables(caches),
    roleStatement(CACHE_FRONT_ROLE),
    `grant rds_iam to ${quoted(CACHE_FRONT_ROLE)}`,
    ...[...applications, CACHE_FRONT_ROLE].flatMap(ledgerGrants),
  ];
}

/** One heartbeat row a prober; the probers' role may touch this table and nothing else. */
function probeStatements(probeUser: string): readonly string[] {
  const table = `${quoted(HEARTBEAT_SCHEMA)}.${quoted(HEARTBEAT_TABLE)}`;
  return [
    `create schema if not exists ${quoted(HEARTBEAT_SCHEMA)}`,
    `create table if not exists ${table} (
       az text primary key, beat_at timestamptz not null, beats bigint not null)`,
    roleStatement(probeUser),
    `grant rds_iam to ${quoted(probeUser)}`,
    `grant usage on schema ${quoted(HEARTBEAT_SCHEMA)} to ${quoted(probeUser)}`,
    `grant select, insert, update on ${table} to ${quoted(probeUser)}`,
  ];
}

/** A role without a password that owns a schema of its name. To give the schema away, the master must be in the role. */
function applicationStatements(name: string): readonly string[] {
  const role = quoted(name);
  return [
    roleStatement(name),
    `do $$ begin
       if not exists (select from pg_namespace where nspname = ${literal(name)}) then
         grant ${role} to current_user;
         create schema ${role} authorization ${role};
         revoke ${role} from current_user;
       end if;
     end $$`,
    `grant rds_iam to ${role}`,
  ];
}

function roleStatement(name: string): string {
  return `do $$ begin
       if not exists (select from pg_roles where rolname = ${literal(name)}) then
         create role ${quoted(name)} login;
       end if;
     end $$`;
}

/** Names are checked before; quoting keeps that from being the only guard. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
