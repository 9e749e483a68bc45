/** Invalidates keys of one shard: drives `protocol/invalidation.ts` over the link, the journal and the leases. */

import {
  afterDelivery,
  afterRenewal,
  afterReport,
  afterSettling,
  afterWaiting,
  beginInvalidation,
  beginRecorded,
  type Invalidation,
  isDestination,
  isLeased,
  reportOf,
} from '../../core/cache/protocol/index.ts';
import { CacheError } from './errors.ts';
import { answerOf, type CacheParts, sightOf, sleep } from './parts.ts';
import type { Recorded } from './ports.ts';
import type { Command } from './shard-link.ts';

export interface InvalidationWish {
  readonly shard: number;
  /** The names of the keys as they stand on the shard. */
  readonly names: readonly string[];
  /** What makes the shard forget them. */
  readonly command: Command<void>;
}

export interface Invalidated {
  readonly how: 'delivered' | 'journaled';
  readonly epoch: number;
}

type At<Step extends Invalidation['step']> = Invalidation & { readonly step: Step };

export class Invalidator {
  readonly #parts: CacheParts;

  constructor(parts: CacheParts) {
    this.#parts = parts;
  }

  /** Resolves when it is acknowledged. @throws CacheError `not-invalidated` */
  async invalidate(wish: InvalidationWish): Promise<Invalidated> {
    const sight = sightOf(this.#parts, wish.shard);
    return this.#drive(wish, beginInvalidation(sight));
  }

  /** As `invalidate`, after the transaction that recorded it has committed. */
  async deliver(wish: InvalidationWish, { row, ids }: Recorded): Promise<Invalidated> {
    const { leases, limits, journal } = this.#parts;
    leases.tell(row);
    const sight = sightOf(this.#parts, wish.shard);
    const invalidated = await this.#drive(wish, beginRecorded(row, sight, limits.leases));
    if (invalidated.how === 'delivered') {
      await answerOf(this.#parts, () => journal.remove(wish.shard, invalidated.epoch, ids));
    }
    return invalidated;
  }

  /** Every turn of the loop is bounded: attempts by their number, waiting by its end. */
  async #drive(wish: InvalidationWish, begun: Invalidation): Promise<Invalidated> {
    let state = begun;
    for (;;) {
      if (state.step === 'done') return { how: state.how, epoch: state.epoch };
      if (state.step === 'failed') throw refusal(wish, state);
      state = await this.#next(wish, state);
    }
  }

  async #next(wish: InvalidationWish, state: Invalidation): Promise<Invalidation> {
    switch (state.step) {
      case 'deliver':
        return this.#delivered(wish, state);
      case 'renew':
        return afterRenewal(state, await this.#parts.leases.renew(), sightOf(this.#parts, wish.shard));
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

  /** What the decision was made for may have changed: then it counts as not delivered. */
  async #delivered(wish: InvalidationWish, state: At<'deliver'>): Promise<Invalidation> {
    const { view, incarnation, now } = sightOf(this.#parts, wish.shard);
    const isSame = view.row.epoch === state.epoch && isDestination(view.row, incarnation);
    const mayDeliver = isSame && incarnation !== null && isLeased(view, now);
    const link = this.#parts.links[wish.shard]!;
    const answered = mayDeliver ? await link.run(incarnation, wish.command) : null;
    return afterDelivery(state, answered !== null);
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
    await sleep(clock, Math.min(limits.settlePollMs, state.until - clock.now()));
    return afterWaiting(state, leases.view(wish.shard), clock.now());
  }

  async #settled(wish: InvalidationWish, state: At<'settle'>): Promise<Invalidation> {
    const { epoch, waitedOut } = state;
    const { epochs, leases } = this.#parts;
    const row = await answerOf(this.#parts, () => epochs.settle({ shard: wish.shard, epoch, waitedOut }));
    if (row) leases.tell(row);
    return afterSettling(state, row);
  }
}

const WHY = {
  'journal-unavailable': 'the journal did not answer',
  'shard-unsteady': 'the shard was closed and opened again and again',
} as const;

function refusal(wish: InvalidationWish, state: At<'failed'>): CacheError {
  const message = `${wish.names.length} key(s) of shard ${wish.shard} are not invalidated: ${WHY[state.why]}`;
  return new CacheError('not-invalidated', `${message}. Delete them again`);
}
