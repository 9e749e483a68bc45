/** A table's stream: hands each record to every listener, in order. */

import type { StreamView, StreamRecord as TwinRecord } from '../../twin/dynamodb/index.ts';
import type { StreamRecord, World } from '../kernel/index.ts';

export type Listener = (record: StreamRecord) => void;

export class Stream {
  readonly arn: string;
  readonly label: string;
  readonly view: StreamView;
  readonly #world: World;
  readonly #listeners = new Set<Listener>();

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

  /** A listener that writes to the table does so by a call, which is handled later: the order holds. */
  publish(records: readonly TwinRecord[]): void {
    for (const record of records) {
      for (const listener of this.#listeners)
        this.#deliver(listener, { ...record, eventSourceARN: this.arn });
    }
  }

  #deliver(listener: Listener, record: TwinRecord & { eventSourceARN: string }): void {
    try {
      listener(record);
    } catch (error) {
      this.#world.log('dynamodb', 'a stream listener failed', { stream: this.arn, error: String(error) });
    }
  }
}
