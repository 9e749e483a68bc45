/** A loopback address of its own for every node of a balancer: which ports it will listen on comes later. */

import { randomInt } from 'node:crypto';
import net from 'node:net';
import { UnderstudyError } from '../../../core/errors.ts';

const LAST_OCTET_MAX = 250;
/** What listeners have mostly: another sandbox's nodes are found by them. */
const USUAL_PORTS = [443, 80];

export class NodeAddresses {
  /** Apart from the ranges of members, tasks and sources, so no end can be taken for another. */
  private readonly prefix = `127.254.${randomInt(1, 255)}`;
  private last = 0;

  /** @throws UnderstudyError `too-many-balancers` */
  async take(): Promise<string> {
    while (this.last < LAST_OCTET_MAX) {
      const address = `${this.prefix}.${++this.last}`;
      if (!(await isTaken(address))) return address;
    }
    throw new UnderstudyError(
      `no address of ${this.prefix}.0/24 is left for a node of a balancer. Fix: delete balancers, or start the sandbox anew`,
      { code: 'too-many-balancers', advice: 'give-up' },
    );
  }
}

/** Answered by something that listens at this very address; one that listens everywhere is the listener's matter. */
async function isTaken(address: string): Promise<boolean> {
  const answers = await Promise.all(
    USUAL_PORTS.map(async (port) => (await connects(address, port)) && !(await connects(NOBODYS, port))),
  );
  return answers.includes(true);
}

const NOBODYS = '127.254.255.254';

function connects(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
