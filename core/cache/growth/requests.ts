/** What an operator who doubles the shards asks of the callable front, and what that answers: JSON both ways. */

import { type Fault } from '../../errors.ts';
import {
  type Holder,
  type Purge,
  RING_PARTS_MAX,
  type RingRow,
  type RingStart,
  type ShardRow,
} from '../protocol/index.ts';
import { SHARDS_MAX } from '../shard.ts';

/** How far a purge has come: on this process of the server, at this cursor of SCAN. */
export interface PurgeCursor {
  readonly incarnation: string;
  readonly at: string;
}

export type GrowthRequest =
  | { readonly do: 'look' }
  /** Adds the rows of shards up to this number. */
  | { readonly do: 'add-shards'; readonly count: number }
  | { readonly do: 'start'; readonly start: RingStart }
  | { readonly do: 'advance'; readonly epoch: number; readonly waitedOut: boolean }
  | { readonly do: 'turn'; readonly epoch: number }
  /** Goes on from the cursor for some seconds. Null: from the beginning. */
  | {
      readonly do: 'purge';
      readonly epoch: number;
      readonly purge: Purge;
      readonly cursor: PurgeCursor | null;
    };

export type SeenHolder = Pick<Holder, 'id' | 'ring' | 'knows' | 'hits' | 'misses'>;

export interface GrowthLook {
  readonly ring: RingRow;
  readonly rows: readonly ShardRow[];
  readonly holders: readonly SeenHolder[];
  /** The number of shards that the front has the endpoints of: as many as are deployed. */
  readonly knows: number;
}

export interface PurgeAnswer {
  /**
   * - `done`: the process that is trusted has no key of the part that was there when the purge began.
   * - `going`: ask again with the cursor.
   * - `not-serving`: the shard does not serve, or the front does not reach it: ask again later.
   * - `moved`: the ring is at another epoch.
   */
  readonly state: 'done' | 'going' | 'not-serving' | 'moved';
  readonly cursor: PurgeCursor | null;
  readonly scanned: number;
  readonly deleted: number;
}

export type GrowthAnswer =
  | ({ readonly do: 'look' } & GrowthLook)
  | { readonly do: 'add-shards' }
  /** The ring afterwards, whoever has moved it. */
  | { readonly do: 'start' | 'advance' | 'turn'; readonly ring: RingRow }
  | ({ readonly do: 'purge' } & PurgeAnswer);

const KINDS = ['look', 'add-shards', 'start', 'advance', 'turn', 'purge'];

/** What is wrong with a request; nothing when it is a `GrowthRequest`. */
export function growthRequestFaults(field: string, value: unknown): readonly Fault[] {
  const fields = recordOf(value);
  const kind = fields?.['do'];
  if (!fields || typeof kind !== 'string' || !KINDS.includes(kind)) {
    return [{ field: `${field}.do`, value: kind, rule: `must be one of ${KINDS.join(', ')}`, fix: FIX }];
  }
  const checks: Readonly<Record<string, readonly (readonly [name: string, isRight: boolean])[]>> = {
    look: [],
    'add-shards': [['count', isWhole(fields['count'], 1, SHARDS_MAX)]],
    start: [['start', isStart(fields['start'])]],
    advance: [
      ['epoch', isWhole(fields['epoch'], 1)],
      ['waitedOut', typeof fields['waitedOut'] === 'boolean'],
    ],
    turn: [['epoch', isWhole(fields['epoch'], 1)]],
    purge: [
      ['epoch', isWhole(fields['epoch'], 1)],
      ['purge', isPurge(fields['purge'])],
      ['cursor', fields['cursor'] === null || isCursor(fields['cursor'])],
    ],
  };
  return (checks[kind] ?? []).flatMap(([name, isRight]): Fault[] =>
    isRight
      ? []
      : [{ field: `${field}.${name}`, value: fields[name], rule: 'is not what it must be', fix: FIX }],
  );
}

const FIX = 'use the command `understudy cache grow` of this version';

function isStart(value: unknown): boolean {
  const start = recordOf(value);
  const ratio = start?.['hitRatio'];
  const isRatio = ratio === null || (typeof ratio === 'number' && ratio >= 0 && ratio <= 1);
  return (
    start !== null &&
    isRatio &&
    isWhole(start['epoch'], 1) &&
    isWhole(start['target'], 2, SHARDS_MAX) &&
    isWhole(start['parts'], 1, RING_PARTS_MAX)
  );
}

function isPurge(value: unknown): boolean {
  const purge = recordOf(value);
  return (
    purge !== null &&
    isWhole(purge['shard'], 0, SHARDS_MAX - 1) &&
    isWhole(purge['part'], 0, RING_PARTS_MAX - 1)
  );
}

function isCursor(value: unknown): boolean {
  const cursor = recordOf(value);
  return (
    cursor !== null && typeof cursor['incarnation'] === 'string' && /^\d{1,20}$/.test(String(cursor['at']))
  );
}

function isWhole(value: unknown, min: number, max: number = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}
