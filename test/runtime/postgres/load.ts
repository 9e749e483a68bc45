/** An open loop: requests start on schedule whatever happened to the ones before; latency counts from then. */

export interface Sample {
  readonly scheduledAt: number;
  readonly endedAt: number;
  readonly ok: boolean;
  readonly error: unknown;
}

export class Load {
  readonly samples: Sample[] = [];
  readonly #pending = new Set<Promise<void>>();
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #started = 0;

  constructor(perSecond: number, request: () => Promise<unknown>) {
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - this.#startedAt) / 1000) * perSecond);
      while (this.#started < due) {
        const scheduledAt = this.#startedAt + (this.#started * 1000) / perSecond;
        this.#started += 1;
        const one = this.#one(scheduledAt, request).finally(() => this.#pending.delete(one));
        this.#pending.add(one);
      }
    }, 1);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  between(from: number, to: number): Sample[] {
    return this.samples.filter((sample) => sample.scheduledAt >= from && sample.scheduledAt < to);
  }

  async #one(scheduledAt: number, request: () => Promise<unknown>): Promise<void> {
    let error: unknown;
    let ok = true;
    try {
      await request();
    } catch (thrown) {
      ok = false;
      error = thrown;
    }
    this.samples.push({ scheduledAt, endedAt: performance.now(), ok, error });
  }
}

export function p99(samples: readonly Sample[]): number {
  const sorted = samples.map((sample) => sample.endedAt - sample.scheduledAt).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? NaN;
}

/** The longest time without a success. */
export function longestGapMs(samples: readonly Sample[]): number {
  const ends = samples
    .filter((sample) => sample.ok)
    .map((sample) => sample.endedAt)
    .sort((a, b) => a - b);
  let longest = 0;
  for (let at = 1; at < ends.length; at += 1) longest = Math.max(longest, ends[at]! - ends[at - 1]!);
  return longest;
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
