/**
 * The tokens of loads on their shards: taken in the place of a value that is missing, or in that of the stamp of one
 * that is past its time; shown to be alive while the load is under way; given up for the value, or for nothing.
 */

import { markOf, type ReadEntry, readEntry, valueEntry } from '../../core/cache/index.ts';
import { afterAsk, type Asked, beginRead, type Fill } from '../../core/cache/protocol/index.ts';
import type { Cancel } from '../ports.ts';
import { type CacheParts, readSightOf } from './parts.ts';
import type { Place } from './placing.ts';

export type ValueEntry = ReadEntry & { readonly kind: 'value' };

/** A fill, the server process that gave it, and the letter that its token stands under. */
export interface HeldFill extends Fill {
  /** Under the letter R it is another one now and then. */
  token: string;
  readonly incarnation: string;
  readonly letter: 'F' | 'R';
}

export type Found =
  | { readonly kind: 'load'; readonly held: HeldFill | null }
  | { readonly kind: 'value'; readonly entry: ValueEntry; readonly held: HeldFill }
  /** Somebody fills it. */
  | { readonly kind: 'busy' };

/** A token is put again after so long a wait for a place, as a part of its time. */
const RENEW_RATIO = 0.1;

export class FillTokens {
  readonly #parts: CacheParts;

  constructor(parts: CacheParts) {
    this.#parts = parts;
  }

  async take({ shard, ring, key }: Place): Promise<Found> {
    const { limits, links, stamp } = this.#parts;
    const placed = { shard, ring };
    const sight = readSightOf(this.#parts, placed);
    const read = beginRead<ValueEntry>(sight, stamp());
    if (read.step !== 'ask' || sight.incarnation === null) return { kind: 'load', held: null };
    const { fill } = read;
    const answered = await links[shard]!.run(sight.incarnation, (connection) =>
      connection.ask(key, markOf('F', fill.token), limits.fillMs),
    );
    const asked = answered && askedOf(answered.answer);
    const next = afterAsk(fill, asked, readSightOf(this.#parts, placed));
    const held = { ...fill, incarnation: sight.incarnation };
    if (next.step === 'done') return { kind: 'value', entry: next.value, held: { ...held, letter: 'R' } };
    if (next.step !== 'load') return { kind: 'busy' };
    return { kind: 'load', held: next.fill && { ...held, letter: 'F' } };
  }

  /** For a value that is loaded anew while it is served; null when the shard is not to be asked. */
  anew(place: Place): HeldFill | null {
    const sight = readSightOf(this.#parts, place);
    const read = beginRead(sight, this.#parts.stamp());
    if (read.step !== 'ask' || sight.incarnation === null) return null;
    return { ...read.fill, incarnation: sight.incarnation, letter: 'R' };
  }

  /** Puts the token in the place of the entry's stamp; false when the entry is not what it was, or without an answer. */
  async putInto({ shard, key }: Place, entry: ValueEntry, held: HeldFill): Promise<boolean> {
    const before = markOf(entry.isRefreshing ? 'R' : 'V', entry.stamp);
    const taken = await this.#parts.links[shard]!.run(held.incarnation, (connection) =>
      connection.restamp(key, before, markOf('R', held.token)),
    );
    return taken?.answer ?? false;
  }

  /** Shows that the load is alive: once its token is given up, somebody else loads too. */
  keptAlive(place: Place, held: HeldFill | null, waitedMs: number): Cancel {
    if (!held) return () => {};
    const { clock, limits } = this.#parts;
    let cancel: Cancel = () => {};
    const renew = (): void => {
      void this.#putAgain(place, held);
      cancel = clock.after(limits.fillMs / 2, renew, 'background');
    };
    if (waitedMs >= limits.fillMs * RENEW_RATIO) renew();
    else cancel = clock.after(limits.fillMs / 2, renew, 'background');
    return () => cancel();
  }

  /** A fill is given its time again; a value that is loaded anew has no time of its own, so its stamp changes. */
  async #putAgain({ shard, key }: Place, held: HeldFill): Promise<void> {
    const { links, limits, stamp } = this.#parts;
    const mark = markOf(held.letter, held.token);
    if (held.letter === 'R') held.token = stamp();
    const next = markOf(held.letter, held.token);
    await links[shard]!.run(held.incarnation, (connection) =>
      held.letter === 'F'
        ? connection.exchange(key, mark, next, limits.fillMs)
        : connection.restamp(key, mark, next),
    );
  }

  /** The value in exchange for the token; null when there was no answer. */
  async store(
    { shard, key }: Place,
    { token, incarnation, letter }: HeldFill,
    value: { readonly body: Uint8Array; readonly freshMs: number; readonly keptMs: number },
  ): Promise<boolean | null> {
    const { clock, links } = this.#parts;
    const entry = valueEntry(token, clock.epoch() + value.freshMs, value.body);
    const answered = await links[shard]!.run(incarnation, (connection) =>
      connection.exchange(key, markOf(letter, token), entry, value.keptMs),
    );
    return answered && answered.answer;
  }

  /** Lets others load at once instead of after the fill's time. */
  async release({ shard, key }: Place, { token, incarnation, letter }: HeldFill): Promise<void> {
    const mark = markOf(letter, token);
    await this.#parts.links[shard]!.run(incarnation, (connection) =>
      letter === 'F'
        ? connection.exchange(key, mark, mark, 1)
        : connection.restamp(key, mark, markOf('V', token)),
    );
  }
}

/** What nobody of us has written is in nobody's way: it is loaded past it. */
function askedOf(bytes: Uint8Array | null): Asked<ValueEntry> | null {
  if (!bytes) return { kind: 'fill' };
  const entry = readEntry(bytes);
  if (!entry) return null;
  return entry.kind === 'value' ? { kind: 'value', value: entry } : { kind: 'busy' };
}
