/**
 * Where connections to database members come from: a loopback address of its own for every function in a VPC (and
 * zone) and for every task, so that a rule of the network can tell them apart.
 */

import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { UnderstudyError } from '../../../core/errors.ts';

export interface Source {
  readonly name: string;
  readonly kind: 'function' | 'task';
  /** The zone of the subnet that a function runs in, where it is known; null for a task. */
  readonly az: string | null;
}

export interface AddressedSource extends Source {
  readonly address: string;
}

/** The `--require` preload: CommonJS without dependencies. */
const PRELOAD = fileURLToPath(new URL('source-preload.cjs', import.meta.url));

/**
 * What makes a Node process connect to members from this address.
 * @param nodeOptions NODE_OPTIONS that it has besides
 */
export function sourceEnvironment(address: string, nodeOptions: string): Readonly<Record<string, string>> {
  return {
    SANDBOX_SOURCE: address,
    NODE_OPTIONS: `${nodeOptions} --require=${JSON.stringify(PRELOAD)}`.trim(),
  };
}

const ADDRESSES_MAX = 250;

export class Sources {
  /** Above the range that members take theirs from, so no end can be taken for the other. */
  private readonly prefix = `127.${randomInt(193, 254)}.${randomInt(1, 255)}`;
  private readonly known = new Map<string, AddressedSource>();

  /** @param az of the subnet that it runs in; null where that is unknown */
  readonly ofFunction = (name: string, az: string | null): string =>
    this.addressOf({ name, kind: 'function', az });

  readonly ofTask = (name: string): string => this.addressOf({ name, kind: 'task', az: null });

  list(): readonly AddressedSource[] {
    return [...this.known.values()];
  }

  /**
   * The same address for the same source as long as the sandbox runs: a rule outlives a restart.
   * @throws UnderstudyError `too-many-sources`
   */
  private addressOf(source: Source): string {
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
}
