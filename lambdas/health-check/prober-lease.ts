import type { Log, Clock, StateStore } from '../../core/ports/index.ts';
import { RUN_MS_MAX } from './contract.ts';

/**
 * The lease of a zone's prober. The successor takes it, whoever holds it; the one before sees that at its next
 * sweep and stops. While the table cannot be reached nobody is displaced, and nothing is written either.
 */
export class ProberLease {
  readonly #ports: { readonly store: StateStore; readonly clock: Clock; readonly log: Log };
  readonly #name: string;
  #token: number | null = null;

  constructor(ports: { readonly store: StateStore; readonly clock: Clock; readonly log: Log }, name: string) {
    this.#ports = ports;
    this.#name = name;
  }

  /** The fencing token of our observations; null while there is none. */
  get token(): number | null {
    return this.#token;
  }

  async take(holder: string): Promise<void> {
    const { store, clock, log } = this.#ports;
    try {
      const lease = await store.takeLease({ name: this.#name, holder, now: clock.now(), ms: RUN_MS_MAX });
      this.#token = lease.token;
    } catch (error) {
      log.warn('lease not taken', { lease: this.#name, error: String(error) });
    }
  }

  /** True unless a newer prober is known to hold it. */
  async isOurs(holder: string): Promise<boolean> {
    if (this.#token === null) {
      await this.take(holder);
      return true;
    }
    try {
      const lease = await this.#ports.store.readLease(this.#name);
      return lease === null || lease.token === this.#token;
    } catch {
      return true;
    }
  }
}
