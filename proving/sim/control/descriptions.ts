import type { DescribedCluster } from '../../../core/database/index.ts';

/** Every version of the cluster's description so far: a stale answer is one of them (F-14). */
export class DescriptionHistory {
  readonly #versions: DescribedCluster[] = [];
  #newest = '';

  get count(): number {
    return this.#versions.length;
  }

  record(description: DescribedCluster): void {
    const text = textOf(description);
    if (text === this.#newest) return;
    this.#newest = text;
    this.#versions.push(description);
  }

  /** The version so many before the newest, the oldest where there are fewer; null where that is the newest. */
  back(versions: number): DescribedCluster | null {
    const index = Math.max(0, this.#versions.length - 1 - versions);
    return index >= this.#versions.length - 1 ? null : this.#versions[index]!;
  }
}

function textOf({ status, members }: DescribedCluster): string {
  return `${status} ${members.map((m) => `${m.id} ${m.isWriter} ${m.status} ${m.promotionTier}`).join(' ')}`;
}
