/** The tables of the protocol in virtual time: the transactions of `ledger.ts`, with a database that may be away. */

import {
  addShards,
  advanceGrowth,
  close,
  forget,
  type Ledger,
  list,
  newLedger,
  open,
  record,
  register,
  remove,
  renew,
  report,
  type Result,
  serve,
  settle,
  startGrowth,
  turnGrowth,
} from '../../../../core/cache/protocol/index.ts';
import type { EpochStore, Journal, RingStore } from '../../../../runtime/cache/index.ts';
import type { VirtualClock } from '../../simulated/virtual-clock.ts';

export class Tables implements EpochStore, Journal, RingStore {
  readonly #clock: VirtualClock;
  ledger: Ledger;
  /** Nothing is answered. */
  isAway = false;
  hopMs = 1;
  renewals = 0;
  removals = 0;
  /** When the newest renewal was answered. */
  answeredAt = 0;
  /** The shards that invalidations were recorded for, in their order. */
  recorded: number[] = [];

  constructor(clock: VirtualClock, shards: number) {
    this.#clock = clock;
    this.ledger = newLedger(shards);
  }

  register(id: string): ReturnType<EpochStore['register']> {
    return this.#transact((ledger) => register(ledger, id));
  }

  renew(holder: Parameters<EpochStore['renew']>[0]): ReturnType<EpochStore['renew']> {
    this.renewals += 1;
    const renewed = this.#transact((ledger) => renew(ledger, holder));
    void renewed.then(() => {
      this.answeredAt = this.#clock.now();
    });
    return renewed;
  }

  holders(): ReturnType<EpochStore['holders']> {
    return this.#transact((ledger) => [ledger, ledger.holders]);
  }

  forget(id: string, sequence: number): Promise<void> {
    return this.#transact((ledger) => forget(ledger, id, sequence));
  }

  close(shard: number, epoch: number): ReturnType<EpochStore['close']> {
    return this.#transact((ledger) => close(ledger, shard, epoch));
  }

  settle(from: Parameters<EpochStore['settle']>[0]): ReturnType<EpochStore['settle']> {
    return this.#transact((ledger) => settle(ledger, from));
  }

  open(shard: number, epoch: number, candidate: string): ReturnType<EpochStore['open']> {
    return this.#transact((ledger) => open(ledger, shard, epoch, candidate));
  }

  serve(from: Parameters<EpochStore['serve']>[0]): ReturnType<EpochStore['serve']> {
    return this.#transact((ledger) => serve(ledger, from));
  }

  record(_session: unknown, shard: number, keys: readonly string[]): ReturnType<Journal['record']> {
    this.recorded.push(shard);
    return this.#transact((ledger) => {
      const [after, row] = record(ledger, shard, keys);
      const ids = keys.map((_, at) => ledger.nextId + at);
      return [after, { row, ring: ledger.ring, ids }];
    });
  }

  report(what: Parameters<Journal['report']>[0]): ReturnType<Journal['report']> {
    return this.#transact((ledger) => report(ledger, what));
  }

  list(shard: number): ReturnType<Journal['list']> {
    return this.#transact((ledger) => [ledger, list(ledger, shard)]);
  }

  remove(shard: number, epoch: number, applied: readonly number[]): Promise<void> {
    this.removals += 1;
    return this.#transact((ledger) => remove(ledger, shard, epoch, applied));
  }

  growth(): ReturnType<RingStore['growth']> {
    return this.#transact((ledger) => [ledger, ledger]);
  }

  addShards(count: number): Promise<void> {
    return this.#transact((ledger) => addShards(ledger, count));
  }

  startGrowth(start: Parameters<RingStore['startGrowth']>[0]): ReturnType<RingStore['startGrowth']> {
    return this.#transact((ledger) => startGrowth(ledger, start));
  }

  advanceGrowth(from: Parameters<RingStore['advanceGrowth']>[0]): ReturnType<RingStore['advanceGrowth']> {
    return this.#transact((ledger) => advanceGrowth(ledger, from));
  }

  turnGrowth(epoch: number): ReturnType<RingStore['turnGrowth']> {
    return this.#transact((ledger) => turnGrowth(ledger, epoch));
  }

  #transact<Answer>(transaction: (ledger: Ledger) => Result<Answer>): Promise<Answer> {
    return new Promise((resolve) => {
      this.#clock.after(this.hopMs, () => {
        if (this.isAway) return;
        const [ledger, answer] = transaction(this.ledger);
        this.ledger = ledger;
        this.#clock.after(this.hopMs, () => {
          if (!this.isAway) resolve(answer);
        });
      });
    });
  }
}
