/** Two loopback addresses for each task: its own, from a range of its zone, and a hidden one that it listens on. */

import { randomInt } from 'node:crypto';
import net from 'node:net';
import { UnderstudyError } from '../../../../core/errors.ts';

const LAST_MAX = 250;
/** Third octet of the first zone. */
const FIRST_RANGE = 1;

export interface TaskAddresses {
  readonly address: string;
  readonly hidden: string;
}

/** Second octets: below the ranges of members and of what connects to them, so no end can be taken for another. */
const OWN = { from: 2, to: 32 };
const HIDDEN_ABOVE = 31;

export class AddressBook {
  private readonly own: number;
  private readonly claim: net.Server;
  private readonly zones: string[] = [];
  private readonly last = new Map<string, number>();
  private readonly taken = new Set<string>();

  private constructor(own: number, claim: net.Server) {
    this.own = own;
    this.claim = claim;
  }

  /**
   * A range that no other sandbox of this machine has: the kernel gives each name of a socket once, and takes it back
   * when the process ends.
   * @throws UnderstudyError `too-many-sandboxes`
   */
  static async open(): Promise<AddressBook> {
    const count = OWN.to - OWN.from + 1;
    const first = randomInt(count);
    for (let tries = 0; tries < count; tries++) {
      const own = OWN.from + ((first + tries) % count);
      const claim = await claimed(`understudy-tasks-${own}`);
      if (claim) return new AddressBook(own, claim);
    }
    throw new UnderstudyError(
      `Every range of addresses for tasks is taken: ${count} sandboxes with tasks run. Fix: stop one.`,
      { code: 'too-many-sandboxes', advice: 'give-up' },
    );
  }

  close(): void {
    this.claim.close();
  }

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
      return { address, hidden: `127.${this.own + HIDDEN_ABOVE}.${range}.${last}` };
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
    return FIRST_RANGE + this.zones.indexOf(zone);
  }
}

/** Null where somebody has the name. The socket is an abstract one: of no file, and gone with its process. */
function claimed(name: string): Promise<net.Server | null> {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', () => resolve(null));
    server.listen(`\0${name}`, () => resolve(server));
  });
}
