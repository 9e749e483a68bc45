/** The environment variables of the shop, read once at the edge. */

import fs from 'node:fs';
import { drainMsOf } from '../shared/http-server.ts';
import { type TraceLog, traceLogOf } from '../shared/trace.ts';
import { type AuroraOptions, UnderstudyError } from '../../runtime/index.ts';
import type { QuotesConfig } from './quotes.ts';

export interface ShopConfig {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** How long it still serves once it is told to end, in ms: until its callers know. */
  readonly drainMs: number;
  /** One JSON line a request on stdout. */
  readonly traces: TraceLog;
  readonly database: AuroraOptions & { readonly readerEndpoint: string; readonly port: number };
  readonly quotes: QuotesConfig;
  /** Signs the callers' tokens; null when it is not set: then no token verifies. */
  readonly tokenKey: Uint8Array | null;
  readonly throttle: ThrottleConfig;
  readonly cache: CacheConfig;
}

export interface CacheConfig {
  /** The outputs of the stack, as they are. Without shards nothing is cached. */
  readonly shards?: string;
  readonly copies?: string;
  readonly gutter?: string;
  /** How the user is called that logs in; null without a cache. */
  readonly user: string | null;
  readonly ttlMs: number;
  /** Loads a second that this process may ask of the database for what is not cached. */
  readonly loadsPerS: number;
}

export interface ThrottleConfig {
  readonly application: string;
  readonly region: string;
  /** Where the leases are; without it the shop limits its callers by itself. */
  readonly table?: string;
  /** Requests a second that all instances bear. Until there is a lease a share of it is in force. */
  readonly capacityPerS: number;
  /** Without a table: what each caller may ask, a second. */
  readonly callerPerS: number;
}

const SLOTS_DEFAULT = 4;
const SLOTS_MAX = 1000;
const WORK_MS_DEFAULT = 40;
const WORK_MS_MAX = 60_000;
const CAPACITY_MAX = 1_000_000;
const TTL_MS_DEFAULT = 600_000;
const TTL_MS_MAX = 86_400_000;
const LOADS_DEFAULT = 300;
/** What HS256 asks for (RFC 7518, section 3.2). */
const KEY_BYTES_MIN = 32;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UnderstudyError `invalid-environment` naming every variable that is missing or wrong */
export function readConfig(env: Environment): ShopConfig {
  const faults: string[] = [];
  const required = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') faults.push(`${name} is not set`);
    return value;
  };
  const whole = (name: string, fallback: number, min: number, max: number): number => {
    const text = env[name] ?? String(fallback);
    const value = Number(text);
    const legal = /^\d+$/.test(text) && value >= min && value <= max;
    if (!legal)
      faults.push(`${name} = ${JSON.stringify(text)}: must be a whole number from ${min} to ${max}`);
    return value;
  };
  const port = (name: string, fallback: number, min: number): number => whole(name, fallback, min, 65_535);
  const user = required('DATABASE_USER');
  const quotes = {
    slots: whole('SHOP_SLOTS', SLOTS_DEFAULT, 1, SLOTS_MAX),
    workMs: whole('SHOP_WORK_MS', WORK_MS_DEFAULT, 1, WORK_MS_MAX),
  };
  const slotsPerS = Math.max(1, Math.floor((quotes.slots * 1000) / quotes.workMs));
  const region = required('AWS_REGION');
  const capacityPerS = whole('SHOP_CAPACITY_PER_S', slotsPerS, 1, CAPACITY_MAX);
  const config = {
    host: env['HOST'] ?? '127.0.0.1',
    port: port('PORT', 0, 0),
    drainMs: drainMsOf(env),
    traces: traceLogOf(env['TRACE_LOG']),
    database: {
      clusterEndpoint: required('DATABASE_ENDPOINT'),
      readerEndpoint: required('DATABASE_READER_ENDPOINT'),
      port: port('DATABASE_PORT', 5432, 1),
      database: required('DATABASE_NAME'),
      user,
      application: user,
      region,
      ...optional('stateTable', env['UNDERSTUDY_STATE_TABLE']),
      ...optional('ca', certificates(env['DATABASE_CA_FILE'], faults)),
    },
    quotes,
    tokenKey: tokenKey(env['SHOP_TOKEN_KEY'], faults),
    throttle: {
      application: user,
      region,
      ...optional('table', env['UNDERSTUDY_THROTTLE_TABLE']),
      capacityPerS,
      callerPerS: whole('SHOP_CALLER_PER_S', capacityPerS, 1, CAPACITY_MAX),
    },
    cache: {
      ...optional('shards', env['UNDERSTUDY_CACHE_SHARDS']),
      ...optional('copies', env['UNDERSTUDY_CACHE_COPIES']),
      ...optional('gutter', env['UNDERSTUDY_CACHE_GUTTER']),
      user: cacheUser(env, user, required),
      ttlMs: whole('SHOP_CACHE_TTL_MS', TTL_MS_DEFAULT, 1, TTL_MS_MAX),
      loadsPerS: whole('SHOP_CACHE_LOADS_PER_S', LOADS_DEFAULT, 1, CAPACITY_MAX),
    },
  };
  if (faults.length === 0) return config;
  const message = `The environment of the shop is refused:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  throw new UnderstudyError(message, { code: 'invalid-environment', advice: 'give-up' });
}

/** `<environment>-<application>`, as the stack of the cache names it; ElastiCache knows no underscores. */
function cacheUser(env: Environment, application: string, required: (name: string) => string): string | null {
  if ((env['UNDERSTUDY_CACHE_SHARDS'] ?? '') === '') return null;
  return `${required('UNDERSTUDY_ENV')}-${application.replaceAll('_', '-')}`;
}

/** The value itself is a secret: no message shows it. */
function tokenKey(text: string | undefined, faults: string[]): Uint8Array | null {
  if (text === undefined || text === '') return null;
  const key = Buffer.from(text, 'base64url');
  const isWhole = /^[A-Za-z0-9_-]+$/.test(text);
  if (!isWhole || key.length < KEY_BYTES_MIN) {
    faults.push(`SHOP_TOKEN_KEY: must be ${KEY_BYTES_MIN} bytes or more, as base64url`);
  }
  return key;
}

function certificates(file: string | undefined, faults: string[]): string | undefined {
  if (file === undefined || file === '') return undefined;
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    faults.push(`DATABASE_CA_FILE = ${JSON.stringify(file)}: cannot be read`);
    return undefined;
  }
}

function optional<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return (value === undefined || value === '' ? {} : { [name]: value }) as { [key in Name]?: string };
}
