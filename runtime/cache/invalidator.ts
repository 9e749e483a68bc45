/** Invalidates keys of one shard: drives `protocol/invalidation.ts` over the link, the journal and the leases. */

import { keyOfName } from '../../core/cache/index.ts';
import {
  afterDelivery,
  afterRenewal,
  afterReport,
  afterSettling,
  afterTelling,
  afterWaiting,
  beginInvalidation,
  beginRecorded,
  type Invalidation,
  isOnlyUnconnected,
  mayDeliver,
  mayTell,
  reportOf,
} from '../../core/cache/protocol/index.ts';
import { CacheError } from './errors.ts';
import { answerOf, type CacheParts, sightOf, sleep } from './parts.ts';
import type { Recorded } from './ports.ts';
import { Removals } from './removals.ts';
import type { Command } from './shard-link.ts';

export interface InvalidationWish {
  readonly shard: number;
  /** The names of the keys as they stand on the shard. */
  readonly names: readonly string[];
  /**
   * What makes the shard forget them. It is sent once: a token that is put a second time, late, would let in what was
   * to be stored for the first. @default - they are deleted, which may be done again
   */
  readonly command?: Command<void>;
}

export interface Invalidated {
  readonly how: 'delivered' | 'journaled';
  readonly epoch: number;
}

type At<Step extends Invalidation['step']> = Invalidation & { readonly step: Step };

/** A wish, and until when its shard is waited for rather than closed. */
interface Driven extends InvalidationWish {
  readonly triedUntil: number;
}

/** Deliveries of one invalidation under one epoch. */
const TRIES_MAX = 4;
/** Between two looks at whether the connection is there again. */
const CONNECTED_POLL_MS = 10;

export class Invalidator {
  readonly #parts: CacheParts;
  readonly #removals: Removals;

  constructor(parts: CacheParts) {
    this.#parts = parts;
    this.#removals = new Removals(parts);
  }

  /** Resolves when it is acknowledged. @throws CacheError `not-invalidated` */
  async invalidate(wish: InvalidationWish): Promise<Invalidated> {
    const driven = this.#driven(wish);
    await this.#connected(driven);
    return this.#drive(driven, beginInvalidation(sightOf(this.#parts, wish.shard)));
  }

  /** As `invalidate`, after the transaction that recorded it has committed. */
  async deliver(wish: InvalidationWish, { row, ids }: Recorded): Promise<Invalidated> {
    const { leases, limits } = this.#parts;
    leases.tell(row);
    const driven = this.#driven(wish);
    await this.#connected(driven);
    const sight = sightOf(this.#parts, wish.shard);
    const invalidated = await this.#drive(driven, beginRecorded(row, sight, limits.leases));
    const { how, epoch } = invalidated;
    if (how === 'delivered') this.#removals.add({ shard: wish.shard, epoch, ids });
    return invalidated;
  }

  /** What was delivered has left the journal, as far as the database answers. */
  done(): Promise<void> {
    return this.#removals.done();
  }

  #driven(wish: InvalidationWish): Driven {
    const { clock, limits } = this.#parts;
    return { ...wish, triedUntil: clock.now() + limits.deliveryMs };
  }

  /** Every turn of the loop is bounded: attempts by their number, waiting by its end. */
  async #drive(wish: Driven, begun: Invalidation): Promise<Invalidated> {
    let state = begun;
    for (;;) {
      if (state.step === 'done') return { how: state.how, epoch: state.epoch };
      if (state.step === 'failed') throw refusal(wish, state);
      state = await this.#next(wish, state);
    }
  }

  async #next(wish: Driven, state: Invalidation): Promise<Invalidation> {
    switch (state.step) {
      case 'deliver':
        return this.#delivered(wish, state);
      case 'renew':
        return this.#renewed(wish, state);
      case 'report':
        return this.#reported(wish, state);
      case 'wait':
        return this.#waited(wish, state);
      case 'settle':
        return this.#settled(wish, state);
      default:
        return state;
    }
  }

  /**
   * A command that was not answered in time costs the connection, and another one is there within milliseconds. A shard
   * that is closed is missed for seconds by everybody: so the deletion is sent again first.
   */
  async #delivered(wish: Driven, state: At<'deliver'>): Promise<Invalidation> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const sight = sightOf(this.#parts, wish.shard);
      if (!mayDeliver(state, sight)) break;
      const { command = deletionOf(wish) } = wish;
      const answered = await this.#parts.links[wish.shard]!.run(sight.incarnation!, command);
      if (answered) return afterDelivery(state, true);
      if (wish.command) break;
      await this.#connected(wish);
    }
    return afterDelivery(state, false);
  }

  /** Resolves when there is a connection, or when waiting for one is of no use or has taken too long. */
  async #connected({ shard, triedUntil }: Driven): Promise<void> {
    const { clock, links } = this.#parts;
    if (!links[shard]) return;
    while (clock.now() < triedUntil && isOnlyUnconnected(sightOf(this.#parts, shard))) {
      await sleep(clock, CONNECTED_POLL_MS);
    }
  }

  async #renewed(wish: Driven, state: At<'renew'>): Promise<Invalidation> {
    const isRenewed = await this.#parts.leases.renew();
    await this.#connected(wish);
    return afterRenewal(state, isRenewed, sightOf(this.#parts, wish.shard));
  }

  async #reported(wish: InvalidationWish, state: At<'report'>): Promise<Invalidation> {
    const { journal, leases, limits } = this.#parts;
    const report = reportOf(state, wish.shard, wish.names);
    const reported = await answerOf(this.#parts, () => journal.report(report));
    if (reported) leases.tell(reported.row);
    return afterReport(state, reported, sightOf(this.#parts, wish.shard), limits.leases);
  }

  async #waited(wish: InvalidationWish, state: At<'wait'>): Promise<Invalidation> {
    const { clock, limits, leases } = this.#parts;
    if (await this.#isTold(wish, state)) return afterTelling(state, true);
    await sleep(clock, Math.min(limits.settlePollMs, state.until - clock.now()));
    return afterWaiting(state, leases.view(wish.shard), clock.now());
  }

  /** The process that others may still serve from has forgotten the keys: nobody has to be waited for. */
  async #isTold(wish: InvalidationWish, state: At<'wait'>): Promise<boolean> {
    const incarnation = mayTell(state, sightOf(this.#parts, wish.shard));
    if (incarnation === null) return false;
    return (await this.#parts.links[wish.shard]!.run(incarnation, deletionOf(wish))) !== null;
  }

  async #settled(wish: InvalidationWish, state: At<'settle'>): Promise<Invalidation> {
    const { epoch, waitedOut } = state;
    const { epochs, leases } = this.#parts;
    const row = await answerOf(this.#parts, () => epochs.settle({ shard: wish.shard, epoch, waitedOut }));
    if (row) leases.tell(row);
    return afterSettling(state, row);
  }
}

function deletionOf({ names }: InvalidationWish): Command<void> {
  return (connection) => connection.delete(names.map((name) => keyOfName(name)));
}

const WHY = {
  'journal-unavailable': 'the journal did not answer',
  'shard-unsteady': 'the shard was closed and opened again and again',
} as const;

function refusal(wish: InvalidationWish, state: At<'failed'>): CacheError {
  const message = `${wish.names.length} key(s) of shard ${wish.shard} are not invalidated: ${WHY[state.why]}`;
  return new CacheError('not-invalidated', `${message}. Delete them again`);
}
