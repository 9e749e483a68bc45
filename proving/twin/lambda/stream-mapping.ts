/**
 * An event source mapping on a DynamoDB stream with one shard, as a state machine: which records the function
 * gets next and what becomes of a batch after an attempt. Order is kept: nothing overtakes a batch that fails.
 *
 * Source: AWS Lambda Developer Guide, "Using Lambda with Amazon DynamoDB": bisecting does not count as a retry;
 * with ReportBatchItemFailures the lowest reported sequence number is the checkpoint; records beyond the age or
 * the retries are discarded to the destination. The back-off between attempts is not documented: ours doubles.
 */

export interface MappingPolicy {
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  /** Null: until the stream drops the record (24 h). */
  readonly recordAgeMsMax: number | null;
  /** Null: no limit. */
  readonly retriesMax: number | null;
  readonly bisect: boolean;
  readonly reportItemFailures: boolean;
}

export const STREAM_RETENTION_MS = 24 * 3600_000;

export interface MappingRecord<R> {
  readonly sequence: string;
  /** When the change was made: what the record's age counts from. */
  readonly createdAt: number;
  /** When the mapping saw it: what the batching window counts from. */
  readonly seenAt: number;
  readonly record: R;
}

/** A run of records that is delivered as one batch, with what already happened to it. */
interface Run<R> {
  readonly records: readonly MappingRecord<R>[];
  readonly retries: number;
}

export interface MappingState<R> {
  /** Parts of a failed batch, to be done before anything new. */
  readonly unfinished: readonly Run<R>[];
  readonly pending: readonly MappingRecord<R>[];
  readonly notBefore: number;
  readonly throttles: number;
}

export interface Discard<R> {
  readonly records: readonly MappingRecord<R>[];
  readonly condition: 'RetryAttemptsExhausted' | 'MaximumRecordAgeExceeded';
  readonly invokeCount: number;
}

export type MappingNext<R> =
  | { readonly kind: 'deliver'; readonly records: readonly MappingRecord<R>[] }
  | { readonly kind: 'wait'; readonly until: number | null };

export type BatchResult =
  | { readonly kind: 'ok' }
  /** The response listed failed items; the lowest of them is where to go on. */
  | { readonly kind: 'partial'; readonly failedFrom: string }
  | { readonly kind: 'error' }
  | { readonly kind: 'throttled' };

const ERROR_DELAY_MS = 500;
const ERROR_DELAY_MS_MAX = 60_000;
const THROTTLE_DELAY_MS = 250;
const THROTTLE_DELAY_MS_MAX = 5000;

export function emptyMapping<R>(): MappingState<R> {
  return { unfinished: [], pending: [], notBefore: 0, throttles: 0 };
}

export function offerRecord<R>(state: MappingState<R>, record: MappingRecord<R>): MappingState<R> {
  return { ...state, pending: [...state.pending, record] };
}

/** Drops what is too old, then says what to deliver now, or until when to wait (null: for the next record). */
export function nextBatch<R>(
  policy: MappingPolicy,
  state: MappingState<R>,
  now: number,
): { state: MappingState<R>; next: MappingNext<R>; discards: readonly Discard<R>[] } {
  const { state: fresh, discards } = dropExpired(policy, state, now);
  const run = fresh.unfinished[0];
  if (!run && fresh.pending.length === 0)
    return { state: fresh, discards, next: { kind: 'wait', until: null } };
  if (now < fresh.notBefore)
    return { state: fresh, discards, next: { kind: 'wait', until: fresh.notBefore } };
  if (run) return { state: fresh, discards, next: { kind: 'deliver', records: run.records } };

  const windowEnd = fresh.pending[0]!.seenAt + policy.batchingWindowMs;
  if (fresh.pending.length < policy.batchSize && now < windowEnd) {
    return { state: fresh, discards, next: { kind: 'wait', until: windowEnd } };
  }
  const records = fresh.pending.slice(0, policy.batchSize);
  return {
    state: { ...fresh, unfinished: [{ records, retries: 0 }], pending: fresh.pending.slice(records.length) },
    discards,
    next: { kind: 'deliver', records },
  };
}

