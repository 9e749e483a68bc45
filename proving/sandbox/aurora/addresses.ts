/** A loopback address of its own for every instance, all on the cluster's port: DNS moves addresses, never ports. */

import { randomInt } from 'node:crypto';
import net from 'node:net';
import { UnderstudyError } from '../../../core/errors.ts';

const LAST_OCTET_MAX = 250;

export class Addresses {
  private readonly prefix = `127.${randomInt(64, 192)}.${randomInt(1, 255)}`;
  private last = 0;

  /** @throws UnderstudyError `port-busy` when no address has the port free */
  async take(port: number): Promise<string> {
    while (this.last < LAST_OCTET_MAX) {
      const address = `${this.prefix}.${++this.last}`;
      if (await isFree(address, port)) return address;
    }
    throw new UnderstudyError(
      `port ${port} is busy on every address of ${this.prefix}.0/24: stop what listens on 0.0.0.0:${port} (a PostgreSQL of this machine, for example), or give the cluster another Port`,
      { code: 'port-busy', advice: 'give-up' },
    );
  }
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, address, () => probe.close(() => resolve(true)));
  });
}
