/**
 * What the callable front does for an operator who doubles the shards: the transactions on the ring, and the purges.
 * It keeps nothing between two requests, so it does not matter which instance of the function answers.
 */

import { slotOf } from '../../core/cache/index.ts';
import type { GrowthAnswer, GrowthRequest, PurgeAnswer, PurgeCursor } from '../../core/cache/growth/index.ts';
import { isPurged, type Purge, type RingRow } from '../../core/cache/protocol/index.ts';
import { within } from '../bounded.ts';
import type { Clock } from '../ports.ts';
import type { RingStore, ScanConnection, ScanConnector } from './ports.ts';

export interface GrowthLimits {
  /** One request purges for so long, then answers how far it has come. @default 5000 */
  readonly purgeMs: number;
  /** A command of a purge without an answer for so long has failed. @default 1000 */
  readonly commandMs: number;
  /** Keys that one SCAN is asked for, and that one deletion takes at most. @default 500 */
  readonly keysMax: number;
}

export const GROWTH_DEFAULTS: GrowthLimits = { purgeMs: 5000, commandMs: 1000, keysMax: 500 };

export interface GrowthPorts {
  readonly ring: RingStore;
  readonly connector: ScanConnector;
  readonly clock: Clock;
}

interface Purging {
  readonly ring: RingRow;
  readonly purge: Purge;
  readonly cursor: PurgeCursor;
}

export class Growth {
  readonly #ports: GrowthPorts;
  readonly #knows: number;
  readonly #limits: GrowthLimits;

  /** @param knows the number of shards that this process has the endpoints of */
  constructor(ports: GrowthPorts, knows: number, limits: Partial<GrowthLimits> = {}) {
    this.#ports = ports;
    this.#knows = knows;
    this.#limits = { ...GROWTH_DEFAULTS, ...limits };
  }

  /** Rejects when the database does not answer. A request that is wrong is refused before, by `growthRequestFaults`. */
  async answer(request: GrowthRequest): Promise<GrowthAnswer> {
    const { ring } = this.#ports;
    switch (request.do) {
      case 'look': {
        const seen = await ring.growth();
        const holders = seen.holders.map(({ id, ring: epoch, knows, hits, misses }) => ({
          id,
          ring: epoch,
          knows,
          hits,
          misses,
        }));
        return { do: 'look', ring: seen.ring, rows: seen.rows, holders, knows: this.#knows };
      }
      case 'add-shards':
        await ring.addShards(request.count);
        return { do: 'add-shards' };
      case 'start':
        return { do: 'start', ring: await ring.startGrowth(request.start) };
      case 'advance':
        return { do: 'advance', ring: await ring.advanceGrowth(request) };
      case 'turn':
        return { do: 'turn', ring: await ring.turnGrowth(request.epoch) };
      default:
        return { do: 'purge', ...(await this.#purge(request)) };
    }
  }

  /** Only on the process that is trusted: another one is flushed before it serves. */
  async #purge({ epoch, purge, cursor }: GrowthRequest & { readonly do: 'purge' }): Promise<PurgeAnswer> {
    const { ring, rows } = await this.#ports.ring.growth();
    const nothing = { cursor, scanned: 0, deleted: 0 };
    if (ring.epoch !== epoch) return { state: 'moved', ...nothing };
    const row = rows.find(({ shard }) => shard === purge.shard);
    if (row?.state !== 'serving' || row.incarnation === null) return { state: 'not-serving', ...nothing };
    const from =
      cursor?.incarnation === row.incarnation ? cursor : { incarnation: row.incarnation, at: START };
    const connection = await this.#connect(purge.shard);
    if (!connection) return { state: 'not-serving', ...nothing };
    try {
      if (connection.incarnation !== row.incarnation) return { state: 'not-serving', ...nothing };
      return await this.#scan(connection, { ring, purge, cursor: from });
    } finally {
      connection.destroy();
    }
  }

  /** SCAN returns every key that is there from its beginning to its end. */
  async #scan(connection: ScanConnection, { ring, purge, cursor }: Purging): Promise<PurgeAnswer> {
    const { clock } = this.#ports;
    const { purgeMs, keysMax } = this.#limits;
    const until = clock.now() + purgeMs;
    let { at } = cursor;
    let scanned = 0;
    let deleted = 0;
    try {
      for (;;) {
        const found = await this.#bounded(connection.scan(at, keysMax));
        const keys = found.keys.filter((key) => isPurged(ring, purge, slotOf(key)));
        for (let from = 0; from < keys.length; from += keysMax) {
          await this.#bounded(connection.delete(keys.slice(from, from + keysMax)));
        }
        scanned += found.keys.length;
        deleted += keys.length;
        at = found.cursor;
        const state = at === START ? 'done' : 'going';
        if (state === 'done' || clock.now() >= until) {
          return { state, cursor: { ...cursor, at }, scanned, deleted };
        }
      }
    } catch {
      // What was not answered may have been done: it is done again from the last cursor.
      return { state: 'not-serving', cursor: { ...cursor, at }, scanned, deleted };
    }
  }

  async #connect(shard: number): Promise<ScanConnection | null> {
    try {
      return await this.#ports.connector.connect(shard, { timeoutMs: this.#limits.commandMs });
    } catch {
      return null;
    }
  }

  #bounded<T>(work: Promise<T>): Promise<T> {
    const { commandMs } = this.#limits;
    return within(this.#ports.clock, commandMs, work, () => new Error(`no answer within ${commandMs} ms`));
  }
}

/** Where SCAN begins, and what it answers when it is through. */
const START = '0';
