/**
 * What the database is asked for because nothing was cached: how often, and how many at once for one product. It is
 * counted where the load happens and nowhere else, so that the cache has no say in it.
 */

export interface FillsStatus {
  readonly loads: number;
  readonly underWay: number;
  /** Most loads of one product that were under way at once, since the start. */
  readonly inFlightMaxOfOneKey: number;
  /** Loads that began in each of the last seconds; epoch seconds. Seconds without a load are left out. */
  readonly perSecond: Readonly<Record<string, number>>;
}

const SECONDS_KEPT = 900;

export class Fills {
  readonly #epochMs: () => number;
  readonly #underWay = new Map<number, number>();
  readonly #seconds = new Map<number, number>();
  #loads = 0;
  #most = 0;

  /** @param epochMs the time of day */
  constructor(epochMs: () => number = Date.now) {
    this.#epochMs = epochMs;
  }

  async count<T>(product: number, load: () => Promise<T>): Promise<T> {
    this.#begin(product);
    try {
      return await load();
    } finally {
      this.#end(product);
    }
  }

  describe(): FillsStatus {
    const underWay = [...this.#underWay.values()].reduce((sum, count) => sum + count, 0);
    return {
      loads: this.#loads,
      underWay,
      inFlightMaxOfOneKey: this.#most,
      perSecond: Object.fromEntries(this.#seconds),
    };
  }

  #begin(product: number): void {
    const second = Math.floor(this.#epochMs() / 1000);
    this.#loads += 1;
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + 1);
    const oldest = this.#seconds.keys().next().value;
    if (this.#seconds.size > SECONDS_KEPT && oldest !== undefined) this.#seconds.delete(oldest);
    const count = (this.#underWay.get(product) ?? 0) + 1;
    this.#underWay.set(product, count);
    this.#most = Math.max(this.#most, count);
  }

  #end(product: number): void {
    const count = this.#underWay.get(product)! - 1;
    if (count === 0) this.#underWay.delete(product);
    else this.#underWay.set(product, count);
  }
}
