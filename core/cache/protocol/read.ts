/**
 * One read through the cache, step by step. Each function takes what happened and returns what to do next; whoever
 * drives it does that, and comes back with the outcome.
 *
 * The promise: a read never returns a value older than a write whose invalidation was acknowledged before the read
 * began, provided that `load` sees every write committed before it.
 */

import type { Asked } from './entry.ts';
import { mayServe, type ShardView } from './view.ts';

/** The right to store one value. */
export interface Fill {
  readonly token: string;
  readonly epoch: number;
}

export type Read<Value> =
  /** Ask the shard, and take the fill where there is no value. */
  | { readonly step: 'ask'; readonly fill: Fill }
  /** Load from where the truth is. */
  | { readonly step: 'load'; readonly fill: Fill | null }
  /** Somebody fills it: begin again after a while, or load without storing. */
  | { readonly step: 'wait' }
  | { readonly step: 'store'; readonly fill: Fill; readonly value: Value }
  /**
   * `isCurrent`: nothing had invalidated it when it was stored, so it may be given to reads that began meanwhile.
   * A hit may not: the shard may have answered before they began.
   */
  | {
      readonly step: 'done';
      readonly value: Value;
      readonly from: 'cache' | 'load';
      readonly isCurrent: boolean;
    };

/** How the process sees the shard at a moment. */
export interface Sight {
  readonly view: ShardView;
  /** The server process behind the connection; null where the shard is not to be asked. */
  readonly incarnation: string | null;
  readonly now: number;
}

/** Of a key that the ring has placed on the shard. */
export interface ReadSight extends Sight {
  /** The ring that placed it there is the one in force, under a lease. */
  readonly isPlaced: boolean;
}

/** `token` is unique among all processes and all time. */
export function beginRead<Value>(sight: ReadSight, token: string): Read<Value> {
  if (!maySee(sight)) return { step: 'load', fill: null };
  return { step: 'ask', fill: { token, epoch: sight.view.row.epoch } };
}

/**
 * The shard's answer; null for none in time. A hit counts only while the lease it was asked under is in force, and
 * the ring that placed the key.
 */
export function afterAsk<Value>(fill: Fill, asked: Asked<Value> | null, sight: ReadSight): Read<Value> {
  if (!asked || !isStill(fill, sight)) return { step: 'load', fill: null };
  if (asked.kind === 'value') return { step: 'done', value: asked.value, from: 'cache', isCurrent: false };
  return asked.kind === 'fill' ? { step: 'load', fill } : { step: 'wait' };
}

export function afterLoad<Value>(fill: Fill | null, value: Value, sight: ReadSight): Read<Value> {
  if (fill && isStill(fill, sight)) return { step: 'store', fill, value };
  return { step: 'done', value, from: 'load', isCurrent: false };
}

/** Whether it was stored; null for no answer in time. */
export function afterStore<Value>(
  fill: Fill,
  value: Value,
  stored: boolean | null,
  sight: ReadSight,
): Read<Value> {
  return { step: 'done', value, from: 'load', isCurrent: stored === true && isStill(fill, sight) };
}

function maySee({ view, incarnation, now, isPlaced }: ReadSight): boolean {
  return isPlaced && mayServe(view, incarnation, now);
}

function isStill(fill: Fill, sight: ReadSight): boolean {
  return maySee(sight) && sight.view.row.epoch === fill.epoch;
}
