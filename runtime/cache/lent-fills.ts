/**
 * Fills that are lent to somebody outside of this process: whoever asks for a key that is missing is given its token,
 * loads elsewhere, and stores what it loaded in exchange. A deletion takes the token away, as it does to any fill.
 */

import { type CacheValue, deserialize, STAMP_LENGTH } from '../../core/cache/index.ts';
import { afterLoad } from '../../core/cache/protocol/index.ts';
import { InvalidInput } from '../../core/errors.ts';
import { FillTokens, type HeldFill } from './fill-tokens.ts';
import { type CacheParts, readSightOf } from './parts.ts';
import type { Place } from './placing.ts';

export type Lent =
  | { readonly kind: 'value'; readonly value: CacheValue }
  /** Load, then store with `fill`, which is worth something for `fillMs`; null: load, and store nothing. */
  | { readonly kind: 'fill'; readonly fill: string | null }
  /** Somebody loads it. */
  | { readonly kind: 'busy' };

export interface LentValue {
  readonly body: Uint8Array;
  readonly ttlMs: number;
  readonly staleMs: number;
}

const FILL = new RegExp(
  `^([FR])\\.([0-9]{1,15})\\.([0-9]{1,15})\\.([0-9a-z]{${STAMP_LENGTH}})\\.([0-9A-Za-z-]{1,64})$`,
);

export class LentFills {
  readonly #parts: CacheParts;
  readonly #tokens: FillTokens;

  constructor(parts: CacheParts) {
    this.#parts = parts;
    this.#tokens = new FillTokens(parts);
  }

  async ask(place: Place): Promise<Lent> {
    const found = await this.#tokens.take(place);
    if (found.kind === 'busy') return found;
    if (found.kind === 'load') return { kind: 'fill', fill: found.held && textOf(place, found.held) };
    const { entry, held } = found;
    const cached = deserialize(entry.body);
    if (cached && entry.freshUntil >= this.#parts.clock.epoch())
      return { kind: 'value', value: cached.value };
    // Past its time. Whoever loads it anew already may be dead: nobody is made to wait for that.
    const isTaken = !entry.isRefreshing && (await this.#tokens.putInto(place, entry, held));
    return { kind: 'fill', fill: isTaken ? textOf(place, held) : null };
  }

  /** False when the token is gone, or may be. @throws InvalidInput for a text that is no fill */
  async store(place: Place, fill: string, { body, ttlMs, staleMs }: LentValue): Promise<boolean> {
    const { ring, held } = heldOf(fill);
    if (ring !== place.ring) return false;
    const next = afterLoad(held, null, readSightOf(this.#parts, place));
    if (next.step !== 'store') {
      await this.#tokens.release(place, held);
      return false;
    }
    const { random, limits } = this.#parts;
    const freshMs = Math.max(1, Math.floor(ttlMs * (1 - limits.ttlJitterRatio * random())));
    return (await this.#tokens.store(place, held, { body, freshMs, keptMs: freshMs + staleMs })) ?? false;
  }
}

function textOf({ ring }: Place, { letter, epoch, token, incarnation }: HeldFill): string {
  return [letter, ring, epoch, token, incarnation].join('.');
}

function heldOf(fill: string): { readonly ring: number; readonly held: HeldFill } {
  const match = FILL.exec(fill);
  if (match === null) {
    const rule = 'is no fill that this cache has given';
    throw new InvalidInput('The fill', [
      { field: 'fill', value: fill, rule, fix: 'give it as it was answered' },
    ]);
  }
  const [, letter, ring, epoch, token, incarnation] = match;
  return {
    ring: Number(ring),
    held: {
      letter: letter === 'R' ? 'R' : 'F',
      epoch: Number(epoch),
      token: token!,
      incarnation: incarnation!,
    },
  };
}
