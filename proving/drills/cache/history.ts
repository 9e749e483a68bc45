/** What was acknowledged, product by product, as the checker remembers it: the truth that no cache has a say in. */

import type { CacheSample } from './model.ts';

interface Acknowledged {
  readonly at: number;
  /** The newest version that was acknowledged until then. */
  readonly version: number;
}

interface Write {
  readonly from: number;
  /** A write without an acknowledgement may take effect at any time later. */
  readonly to: number;
}

/** Versions only grow, so the newest of what was acknowledged before a read began is the least that it may answer. */
export class History {
  readonly #acknowledged = new Map<number, Acknowledged[]>();
  readonly #writes = new Map<number, Write[]>();
  readonly #attempts = new Map<number, number>();

  constructor(samples: readonly CacheSample[]) {
    const writes = samples.filter(({ kind }) => kind === 'write');
    for (const write of writes) {
      const { product, sentAt, completedAt, ok, attempts } = write;
      const to = ok ? completedAt : Number.POSITIVE_INFINITY;
      this.#writes.set(product, [...(this.#writes.get(product) ?? []), { from: sentAt, to }]);
      this.#attempts.set(product, (this.#attempts.get(product) ?? 0) + attempts);
    }
    for (const { product, completedAt: at, version } of writes
      .filter(isAcknowledged)
      .toSorted(byCompletion)) {
      const before = this.#acknowledged.get(product) ?? [];
      const newest = Math.max(version!, before.at(-1)?.version ?? 0);
      this.#acknowledged.set(product, [...before, { at, version: newest }]);
    }
  }

  /** The least that a read may answer which began then; 0 where nothing was acknowledged. */
  leastAt(product: number, began: number): number {
    return this.#acknowledged.get(product)?.findLast(({ at }) => at < began)?.version ?? 0;
  }

  /** Whether some write of the product may have taken effect in this time. */
  wasWritten(product: number, from: number, to: number): boolean {
    return (this.#writes.get(product) ?? []).some((write) => write.from <= to && write.to >= from);
  }

  /** Writes that were sent for the product, answered or not. */
  attempts(product: number): number {
    return this.#attempts.get(product) ?? 0;
  }

  /** Products with a write, whatever became of it. */
  get written(): readonly number[] {
    return [...this.#writes.keys()];
  }

  /** Products with a write that was sent and acknowledged in this time. */
  changedWithin(from: number, to: number): readonly number[] {
    return this.written.filter((product) =>
      this.#writes.get(product)!.some((write) => write.from >= from && write.to <= to),
    );
  }
}

export function isAcknowledged({ kind, ok, version }: CacheSample): boolean {
  return kind === 'write' && ok && version !== null;
}

function byCompletion(a: CacheSample, b: CacheSample): number {
  return a.completedAt - b.completedAt;
}
