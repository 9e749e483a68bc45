/** What the front is asked, checked: nothing of an event is used before. */

import {
  type CacheKey,
  type CacheValue,
  keyFaults,
  SHARDS_MAX,
  tenantFaults,
  ttlFaults,
} from '../../core/cache/index.ts';
import type { FrontRequest } from '../../core/cache/front.ts';
import { type GrowthRequest, growthRequestFaults } from '../../core/cache/growth/index.ts';
import { type Fault, InvalidInput } from '../../core/errors.ts';
import { CACHE_COPIES, type CacheCopy } from '../../core/state/cache-items.ts';
import { isRecord } from '../shared/attribute-values.ts';
import { KEYS_MAX } from './contract.ts';

/** As `FrontRequest`, in the words of the cache. */
export type CheckedRequest =
  | { readonly op: 'get' | 'ask'; readonly tenant: string; readonly key: CacheKey }
  | { readonly op: 'mget' | 'delete'; readonly tenant: string; readonly keys: readonly CacheKey[] }
  | {
      readonly op: 'set';
      readonly tenant: string;
      readonly key: CacheKey;
      readonly value: CacheValue;
      readonly ttlMs: number;
    }
  | {
      readonly op: 'store';
      readonly tenant: string;
      readonly key: CacheKey;
      readonly value: CacheValue;
      readonly fill: string;
      readonly ttlMs: number;
      readonly staleMs: number;
    }
  | { readonly op: 'rows'; readonly cache: CacheCopy }
  | { readonly op: 'growth'; readonly cache: CacheCopy; readonly ask: GrowthRequest }
  | { readonly op: 'readmit'; readonly cache: CacheCopy; readonly shard: number }
  | { readonly op: 'quarantine'; readonly cache: CacheCopy; readonly shard: number; readonly epoch: number };

const FIELDS: Readonly<Record<FrontRequest['op'], readonly string[]>> = {
  get: ['tenant', 'key'],
  ask: ['tenant', 'key'],
  mget: ['tenant', 'keys'],
  delete: ['tenant', 'keys'],
  set: ['tenant', 'key', 'value', 'ttlMs'],
  store: ['tenant', 'key', 'value', 'fill', 'ttlMs', 'staleMs'],
  rows: ['cache'],
  readmit: ['cache', 'shard'],
  quarantine: ['cache', 'shard', 'epoch'],
  growth: ['cache', 'ask'],
};

type KeyedOp = Exclude<FrontRequest['op'], 'rows' | 'readmit' | 'quarantine' | 'growth'>;
type Fields = Readonly<Record<string, unknown>>;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Longer texts are none that the cache gave. */
const FILL_LENGTH_MAX = 160;

/** @throws InvalidInput naming every fault */
export function checkedRequest(event: unknown): CheckedRequest {
  const faults: Fault[] = [];
  const request = read(event, faults);
  if (faults.length > 0 || request === null) throw new InvalidInput('The request', faults);
  return request;
}

function read(event: unknown, faults: Fault[]): CheckedRequest | null {
  const ops = Object.keys(FIELDS);
  const op = isRecord(event) ? event['op'] : undefined;
  if (!isRecord(event) || typeof op !== 'string' || !Object.hasOwn(FIELDS, op)) {
    faults.push({ field: 'op', value: op, rule: 'is what is asked', fix: `use one of ${ops.join(', ')}` });
    return null;
  }
  const known = FIELDS[op as FrontRequest['op']];
  for (const field of Object.keys(event).filter((name) => name !== 'op' && !known.includes(name))) {
    const fix = `${op} has ${known.join(', ')}`;
    faults.push({ field, value: event[field], rule: `is no field of ${op}`, fix });
  }
  return requestOf(op as FrontRequest['op'], event, faults);
}

function requestOf(op: FrontRequest['op'], event: Fields, faults: Fault[]): CheckedRequest {
  if (op === 'rows') return { op, cache: copyOf(event, faults) };
  if (op === 'readmit') return { op, cache: copyOf(event, faults), shard: shardOf(event, faults) };
  if (op === 'quarantine') {
    const epoch = wholeOf('epoch', event['epoch'], { max: Number.MAX_SAFE_INTEGER, faults });
    return { op, cache: copyOf(event, faults), shard: shardOf(event, faults), epoch };
  }
  if (op === 'growth') {
    faults.push(...growthRequestFaults('ask', event['ask']));
    return { op, cache: copyOf(event, faults), ask: event['ask'] as GrowthRequest };
  }
  return keyedRequestOf(op, event, faults);
}

