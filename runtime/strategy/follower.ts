/**
 * Keeps the rules of one service at hand: read anew every few seconds, the last good ones kept for ever. Without any,
 * everybody gets `stable`.
 */

import {
  assign,
  type Assignment,
  defaultStrategy,
  parseStrategy,
  type Strategy,
  type Subject,
} from '../../core/strategy/index.ts';
import type { Cancel, Clock, Random } from '../ports.ts';
import type { StrategySource } from './ports.ts';

export interface StrategyFollowerOptions {
  readonly source: StrategySource;
  readonly service: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Between two looks, give or take a fifth. @default 5,000 */
  readonly refreshMs?: number;
}

export const REFRESH_MS_DEFAULT = 5000;
const JITTER_RATIO = 0.2;

export interface StrategyStatus {
  readonly service: string;
  readonly strategy: Strategy;
  /** Time since the rules were last read, good or not, in ms; null before the first time. */
  readonly ageMs: number | null;
  /** Times that the source could not be asked. */
  readonly failures: number;
  /** Why what was read last is not in force; null where it is. */
  readonly refused: string | null;
}

export class StrategyFollower {
  readonly #options: StrategyFollowerOptions;
  #strategy: Strategy;
  #document: string | null = null;
  #refused: string | null = null;
  #readAt: number | null = null;
  #failures = 0;
  #isClosed = false;
  #cancel: Cancel = () => {};

  constructor(options: StrategyFollowerOptions) {
    this.#options = options;
    this.#strategy = { service: options.service, ...defaultStrategy() };
  }

  /** Resolves when the rules were read once, or could not be. */
  async start(): Promise<void> {
    await this.#read();
  }

  assign(subject: Subject): Assignment {
    return assign(this.#strategy, subject);
  }

  describe(): StrategyStatus {
    const { service, clock } = this.#options;
    return {
      service,
      strategy: this.#strategy,
      ageMs: this.#readAt === null ? null : clock.now() - this.#readAt,
      failures: this.#failures,
      refused: this.#refused,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #read(): Promise<void> {
    const { source, service, clock, random, refreshMs = REFRESH_MS_DEFAULT } = this.#options;
    try {
      const item = await source.read(service);
      this.#readAt = clock.now();
      if (item !== null) this.#take(item.document);
    } catch {
      this.#failures += 1;
    }
    if (this.#isClosed) return;
    const waitMs = refreshMs * (1 - JITTER_RATIO + 2 * JITTER_RATIO * random());
    this.#cancel = clock.after(waitMs, () => void this.#read(), 'background');
  }

  #take(document: unknown): void {
    if (typeof document !== 'string') {
      this.#refused = 'the item holds no document';
      return;
    }
    if (document === this.#document) return;
    const { service } = this.#options;
    const { strategy, faults } = parseStrategy({ field: service, service }, document);
    const [first] = faults;
    this.#refused = first === undefined ? null : `${first.field}: ${first.rule}`;
    if (first !== undefined) return;
    this.#strategy = strategy;
    this.#document = document;
  }
}
