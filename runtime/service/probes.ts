/** Asks instances under suspicion, and those that are out, whether they serve: our own requests, never a user's. */

import type { Clock } from '../ports.ts';
import { AttemptFailure } from './errors.ts';
import type { Instances } from './instances.ts';
import type { ServicePoolLimits } from './limits.ts';
import { saysDraining } from './judge.ts';
import type { Slot } from './slot.ts';

export interface ProbesOptions {
  readonly instances: Instances;
  readonly clock: Clock;
  readonly limits: Pick<ServicePoolLimits, 'healthPath' | 'probeMs' | 'probePaceMs'>;
}

export class Probes {
  readonly #options: ProbesOptions;
  /** Since when each one is not probed again: while it is, for ever. */
  readonly #nextAt = new WeakMap<Slot, number>();
  #isClosed = false;

  constructor(options: ProbesOptions) {
    this.#options = options;
  }

  /** Probes every instance that is due and not being probed. */
  tend(): void {
    const { instances, clock } = this.#options;
    for (const slot of instances.list) {
      if (!instances.wantsProbe(slot) || clock.now() < (this.#nextAt.get(slot) ?? 0)) continue;
      this.#nextAt.set(slot, Infinity);
      void this.#probe(slot);
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  async #probe(slot: Slot): Promise<void> {
    const { instances, clock, limits } = this.#options;
    const startedAt = clock.now();
    const end = await this.#ask(slot);
    if (this.#isClosed || !instances.list.includes(slot)) return;
    if (end === 'draining') instances.draining(slot);
    else instances.probed(slot, end, clock.now() - startedAt);
    this.#nextAt.set(slot, clock.now() + limits.probePaceMs);
    if (instances.wantsProbe(slot)) clock.after(limits.probePaceMs, () => this.tend(), 'background');
  }

  async #ask(slot: Slot): Promise<'passed' | 'failed' | 'timed-out' | 'draining'> {
    const { clock, limits } = this.#options;
    const late = new AbortController();
    const cancel = clock.after(limits.probeMs, () => late.abort(), 'background');
    const probe = { method: 'GET', path: limits.healthPath, headers: {}, body: null, signal: late.signal };
    try {
      const answer = await slot.client.send(probe);
      if (saysDraining(answer)) return 'draining';
      return answer.status >= 200 && answer.status < 300 ? 'passed' : 'failed';
    } catch (error) {
      const timedOut = late.signal.aborted || (error instanceof AttemptFailure && error.kind === 'timed-out');
      return timedOut ? 'timed-out' : 'failed';
    } finally {
      cancel();
    }
  }
}