/** What becomes of the batch that `nextBatch` delivered. */
export function settleBatch<R>(
  policy: MappingPolicy,
  state: MappingState<R>,
  result: BatchResult,
  now: number,
): { state: MappingState<R>; discards: readonly Discard<R>[] } {
  const run = state.unfinished[0];
  if (!run) throw new Error('settleBatch: no batch was delivered');
  const rest = state.unfinished.slice(1);
  if (result.kind === 'ok') return { state: settled(state, rest), discards: [] };
  if (result.kind === 'throttled') {
    const notBefore = now + delay(THROTTLE_DELAY_MS, THROTTLE_DELAY_MS_MAX, state.throttles);
    return { state: { ...state, notBefore, throttles: state.throttles + 1 }, discards: [] };
  }
  const left = result.kind === 'partial' ? failedPart(run, result.failedFrom) : run;
  if (result.kind === 'error' && policy.bisect && left.records.length > 1) {
    return { state: settled(state, [...halves(left), ...rest]), discards: [] };
  }
  if (policy.retriesMax !== null && left.retries >= policy.retriesMax) {
    return { state: settled(state, rest), discards: [exhausted(left)] };
  }
  const again = { records: left.records, retries: left.retries + 1 };
  const notBefore = now + delay(ERROR_DELAY_MS, ERROR_DELAY_MS_MAX, left.retries);
  return { state: { ...settled(state, [again, ...rest]), notBefore }, discards: [] };
}

function settled<R>(state: MappingState<R>, unfinished: readonly Run<R>[]): MappingState<R> {
  return { ...state, unfinished, notBefore: 0, throttles: 0 };
}

/** From the checkpoint on. A number that is not in the batch means the whole batch, as on AWS. */
function failedPart<R>(run: Run<R>, failedFrom: string): Run<R> {
  const index = run.records.findIndex((record) => record.sequence === failedFrom);
  if (index <= 0) return run;
  return { records: run.records.slice(index), retries: run.retries };
}

function halves<R>(run: Run<R>): Run<R>[] {
  const middle = Math.ceil(run.records.length / 2);
  return [
    { records: run.records.slice(0, middle), retries: run.retries },
    { records: run.records.slice(middle), retries: run.retries },
  ];
}

function exhausted<R>(run: Run<R>): Discard<R> {
  return { records: run.records, condition: 'RetryAttemptsExhausted', invokeCount: run.retries + 1 };
}

function dropExpired<R>(
  policy: MappingPolicy,
  state: MappingState<R>,
  now: number,
): { state: MappingState<R>; discards: Discard<R>[] } {
  const ageMax = Math.min(policy.recordAgeMsMax ?? STREAM_RETENTION_MS, STREAM_RETENTION_MS);
  const tooOld = (record: MappingRecord<R>): boolean => now - record.createdAt > ageMax;
  const discards: Discard<R>[] = [];
  const unfinished = state.unfinished.flatMap((run) => {
    const expired = run.records.filter(tooOld);
    if (expired.length === 0) return [run];
    discards.push({ records: expired, condition: 'MaximumRecordAgeExceeded', invokeCount: run.retries + 1 });
    const records = run.records.filter((record) => !tooOld(record));
    return records.length > 0 ? [{ ...run, records }] : [];
  });
  const expired = state.pending.filter(tooOld);
  if (expired.length === 0) return { state: { ...state, unfinished }, discards };
  discards.push({ records: expired, condition: 'MaximumRecordAgeExceeded', invokeCount: 0 });
  return { state: { ...state, unfinished, pending: state.pending.filter((r) => !tooOld(r)) }, discards };
}

function delay(first: number, most: number, before: number): number {
  return Math.min(most, first * 2 ** Math.min(before, 16));
}
