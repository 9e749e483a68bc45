/**
 * Reads one DynamoDB stream for one function: filters, gathers batches, invokes, and does with failures what
 * `twin/lambda` decides. Lambda polls a shard four times a second, so a record waits a part of that.
 */

import { randomUUID } from 'node:crypto';
import {
  type BatchResult,
  type Discard,
  emptyMapping,
  type MappingRecord,
  type MappingState,
  nextBatch,
  offerRecord,
  settleBatch,
} from '../../twin/lambda/index.ts';
import type { StreamRecord, StreamSource, World } from '../kernel/index.ts';
import type { Attempt } from './invocations.ts';
import type { MappingConfig } from './mapping-config.ts';

export interface PollerPorts {
  readonly world: World;
  readonly streams: StreamSource;
  /** Time from the write to its delivery, ms. */
  readonly latencyMs: () => number;
  /** Throws where the function's role may not read the stream. */
  readonly authorize: (config: MappingConfig) => void;
  readonly invoke: (functionName: string, payload: string) => Promise<Attempt>;
  readonly discard: (config: MappingConfig, body: string) => void;
}

const SHARD = 'shardId-00000000000000000000-00000000';
/** How long a mapping waits that may not read its stream, as a poller that keeps failing. */
const DENIED_DELAY_MS = 1000;

export class StreamPoller {
  readonly #ports: PollerPorts;
  readonly #unsubscribe: () => void;
  #config: MappingConfig;
  #state: MappingState<StreamRecord> = emptyMapping();
  #timer: NodeJS.Timeout | null = null;
  #busy = false;
  #paused: boolean;
  #stopped = false;
  /** The last problem, as `LastProcessingResult` shows it. */
  #lastResult = 'No records processed';

  constructor(ports: PollerPorts, config: MappingConfig, paused: boolean) {
    this.#ports = ports;
    this.#config = config;
    this.#paused = paused;
    this.#unsubscribe = ports.streams.subscribe(config.streamArn, (record) => this.#offer(record));
  }

  get lastResult(): string {
    return this.#lastResult;
  }

  update(config: MappingConfig): void {
    this.#config = config;
    this.#wake(0);
  }

  /** A paused mapping keeps its place in the stream. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.#wake(0);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  #offer(record: StreamRecord): void {
    const event = this.#eventOf(record);
    const { filters } = this.#config;
    if (filters.length > 0 && !filters.some((matches) => matches(event))) return;
    const createdAt = record.dynamodb.ApproximateCreationDateTime * 1000;
    const now = this.#ports.world.now();
    const sequence = record.dynamodb.SequenceNumber;
    this.#state = offerRecord(this.#state, { sequence, createdAt, seenAt: now, record });
    if (!this.#timer && !this.#busy) this.#wake(this.#ports.latencyMs());
  }

  #wake(delayMs: number): void {
    if (this.#stopped || this.#busy) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#turn();
    }, delayMs);
  }

  async #turn(): Promise<void> {
    if (this.#paused || !this.#config.enabled || this.#stopped) return;
    const { world } = this.#ports;
    const { state, next, discards } = nextBatch(this.#config.policy, this.#state, world.now());
    this.#state = state;
    this.#discard(discards);
    if (next.kind === 'wait') {
      if (next.until !== null) this.#wake(next.until - world.now());
      return;
    }
    if (!this.#mayRead()) return this.#wake(DENIED_DELAY_MS);
    this.#busy = true;
    const result = await this.#invoke(next.records);
    const settled = settleBatch(this.#config.policy, this.#state, result, world.now());
    this.#state = settled.state;
    this.#discard(settled.discards);
    this.#busy = false;
    this.#wake(0);
  }

  #mayRead(): boolean {
    try {
      this.#ports.authorize(this.#config);
      return true;
    } catch (error) {
      this.#lastResult = `PROBLEM: ${(error as Error).message}`;
      return false;
    }
  }

  async #invoke(records: readonly MappingRecord<StreamRecord>[]): Promise<BatchResult> {
    const payload = JSON.stringify({ Records: records.map((each) => this.#eventOf(each.record)) });
    try {
      const attempt = await this.#ports.invoke(this.#config.functionName, payload);
      if (attempt.kind === 'throttled') return { kind: 'throttled' };
      const result = resultOf(attempt, this.#config, records);
      this.#lastResult = result.kind === 'ok' ? 'OK' : 'PROBLEM: Function call failed';
      return result;
    } catch (error) {
      this.#lastResult = `PROBLEM: ${(error as Error).message}`;
      return { kind: 'throttled' };
    }
  }

  #eventOf(record: StreamRecord): Record<string, unknown> {
    return {
      eventID: record.eventID,
      eventName: record.eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: this.#ports.world.region,
      dynamodb: record.dynamodb,
      eventSourceARN: this.#config.streamArn,
    };
  }

  #discard(discards: readonly Discard<StreamRecord>[]): void {
    for (const discard of discards) {
      this.#ports.world.log('lambda', 'stream records discarded', {
        function: this.#config.functionName,
        condition: discard.condition,
        records: discard.records.length,
      });
      this.#ports.discard(this.#config, discardRecord(this.#config, discard, this.#ports.world.now()));
    }
  }
}

function resultOf(
  attempt: Extract<Attempt, { kind: 'ran' }>,
  config: MappingConfig,
  records: readonly MappingRecord<StreamRecord>[],
): BatchResult {
  if (!attempt.result.ok) return { kind: 'error' };
  if (!config.policy.reportItemFailures) return { kind: 'ok' };
  const failed = failedItems(attempt.result.payload);
  if (failed === null) return { kind: 'error' };
  if (failed.length === 0) return { kind: 'ok' };
  const first = records.find((record) => failed.includes(record.sequence));
  return first ? { kind: 'partial', failedFrom: first.sequence } : { kind: 'error' };
}

/** The reported sequence numbers; null for a response that AWS treats as a complete failure. */
function failedItems(payload: string): string[] | null {
  const response: unknown = JSON.parse(payload);
  if (typeof response !== 'object' || response === null) return [];
  const failures = (response as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) return null;
  const ids = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  return ids.every((id) => typeof id === 'string' && id !== '') ? (ids as string[]) : null;
}

/** What the destination gets: where in the stream the records are, not the records. */
function discardRecord(config: MappingConfig, discard: Discard<StreamRecord>, now: number): string {
  const first = discard.records[0]!;
  const last = discard.records.at(-1)!;
  return JSON.stringify({
    requestContext: {
      requestId: randomUUID(),
      functionArn: config.functionName,
      condition: discard.condition,
      approximateInvokeCount: discard.invokeCount,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: SHARD,
      startSequenceNumber: first.sequence,
      endSequenceNumber: last.sequence,
      approximateArrivalOfFirstRecord: new Date(first.createdAt).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.createdAt).toISOString(),
      batchSize: discard.records.length,
      streamArn: config.streamArn,
    },
  });
}
