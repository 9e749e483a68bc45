/**
 * When the store is asked for what: a report in each period, and after it the lease, again while it is not newer.
 * At most four requests in a period, whatever becomes of them.
 */

import type { Cancel, Clock, Random } from '../../ports.ts';

export interface LeaseCycleOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The least time between two reports. */
  readonly reportMs: number;
  /** Must not reject. */
  readonly report: () => Promise<void>;
  /** Whether there was a newer lease than before. Must not reject. */
  readonly read: () => Promise<boolean>;
}

/** When the lease is read after a report, and again while it is not newer. */
export const READ_AFTER_MS = [2000, 4000, 7000] as const;
/** Share of the period that is added by chance, so that instances that started together do not report together. */
const JITTER = 0.1;

export class LeaseCycle {
  readonly #options: LeaseCycleOptions;
  #cancelReport: Cancel = () => {};
  #cancelReads: Cancel[] = [];
  #isClosed = false;

  constructor(options: LeaseCycleOptions) {
    this.#options = options;
  }

  /** The first report is made at once. */
  start(): void {
    this.#turn();
  }

  /** The next report is made in `ms`, and the ones after it follow from there. */
  hurry(ms: number): void {
    if (!this.#isClosed) this.#schedule(ms);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelReport();
    this.#stopReading();
  }

  #schedule(ms: number): void {
    this.#cancelReport();
    this.#cancelReport = this.#options.clock.after(ms, () => this.#turn(), 'background');
  }

  #turn(): void {
    const { clock, random, reportMs, report } = this.#options;
    this.#schedule(reportMs * (1 + JITTER * random()));
    this.#stopReading();
    this.#cancelReads = READ_AFTER_MS.map((ms) => clock.after(ms, () => void this.#read(), 'background'));
    void report();
  }

  async #read(): Promise<void> {
    if (await this.#options.read()) this.#stopReading();
  }

  #stopReading(): void {
    for (const cancel of this.#cancelReads.splice(0)) cancel();
  }
}
