/** A table's stream: hands each record to every listener, in order, also when a listener writes to the table. */

import type { StreamView, StreamRecord as TwinRecord } from '../../twin/dynamodb/index.ts';
import type { StreamRecord, World } from '../kernel/index.ts';

export type Listener = (record: StreamRecord) => void;

export class Stream {
  readonly arn: string;
  readonly label: string;
  readonly view: StreamView;
  readonly #world: World;
  readonly #listeners = new Set<Listener>();
  readonly #waiting: StreamRecord[] = [];
  #delivering = false;

  constructor(world: World, tableArn: string, view: StreamView, now: number) {
    this.#world = world;
    this.view = view;
    this.label = new Date(now).toISOString().replace('Z', '');
    this.arn = `${tableArn}/stream/${this.label}`;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(records: readonly TwinRecord[]): void {
    this.#waiting.push(...records.map((record) => ({ ...record, eventSourceARN: this.arn })));
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let record = this.#waiting.shift(); record !== undefined; record = this.#waiting.shift()) {
        this.#deliver(record);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #deliver(record: StreamRecord): void {
    for (const listener of this.#listeners) {
      try {
        listener(record);
      } catch (error) {
        this.#world.log('dynamodb', 'a stream listener failed', { stream: this.arn, error: String(error) });
      }
    }
  }
}
