/**
 * The readers of one pool: who they are, how they do, and which connection serves the next read. Choice is random
 * over the members that may serve, first among those with a connection at hand.
 */

import {
  chooseWeighted,
  hasReached,
  LatencyWindow,
  MemberTracker,
  type Position,
  secondAttemptMs,
  shareOf,
  withinLag,
} from '../core/pools/index.ts';
import { ConnectionSet } from './connection-set.ts';
import type { DatabaseFailure } from './errors.ts';
import type { Clock, Connection, Connector, MemberView, Random } from './ports.ts';
import type { ReadPoolLimits } from './read-limits.ts';

export interface Reader {
  readonly id: string;
  readonly set: ConnectionSet;
  readonly latency: LatencyWindow;
  lagMs: number | null;
  lagging: boolean;
  position: Position | null;
}

/** Which readers a request may use. */
export interface Wish {
  /** Members it tried already. */
  readonly tried: ReadonlySet<string>;
  /** What the member must show; null for any. */
  readonly after: Position | null;
}

export interface ReadersOptions {
  readonly connector: Connector;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ReadPoolLimits;
  readonly available: () => void;
  /** A failure outside any request: an idle connection lost, a warm one that could not be made. */
  readonly failed: (memberId: string, failure: DatabaseFailure) => void;
}

export class Readers {
  readonly tracker: MemberTracker;
  readonly #options: ReadersOptions;
  readonly #readers = new Map<string, Reader>();
  #list: readonly Reader[] = [];
  #discovered = false;
  #noneLags = true;

  constructor(options: ReadersOptions) {
    this.#options = options;
    const { member, panicRatio } = options.limits;
    this.tracker = new MemberTracker({ member, panicRatio });
  }

  get list(): readonly Reader[] {
    return this.#list;
  }

  get(id: string): Reader | undefined {
    return this.#readers.get(id);
  }

  /** Takes over what the cluster looks like now. Readers of the first view serve at once, later ones are probed. */
  follow(members: readonly MemberView[]): void {
    const now = this.#options.clock.now();
    const views = members.filter((member) => member.role === 'reader');
    const named = new Set(views.map((view) => view.id));
    for (const reader of this.#list) if (!named.has(reader.id)) this.#remove(reader, now);
    for (const view of views) this.#update(view, now);
    const within = new Set(withinLag(this.#list, this.#options.limits.lagMsMax).map((reader) => reader.id));
    for (const reader of this.#list) reader.lagging = !within.has(reader.id);
    this.#noneLags = within.size === this.#list.length;
    if (this.#list.length > 0) this.#discovered = true;
  }

  /** A reader with a connection at hand. */
  idle(wish: Wish, now: number): Reader | undefined {
    // The common case without weighing: all have the same share, so a random one with a connection is as good.
    if (this.#noneLags && wish.after === null && wish.tried.size === 0 && this.tracker.allWhole) {
      const any = this.#list[Math.floor(this.#options.random() * this.#list.length)];
      if (any && any.set.idle > 0) return any;
    }
    return this.#choose(wish, now, (reader) => reader.set.idle > 0);
  }

  /**
   * A reader to which one more connection may be made. While connects to it fail, that is for the background to
   * find out, not for a user's request, unless nobody else is left.
   */
  connectable(wish: Wish, now: number, lastResort = false): Reader | undefined {
    const can = (reader: Reader): boolean =>
      (lastResort || !reader.set.failing) && reader.set.canConnect(now);
    return this.#choose(wish, now, can);
  }

  /** A reader that would serve but for being busy. */
  busy(wish: Wish, now: number): Reader | undefined {
    return this.#choose(wish, now, (reader) => !reader.set.failing && reader.set.open > 0);
  }

  shows(reader: Reader, after: Position): boolean {
    return hasReached(reader.position, after);
  }

  secondAttemptMs(): number {
    return secondAttemptMs(this.#p95s(), this.#options.limits.secondAttempt);
  }

  close(): Promise<unknown> {
    return Promise.all(this.#list.map((reader) => reader.set.close()));
  }

  dropAll(): void {
    for (const reader of this.#list) reader.set.dropAll();
  }

  #choose(wish: Wish, now: number, can: (reader: Reader) => boolean): Reader | undefined {
    const { limits, random } = this.#options;
    const weightOf = (reader: Reader): number => {
      if (reader.lagging || wish.tried.has(reader.id) || !can(reader)) return 0;
      if (wish.after !== null && !hasReached(reader.position, wish.after)) return 0;
      const state = this.tracker.state(reader.id);
      return state ? shareOf(state, now, limits.member) : 0;
    };
    return chooseWeighted(this.#list, weightOf, random());
  }

  *#p95s(): Generator<number | null> {
    for (const reader of this.#list) yield reader.latency.p95;
  }

  #update(view: MemberView, now: number): void {
    let reader = this.#readers.get(view.id);
    if (!reader) {
      const { id, lagMs, position } = view;
      reader = { id, set: this.#setFor(view), latency: new LatencyWindow(), lagMs, lagging: false, position };
      this.#readers.set(id, reader);
      this.#list = [...this.#readers.values()];
      this.tracker.add(id, now, !this.#discovered);
    }
    reader.lagMs = view.lagMs;
    reader.position = view.position;
  }

  #remove(reader: Reader, now: number): void {
    this.#readers.delete(reader.id);
    this.#list = [...this.#readers.values()];
    this.tracker.remove(reader.id, now);
    void reader.set.close();
  }

  #setFor(view: MemberView): ConnectionSet {
    const { connector, clock, random, limits, available, failed } = this.#options;
    const member = { id: view.id, host: view.host };
    const open = (): Promise<Connection> =>
      connector.connect(member, { purpose: 'read', timeoutMs: limits.connectTimeoutMs });
    const events = { available, failed: (failure: DatabaseFailure) => failed(view.id, failure) };
    return new ConnectionSet({ member, clock, random, limits: limits.connections, open, events });
  }
}
