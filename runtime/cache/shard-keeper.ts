/**
 * Brings one shard back: drives `protocol/readmission.ts`. Every process runs one a shard; the transitions compare
 * epochs, so it does not matter who is first. Without any function of ours the cache heals all the same.
 */

import { keyOfName } from '../../core/cache/index.ts';
import {
  afterApplying,
  afterList,
  afterOpen,
  afterSettlingOf,
  afterSweeping,
  afterWatch,
  type JournalEntry,
  type Readmission,
  type ShardRow,
  WATCH,
} from '../../core/cache/protocol/index.ts';
import type { Cancel } from '../ports.ts';
import { answerOf, type CacheParts } from './parts.ts';

/** A shard that is closed again and again is opened later each time, up to 2^5 times the wait. */
const DOUBLINGS_MAX = 5;
/** Closings longer ago than this are forgotten. */
const FORGET_MS = 300_000;
/** Steps without a pause in between: a whole way back has fewer. */
const STEPS_MAX = 16;

type At<Step extends Readmission['step']> = Readmission & { readonly step: Step };

export class ShardKeeper {
  readonly #parts: CacheParts;
  readonly #shard: number;
  #state: Readmission = WATCH;
  #journal: readonly JournalEntry[] = [];
  #listedAt = Number.NEGATIVE_INFINITY;
  #wasServing = false;
  /** When it was closed, of late. */
  #closings: number[] = [];
  #isClosed = false;
  #cancel: Cancel = () => {};

  constructor(parts: CacheParts, shard: number) {
    this.#parts = parts;
    this.#shard = shard;
  }

  start(): void {
    const { clock, random, limits } = this.#parts;
    if (this.#isClosed) return;
    const waitMs = limits.keepMs * (0.5 + random());
    this.#cancel = clock.after(waitMs, () => void this.#keep(), 'background');
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #keep(): Promise<void> {
    for (let step = 0; step < STEPS_MAX && !this.#isClosed; step += 1) {
      const before = this.#state.step;
      this.#state = await this.#next(this.#state);
      if (before === 'watch' && this.#state.step === 'watch') break;
      if (before === 'settle') break;
    }
    this.start();
  }

  async #next(state: Readmission): Promise<Readmission> {
    switch (state.step) {
      case 'watch':
        return this.#watched(state);
      case 'list':
        return afterList(state, await this.#list(), this.#parts.limits.readmission);
      case 'apply':
      case 'flush':
        return this.#applied(state);
      case 'sweep':
        return afterSweeping(state, await this.#swept(state));
      default:
        return this.#transacted(state);
    }
  }

  async #watched({ seen }: At<'watch'>): Promise<Readmission> {
    const { leases, links, clock, limits } = this.#parts;
    const { row } = leases.view(this.#shard);
    const now = clock.now();
    this.#noteState(row.state === 'serving', now);
    if (row.epoch === 0) return WATCH;
    if (row.state === 'serving' && now - this.#listedAt >= limits.readmission.sweepMs) {
      this.#journal = (await this.#list()) ?? [];
      this.#listedAt = now;
    }
    const incarnation = links[this.#shard]!.incarnation;
    const { readmission } = limits;
    const closedMs = readmission.closedMs * 2 ** this.#doublings();
    const watched = { row, journal: this.#journal, incarnation, now };
    return afterWatch(seen, watched, { ...readmission, ...limits.leases, closedMs });
  }

  async #applied(state: At<'apply' | 'flush'>): Promise<Readmission> {
    const { row, entries } = state;
    if (!(await this.#isInnerInvalidated(entries))) return afterApplying(state, false);
    if (state.step === 'apply') return afterApplying(state, await this.#delete(row.candidate, entries));
    const link = this.#parts.links[this.#shard]!;
    const answered = row.candidate && (await link.run(row.candidate, (connection) => connection.flush()));
    return afterApplying(state, Boolean(answered));
  }

  async #swept({ row, entries }: At<'sweep'>): Promise<boolean> {
    return (await this.#isInnerInvalidated(entries)) && this.#delete(row.incarnation, entries);
  }

  /** What this shard is filled from no longer has it; the order is that of every invalidation of layers. */
  async #isInnerInvalidated(entries: readonly JournalEntry[]): Promise<boolean> {
    const { inner } = this.#parts.behind;
    if (!inner) return true;
    const names = [...new Set(entries.map(({ key }) => key))];
    const { keysPerCommandMax } = this.#parts.limits;
    try {
      for (let at = 0; at < names.length; at += keysPerCommandMax) {
        await inner.deleteNames(names.slice(at, at + keysPerCommandMax));
      }
      return true;
    } catch {
      return false;
    }
  }

  /** What the transaction answers is told to everybody in this process; what it means is seen by the next look. */
  async #transacted(state: At<'close' | 'settle' | 'open' | 'serve' | 'remove'>): Promise<Readmission> {
    const { epochs, journal } = this.#parts;
    const shard = this.#shard;
    switch (state.step) {
      case 'close':
        await this.#told(() => epochs.close(shard, state.epoch));
        return WATCH;
      case 'settle': {
        const { seen, waitedOut } = state;
        await this.#told(() => epochs.settle({ shard, epoch: seen.epoch, waitedOut }));
        return afterSettlingOf(state);
      }
      case 'open':
        return afterOpen(await this.#told(() => epochs.open(shard, state.epoch, state.candidate)));
      case 'serve':
        await this.#told(() => epochs.serve({ shard, epoch: state.epoch, applied: state.applied }));
        return WATCH;
      default:
        await answerOf(this.#parts, () => journal.remove(shard, state.epoch, state.applied));
        return WATCH;
    }
  }

  async #told<Row extends ShardRow | null>(transaction: () => Promise<Row>): Promise<Row | null> {
    const row = await answerOf(this.#parts, transaction);
    if (row) this.#parts.leases.tell(row);
    return row;
  }

  #list(): Promise<readonly JournalEntry[] | null> {
    return answerOf(this.#parts, () => this.#parts.journal.list(this.#shard));
  }

  /** True when this very process of the server has deleted all of them. */
  async #delete(incarnation: string | null, entries: readonly JournalEntry[]): Promise<boolean> {
    const { links, limits } = this.#parts;
    const keys = entries.map(({ key }) => keyOfName(key));
    for (let at = 0; at < keys.length; at += limits.keysPerCommandMax) {
      const some = keys.slice(at, at + limits.keysPerCommandMax);
      const link = links[this.#shard]!;
      const answered = incarnation && (await link.run(incarnation, (connection) => connection.delete(some)));
      if (!answered) return false;
    }
    return true;
  }

  #noteState(isServing: boolean, now: number): void {
    this.#closings = this.#closings.filter((at) => now - at < FORGET_MS);
    if (this.#wasServing && !isServing) this.#closings.push(now);
    this.#wasServing = isServing;
  }

  #doublings(): number {
    return Math.min(DOUBLINGS_MAX, Math.max(0, this.#closings.length - 1));
  }
}
