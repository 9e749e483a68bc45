/**
 * Forgets holders of leases whose processes died: one that has not renewed for a full lease wait holds no lease, and
 * whoever closes a shard would wait for it in vain. It is forgotten only at the sequence that was seen.
 */

import { type Holder, leaseWaitMs } from '../../core/cache/protocol/index.ts';
import type { Cancel } from '../ports.ts';
import { answerOf, type CacheParts } from './parts.ts';

/** A holder that is left costs time when a shard is closed: it is gone after two sweeps, 30 s at most. */
const SWEEP_MS = 10_000;

export class HolderSweep {
  readonly #parts: CacheParts;
  #before = new Map<string, number>();
  #isClosed = false;
  #cancel: Cancel = () => {};

  constructor(parts: CacheParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#isClosed) return;
    const { clock, random, limits } = this.#parts;
    const leastMs = leaseWaitMs(limits.leases);
    const waitMs = Math.max(leastMs, SWEEP_MS * (0.5 + random()));
    this.#cancel = clock.after(waitMs, () => void this.#sweep(), 'background');
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #sweep(): Promise<void> {
    const { epochs } = this.#parts;
    const holders = await answerOf(this.#parts, () => epochs.holders());
    if (holders) {
      const silent = holders.filter(({ id, sequence }) => this.#before.get(id) === sequence);
      await Promise.all(silent.map((holder) => this.#forget(holder)));
      this.#before = new Map(holders.map(({ id, sequence }) => [id, sequence]));
    }
    this.start();
  }

  #forget({ id, sequence }: Pick<Holder, 'id' | 'sequence'>): Promise<void | null> {
    return answerOf(this.#parts, () => this.#parts.epochs.forget(id, sequence));
  }
}
