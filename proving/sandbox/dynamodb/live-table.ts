/** One table as it runs: its items, its stream, its time to live, and whether it answers at all. */

import { randomUUID } from 'node:crypto';
import {
  type Change,
  type StreamRecord,
  type StreamView,
  Table,
  type TableSchema,
  expiredChanges,
  streamRecord,
} from '../../twin/dynamodb/index.ts';
import { AwsError, type World } from '../kernel/index.ts';
import { Stream } from './stream.ts';

/** What a drill may make of a table: answers, never answers, or answers 503. */
export type Availability = 'ok' | 'hang' | 'refuse';

export interface TableSettings {
  readonly stream: StreamView | null;
  readonly timeToLive: string | null;
  readonly deletionProtection: boolean;
}

export class LiveTable {
  readonly arn: string;
  readonly id = randomUUID();
  readonly createdAt: Date;
  readonly table: Table;
  readonly #world: World;
  #settings: TableSettings;
  #stream: Stream | null = null;
  #sequence = 0;
  #availability: Availability = 'ok';
  readonly #hanging = new Set<() => void>();

  constructor(world: World, schema: TableSchema, settings: TableSettings) {
    this.#world = world;
    this.table = new Table(schema);
    this.arn = `arn:${world.partition}:dynamodb:${world.region}:${world.accountId}:table/${schema.name}`;
    this.createdAt = new Date(world.now());
    this.#settings = { ...settings, stream: null };
    this.configure(settings);
  }

  get name(): string {
    return this.table.schema.name;
  }

  get settings(): TableSettings {
    return this.#settings;
  }

  get stream(): Stream | null {
    return this.#stream;
  }

  /** A stream that is turned on, or changes its view, is a new stream with a new ARN. */
  configure(settings: TableSettings): void {
    if (settings.stream !== this.#settings.stream) {
      this.#stream =
        settings.stream === null
          ? null
          : new Stream(this.#world, this.arn, settings.stream, this.#world.now());
    }
    this.#settings = settings;
  }

  /** Makes the changes and passes their records on, in order. */
  commit(changes: readonly Change[], expired = false): void {
    this.table.commit(changes);
    const stream = this.#stream;
    if (stream === null) return;
    const records = changes
      .map((change) => this.#record(change, stream.view, expired))
      .filter((record) => record !== null);
    stream.publish(records);
  }

  #record(change: Change, view: StreamView, expired: boolean): StreamRecord | null {
    const record = streamRecord(change, {
      view,
      region: this.#world.region,
      sequence: this.#sequence + 1,
      eventId: randomUUID().replaceAll('-', ''),
      now: this.#world.now(),
      expired,
    });
    if (record !== null) this.#sequence++;
    return record;
  }

  /** Removes what has expired. Nothing is removed while the table is unavailable. */
  sweep(): void {
    const attribute = this.#settings.timeToLive;
    if (attribute === null || this.#availability !== 'ok') return;
    const changes = expiredChanges(this.table, attribute, this.#world.now());
    if (changes.length > 0) this.commit(changes, true);
  }

  /** Requests that hang are answered 503 once the table leaves `hang`. */
  setAvailable(mode: Availability): void {
    this.#availability = mode;
    if (mode !== 'hang') this.release();
  }

  release(): void {
    for (const answer of this.#hanging) answer();
    this.#hanging.clear();
  }

  /** Resolves at once for a table that answers. Throws AwsError `ServiceUnavailable` (503) for one that refuses. */
  async answering(): Promise<void> {
    if (this.#availability === 'ok') return;
    if (this.#availability === 'hang') {
      await new Promise<void>((resolve) => this.#hanging.add(resolve));
    }
    throw new AwsError('ServiceUnavailable', 'DynamoDB is currently unavailable', { status: 503 });
  }
}
