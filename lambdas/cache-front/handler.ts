/**
 * The callable front of the cache: the same router as in the applications, for those without a connection to the
 * shards, and the way to the rows of the shards for the function that looks after them. One cache a warm environment,
 * opened at the first call that needs one and never closed. Between two calls the environment is frozen, so it holds
 * leases during a call alone: one that is frozen with leases would make each closing of a shard last for a whole lease.
 */

import type { FrontAnswer, FrontError, FrontValue } from '../../core/cache/front.ts';
import type { GrowthAnswer, GrowthRequest } from '../../core/cache/growth/index.ts';
import type { SeenRow } from '../../core/cache/controller/types.ts';
import type { CacheValue } from '../../core/cache/index.ts';
import { UnderstudyError } from '../../core/errors.ts';
import type { Log } from '../../core/ports/index.ts';
import type { CacheCopy } from '../../core/state/cache-items.ts';
import { within } from '../../runtime/bounded.ts';
import type { CacheOperations, OpenedCache } from '../../runtime/cache/index.ts';
import type { Clock } from '../../runtime/ports.ts';
import type { Invocation } from '../shared/invocation.ts';
import { ANSWER_BYTES_MAX } from './contract.ts';
import { checkedRequest, type CheckedRequest } from './requests.ts';

/** The rows of the shards of one copy, in the application's database. */
export interface RowStore {
  rows(): Promise<readonly SeenRow[]>;
  /** Closes the shard if its row still has this epoch; answers the row after it. */
  close(shard: number, epoch: number): Promise<SeenRow>;
  /** For an operator who doubles the shards. */
  growth(request: GrowthRequest): Promise<GrowthAnswer>;
}

export interface FrontCache {
  readonly cache: OpenedCache;
  /** True once hits are served, false when not after `ms`. */
  ready(ms: number): Promise<boolean>;
}

export interface OpenedFront {
  /** Connects to the shards in the background, and begins to hold leases. Called once. */
  openCache(): FrontCache;
  readonly copies: Readonly<Partial<Record<CacheCopy, RowStore>>>;
}

export interface FrontPorts {
  /** Called once. */
  readonly open: () => OpenedFront;
  readonly clock: Clock;
  readonly log: Log;
}

export type FrontHandler = (event: unknown, invocation: Invocation) => Promise<FrontAnswer>;

/** A cold start waits so long for the shards; those that are not there by then are misses. */
const READY_MS = 1500;
/** Left over for the answer. */
const MARGIN_MS = 500;
const READMIT_MS_MAX = 7000;
const READMIT_POLL_MS = 250;

export function createHandler(ports: FrontPorts): FrontHandler {
  let opened: OpenedFront | null = null;
  let front: FrontCache | null = null;
  /** Frozen between two calls, its clock may have stood still too: no lease of before counts. */
  const withCache: WithCache = async (work) => {
    const isFirst = front === null;
    front ??= (opened ??= ports.open()).openCache();
    const { cache, ready } = front;
    try {
      await (isFirst ? ready(READY_MS) : cache.resume());
      return await work(cache);
    } finally {
      await cache.rest();
    }
  };
  return async (event, invocation) => {
    try {
      const request = checkedRequest(event);
      opened ??= ports.open();
      const work = answerTo(request, { ports, opened, withCache, invocation });
      const answer = await within(ports.clock, leftMs(invocation), work, late);
      return measured(request, answer);
    } catch (error) {
      return refused(ports, error);
    }
  };
}

/** The cache is open and holds leases while the work lasts. */
type WithCache = <T>(work: (cache: OpenedCache) => Promise<T>) => Promise<T>;

interface Asking {
  readonly ports: FrontPorts;
  readonly opened: OpenedFront;
  readonly withCache: WithCache;
  readonly invocation: Invocation;
}

async function answerTo(request: CheckedRequest, asking: Asking): Promise<FrontAnswer> {
  const { opened } = asking;
  switch (request.op) {
    case 'rows':
      return { op: 'rows', rows: (await rowsOf(opened, request.cache)).map(seen) };
    case 'quarantine': {
      const { close } = copyOf(opened, request.cache);
      await rowOf(opened, request);
      return { op: 'quarantine', row: seen(await asked(() => close(request.shard, request.epoch), 'check')) };
    }
    case 'readmit':
      return { op: 'readmit', row: await asking.withCache(() => readmitted(request, asking)) };
    case 'growth': {
      const { growth } = copyOf(opened, request.cache);
      return { op: 'growth', answer: await asked(() => growth(request.ask), 'retry') };
    }
    default:
      break;
  }
  const { tenant } = request;
  return asking.withCache((cache) => answerFrom(tenant === '' ? cache : cache.tenant(tenant), request));
}

type KeyRequest = Exclude<CheckedRequest, { op: 'rows' | 'quarantine' | 'readmit' | 'growth' }>;

