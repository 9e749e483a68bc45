/**
 * Where connections to database members come from: a loopback address of its own for every function in a VPC (and
 * zone) and for every task, so that a rule of the network can tell them apart.
 */

import { randomInt } from 'node:crypto';
import { UnderstudyError } from '../../../core/errors.ts';

export interface Source {
  readonly name: string;
  readonly kind: 'function' | 'task';
  /** The zone of the subnet that a function runs in; null for a task. */
  readonly az: string | null;
}

export interface AddressedSource extends Source {
  readonly address: string;
}

const ADDRESSES_MAX = 250;

export class Sources {
  /** Above the range that members take theirs from, so no end can be taken for the other. */
  private readonly prefix = `127.${randomInt(193, 254)}.${randomInt(1, 255)}`;
  private readonly known = new Map<string, AddressedSource>();

  /**
   * The same address for the same source as long as the sandbox runs: a rule outlives a restart.
   * @throws UnderstudyError `too-many-sources`
   */
  addressOf(source: Source): string {
    const key = `${source.kind} ${source.name} ${source.az ?? ''}`;
    const found = this.known.get(key);
    if (found) return found.address;
    if (this.known.size >= ADDRESSES_MAX) {
      throw new UnderstudyError(
        `${source.kind} ${source.name} gets no address: the sandbox has ${ADDRESSES_MAX} for what connects to members. Fix: deploy less at once, or start it anew.`,
        { code: 'too-many-sources', advice: 'give-up' },
      );
    }
    const address = `${this.prefix}.${this.known.size + 1}`;
    this.known.set(key, { ...source, address });
    return address;
  }

  list(): readonly AddressedSource[] {
    return [...this.known.values()];
  }
}
