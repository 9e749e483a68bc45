/** Two loopback addresses for each task: its own, from a range of its zone, and a hidden one that it listens on. */

import { randomInt } from 'node:crypto';
import { UnderstudyError } from '../../../../core/errors.ts';

const LAST_MAX = 250;
/** Third octets between zones, so that no zone runs into the next. */
const ZONE_STEP = 8;

export interface TaskAddresses {
  readonly address: string;
  readonly hidden: string;
}

export class AddressBook {
  /** Below the ranges of members and of what connects to them, so no end can be taken for another. */
  private readonly own = randomInt(2, 33);
  private readonly hidden = randomInt(33, 64);
  private readonly base = randomInt(1, 200);
  private readonly zones: string[] = [];
  private readonly last = new Map<string, number>();
  private readonly taken = new Set<string>();

  /**
   * Round and round in the range, so that an address comes back as late as it can.
   * @throws UnderstudyError `too-many-tasks`
   */
  take(zone: string): TaskAddresses {
    const range = this.rangeOf(zone);
    for (let tries = 0; tries < LAST_MAX; tries++) {
      const last = ((this.last.get(zone) ?? 0) % LAST_MAX) + 1;
      this.last.set(zone, last);
      const address = `127.${this.own}.${range}.${last}`;
      if (this.taken.has(address)) continue;
      this.taken.add(address);
      return { address, hidden: `127.${this.hidden}.${range}.${last}` };
    }
    throw new UnderstudyError(
      `${zone} has no address left: ${LAST_MAX} tasks are there. Fix: deploy less at once.`,
      { code: 'too-many-tasks', advice: 'give-up' },
    );
  }

  release({ address }: TaskAddresses): void {
    this.taken.delete(address);
  }

  private rangeOf(zone: string): number {
    if (!this.zones.includes(zone)) this.zones.push(zone);
    return this.base + this.zones.indexOf(zone) * ZONE_STEP;
  }
}