async function answerFrom(cache: CacheOperations, request: KeyRequest): Promise<FrontAnswer> {
  switch (request.op) {
    case 'get': {
      const value = await cache.get(request.key);
      return value === undefined ? { op: 'get' } : { op: 'get', value: valueOf(value) };
    }
    case 'mget': {
      const values = await cache.mget(request.keys);
      return { op: 'mget', values: values.map((value) => (value === undefined ? null : valueOf(value))) };
    }
    case 'set':
      return { op: 'set', stored: await cache.set(request.key, request.value, { ttlMs: request.ttlMs }) };
    case 'delete':
      await cache.delete(request.keys);
      return { op: 'delete' };
    case 'ask': {
      const lent = await cache.ask(request.key);
      if (lent.kind === 'busy') return { op: 'ask', found: 'busy' };
      if (lent.kind === 'fill') return { op: 'ask', found: 'nothing', fill: lent.fill };
      return { op: 'ask', found: 'value', value: valueOf(lent.value) };
    }
    default: {
      const { fill, ttlMs, staleMs } = request;
      return { op: 'store', stored: await cache.store(request.key, request.value, { fill, ttlMs, staleMs }) };
    }
  }
}

/**
 * The keepers of the open cache do it, as they do in every application; this keeps the environment awake until they
 * have, or until time is out.
 */
async function readmitted(
  { cache, shard }: Extract<CheckedRequest, { op: 'readmit' }>,
  { ports: { clock }, opened, invocation }: Asking,
): Promise<SeenRow> {
  const until = clock.now() + Math.min(READMIT_MS_MAX, leftMs(invocation) - MARGIN_MS);
  for (;;) {
    const row = await rowOf(opened, { cache, shard });
    if (row.state === 'serving' || clock.now() + READMIT_POLL_MS >= until) return seen(row);
    await new Promise<void>((resolve) => void clock.after(READMIT_POLL_MS, resolve));
  }
}

async function rowOf(
  opened: OpenedFront,
  { cache, shard }: { readonly cache: CacheCopy; readonly shard: number },
): Promise<SeenRow> {
  const row = (await rowsOf(opened, cache)).find((one) => one.shard === shard);
  if (row === undefined) throw unknown(`${cache} has no shard ${shard}`);
  return row;
}

function rowsOf(opened: OpenedFront, cache: CacheCopy): Promise<readonly SeenRow[]> {
  const { rows } = copyOf(opened, cache);
  return asked(rows, 'retry');
}

function copyOf(opened: OpenedFront, cache: CacheCopy): RowStore {
  const copy = opened.copies[cache];
  if (copy === undefined) throw unknown(`this cache has no ${cache}`);
  return copy;
}

/** @param advice what is left to the caller when the database has not answered */
async function asked<T>(ask: () => Promise<T>, advice: 'retry' | 'check'): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const message = 'the database does not answer for the rows of the shards';
    throw new UnderstudyError(message, { code: 'ledger-unavailable', advice, cause: error });
  }
}

function seen({ shard, epoch, state }: SeenRow): SeenRow {
  return { shard, epoch, state };
}

function valueOf(value: CacheValue): FrontValue {
  return value instanceof Uint8Array
    ? { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
    : { json: value };
}

/** Lambda would fail without a word of it. */
function measured(request: CheckedRequest, answer: FrontAnswer): FrontAnswer {
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes <= ANSWER_BYTES_MAX) return answer;
  const fix = request.op === 'mget' ? 'ask for fewer keys' : 'read it with a connection to the shard';
  const message = `the answer has ${bytes} bytes, above ${ANSWER_BYTES_MAX}: ${fix}`;
  throw new UnderstudyError(message, { code: 'answer-too-large', advice: 'give-up' });
}

/** What nobody has thrown on purpose is a failure of the function, and counted as one. */
function refused({ log }: FrontPorts, error: unknown): FrontAnswer {
  if (!isUnderstudyError(error)) throw error;
  const { code, advice, message } = error;
  log.warn('refused', { code, advice, cause: told(error.cause) });
  return { op: 'refused', error: { code, advice, message } satisfies FrontError };
}

function told(cause: unknown): string | null {
  return cause instanceof Error ? cause.message : null;
}

function isUnderstudyError(error: unknown): error is UnderstudyError {
  return error instanceof UnderstudyError;
}

function leftMs(invocation: Invocation): number {
  return Math.max(1, invocation.remainingMs() - MARGIN_MS);
}

function late(): UnderstudyError {
  const message = 'the time of the function is over, and what was asked may still be done';
  return new UnderstudyError(message, { code: 'deadline', advice: 'check' });
}

function unknown(why: string): UnderstudyError {
  return new UnderstudyError(why, { code: 'unknown-shard', advice: 'give-up' });
}