function keyedRequestOf(op: KeyedOp, event: Fields, faults: Fault[]): CheckedRequest {
  const given = event['tenant'] ?? '';
  faults.push(...tenantFaults('tenant', given));
  const named = { tenant: typeof given === 'string' ? given : '' };
  if (op === 'mget' || op === 'delete') return { op, ...named, keys: keysOf(event['keys'], faults) };
  const key = keyOf('key', event['key'], faults);
  if (op === 'get' || op === 'ask') return { op, ...named, key };
  const value = valueOf(event['value'], faults);
  const ttlMs = event['ttlMs'];
  faults.push(...ttlFaults('ttlMs', ttlMs));
  if (op === 'set') return { op, ...named, key, value, ttlMs: Number(ttlMs) };
  const staleMs = event['staleMs'] ?? 0;
  if (staleMs !== 0) faults.push(...ttlFaults('staleMs', staleMs));
  const fill = fillOf(event['fill'], faults);
  return { op, ...named, key, value, fill, ttlMs: Number(ttlMs), staleMs: Number(staleMs) };
}

function keysOf(value: unknown, faults: Fault[]): readonly CacheKey[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= KEYS_MAX) {
    return value.map((key, at) => keyOf(`keys[${at}]`, key, faults));
  }
  const shown = Array.isArray(value) ? `${value.length} keys` : value;
  const fix = 'ask in parts';
  faults.push({ field: 'keys', value: shown, rule: `must be a list of 1 to ${KEYS_MAX} keys`, fix });
  return [];
}

function keyOf(field: string, value: unknown, faults: Fault[]): CacheKey {
  const key = typeof value === 'string' ? value : bytesOf(value);
  if (key === null) {
    const rule = 'a key is a text, or {"base64": ...} for bytes';
    faults.push({ field, value, rule, fix: 'turn it into a text' });
    return '';
  }
  faults.push(...keyFaults(field, key));
  return key;
}

/** What JSON may hold is what a value may hold; the cache looks at its size. */
function valueOf(value: unknown, faults: Fault[]): CacheValue {
  const bytes = bytesOf(value);
  if (bytes !== null) return bytes;
  if (isRecord(value) && Object.hasOwn(value, 'json') && Object.keys(value).length === 1) {
    return value['json'] as CacheValue;
  }
  const rule = 'a value is {"json": ...}, or {"base64": ...} for bytes';
  faults.push({ field: 'value', value, rule, fix: 'say which of both it is' });
  return null;
}

function bytesOf(value: unknown): Uint8Array | null {
  if (!isRecord(value) || Object.keys(value).length !== 1) return null;
  const text = value['base64'];
  if (typeof text !== 'string' || !BASE64.test(text)) return null;
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function fillOf(value: unknown, faults: Fault[]): string {
  if (typeof value === 'string' && value !== '' && value.length <= FILL_LENGTH_MAX) return value;
  faults.push({ field: 'fill', value, rule: 'is what ask has answered', fix: 'ask first' });
  return '';
}

function copyOf(event: Fields, faults: Fault[]): CacheCopy {
  const known = CACHE_COPIES.find((copy) => copy === event['cache']);
  if (known !== undefined) return known;
  const fix = `use one of ${CACHE_COPIES.join(', ')}`;
  faults.push({ field: 'cache', value: event['cache'], rule: 'is a copy of the cache', fix });
  return 'main';
}

function shardOf(event: Fields, faults: Fault[]): number {
  return wholeOf('shard', event['shard'], { max: SHARDS_MAX - 1, faults });
}

function wholeOf(
  field: string,
  value: unknown,
  { max, faults }: { readonly max: number; readonly faults: Fault[] },
): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max)
    return value as number;
  const rule = `must be a whole number from 0 to ${max}`;
  faults.push({ field, value, rule, fix: 'give it as the rows tell it' });
  return 0;
}
