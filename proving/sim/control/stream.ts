/** A table's stream and one function's mapping on it: filtered, in order, at least once. */

import { compilePattern } from '../../twin/events/index.ts';
import { streamRecord, type StreamRecord, type StreamView } from '../../twin/dynamodb/index.ts';
import {
  emptyMapping,
  nextBatch,
  offerRecord,
  settleBatch,
  type BatchResult,
  type MappingState,
} from '../../twin/lambda/index.ts';
import { toAttribute, toAttributes } from '../../../lambdas/shared/attribute-values.ts';
import {
  FILTERED_NAMES,
  FRONT_TABLE,
  REGION,
  streamArn,
  TABLE,
  THROTTLE_TABLE,
  type StreamSettings,
} from './deployment.ts';
import type { SimFunction } from './function.ts';
import type { SimTable, TableChange, TableItem } from './table.ts';
import type { World } from './world.ts';

/** From the change until the mapping has read it from the shard. */
const READ_MS = [80, 350] as const;

/** How the fault board calls the stream of each table. */
const SOURCES = { state: 'stream', throttle: 'throttle-stream', front: 'front-stream' } as const;
const TABLE_NAMES = { state: TABLE, throttle: THROTTLE_TABLE, front: FRONT_TABLE } as const;

/** Wakes a function by the stream of a table. */
export function onStream(
  world: World,
  table: SimTable,
  { target, stream }: { readonly target: SimFunction; readonly stream: StreamSettings },
): void {
  const mapping = new StreamMapping(world, target, stream);
  table.onChange((change) => mapping.see(change));
}

class StreamMapping {
  readonly #world: World;
  readonly #target: SimFunction;
  readonly #stream: StreamSettings;
  readonly #passes: (record: unknown) => boolean;
  #state: MappingState<StreamRecord> = emptyMapping();
  #sequence = 0;
  #readUntil = 0;
  #delivering = false;
  #wakeAt: number | null = null;

  constructor(world: World, target: SimFunction, stream: StreamSettings) {
    this.#world = world;
    this.#target = target;
    this.#stream = stream;
    const filters = stream.filters.map(compilePattern);
    this.#passes = (record) => filters.some((matches) => matches(record));
  }

  see(change: TableChange): void {
    this.#sequence += 1;
    if (!this.#passes(glimpse(change))) return;
    const record = recordOf(change, this.#sequence, this.#stream.view);
    if (record === null) return;
    const { board, random, clock } = this.#world;
    const struck = board.delivery(SOURCES[this.#stream.table]);
    if (struck?.effect === 'drop') return;
    const delay = struck?.effect === 'delay' ? struck.ms : 0;
    // A shard is read in order: what comes later waits for what is late.
    this.#readUntil = Math.max(this.#readUntil, clock.now() + random.between(...READ_MS) + delay);
    clock.at(this.#readUntil, () => this.#offer(record, change.at));
    if (struck?.effect === 'duplicate') {
      clock.at(this.#readUntil + struck.ms, () => this.#offer(record, change.at));
    }
  }

  #offer(record: StreamRecord, createdAt: number): void {
    const seenAt = this.#world.clock.now();
    const sequence = record.dynamodb.SequenceNumber;
    this.#state = offerRecord(this.#state, { sequence, createdAt, seenAt, record });
    this.#poll();
  }

  #poll(): void {
    if (this.#delivering) return;
    const { clock } = this.#world;
    const { state, next, discards } = nextBatch(this.#stream.policy, this.#state, clock.now());
    this.#state = state;
    for (const { condition } of discards) this.#world.rare(`stream records discarded: ${condition}`);
    if (next.kind === 'deliver') void this.#deliver(next.records.map(({ record }) => record));
    else if (next.until !== null && this.#wakeAt !== next.until) {
      this.#wakeAt = next.until;
      clock.at(next.until, () => this.#poll());
    }
  }

  async #deliver(records: readonly StreamRecord[]): Promise<void> {
    this.#delivering = true;
    const eventSourceARN = streamArn(TABLE_NAMES[this.#stream.table]);
    const event = { Records: records.map((record) => ({ ...record, eventSourceARN })) };
    const outcome = await this.#target.invoke(event, 'stream');
    const kind: BatchResult['kind'] = outcome === 'function-error' ? 'error' : outcome;
    const settled = settleBatch(this.#stream.policy, this.#state, { kind }, this.#world.clock.now());
    for (const { condition } of settled.discards) {
      this.#world.rare(`stream records discarded: ${condition}`);
    }
    this.#state = settled.state;
    this.#delivering = false;
    this.#poll();
  }
}

/** As much of a record as our filters look at: the event, the keys, and those values of the new image that they name. */
export function glimpse({ key, before, after }: TableChange): unknown {
  const image = after === null ? {} : { NewImage: named(after) };
  return { eventName: nameOf(before, after), dynamodb: { Keys: toAttributes(key), ...image } };
}

/** The whole record, as AWS sends it; null where nothing has changed. */
export function recordOf(
  change: TableChange,
  sequence: number,
  view: StreamView = 'NEW_AND_OLD_IMAGES',
): StreamRecord | null {
  const { key, before, after, at } = change;
  const image = (item: TableItem | null) => (item === null ? undefined : toAttributes({ ...item, ...key }));
  return streamRecord(
    { key: toAttributes(key), before: image(before), after: image(after) },
    { view, region: REGION, sequence, eventId: String(sequence), now: at },
  );
}

function nameOf(before: TableItem | null, after: TableItem | null): StreamRecord['eventName'] {
  if (before === null) return 'INSERT';
  return after === null ? 'REMOVE' : 'MODIFY';
}

function named(item: TableItem): object {
  const names = FILTERED_NAMES.filter((name) => item[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, toAttribute(item[name])]));
}
