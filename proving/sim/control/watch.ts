/**
 * What one invocation has been told, seen from outside: the lease that it holds and the evidence it decides by.
 * Nothing of it reaches the handler; it is what recorded calls are judged by.
 */

import { viewpoints, type Dated } from '../../../core/database/viewpoints.ts';
import type { Lease } from '../../../core/ports/index.ts';
import type { FolderName } from './defect.ts';

export class Watch {
  lease: Lease | null = null;
  #observations: readonly Dated[] = [];
  #describedAt: number | null = null;
  #factsAt = 0;

  /** Some of the facts of a decision were handed to the function. */
  facts(now: number): void {
    this.#factsAt = now;
  }

  observations(items: readonly Dated[]): void {
    this.#observations = items;
    // A turn describes the cluster anew, or decides without.
    this.#describedAt = null;
  }

  described(at: number): void {
    this.#describedAt = at;
  }

  /**
   * When the oldest evidence was seen that a call made now rests on: the observations that voted when the facts
   * were complete, and for a failover what AWS said.
   */
  evidenceAt(folder: FolderName, ageMsMax: number): number | null {
    const { voting } = viewpoints(this.#observations, { now: this.#factsAt, ageMsMax });
    const dates = voting.map(({ at }) => at);
    if (folder === 'write-failover' && this.#describedAt !== null) dates.push(this.#describedAt);
    return dates.length === 0 ? null : Math.min(...dates);
  }
}
