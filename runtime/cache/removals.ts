/**
 * Takes out of the journal what was delivered: one transaction at a time, with everything that has come since the one
 * before. No write waits for it. What stays there, because this process died or the database did not answer, is deleted
 * once more by whoever sweeps the journal.
 */

import { answerOf, type CacheParts } from './parts.ts';

export interface Delivered {
  readonly shard: number;
  /** Under another epoch they stay. */
  readonly epoch: number;
  readonly ids: readonly number[];
}

export class Removals {
  readonly #parts: CacheParts;
  /** By shard and epoch. */
  readonly #waiting = new Map<string, Delivered>();
  #removing: Promise<void> | null = null;

  constructor(parts: CacheParts) {
    this.#parts = parts;
  }

  add({ shard, epoch, ids }: Delivered): void {
    const name = `${shard} ${epoch}`;
    const before = this.#waiting.get(name)?.ids ?? [];
    this.#waiting.set(name, { shard, epoch, ids: [...before, ...ids] });
    this.#removing ??= this.#remove().finally(() => {
      this.#removing = null;
    });
  }

  /** Resolves when all that was added is removed, or the database does not answer. */
  async done(): Promise<void> {
    await this.#removing;
  }

  async #remove(): Promise<void> {
    for (const [name, { shard, epoch, ids }] of this.#waiting) {
      this.#waiting.delete(name);
      const answer = await answerOf(this.#parts, () => this.#parts.journal.remove(shard, epoch, ids));
      if (answer === null) this.#waiting.clear();
    }
  }
}
