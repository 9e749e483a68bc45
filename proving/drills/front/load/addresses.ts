/** The addresses behind a name, as a client's resolver gives them, kept for as long as they say. */

import { Resolver } from 'node:dns/promises';
import { now } from '../../load/client.ts';

const ANSWER_MS_MAX = 1000;
/** A name that does not resolve is asked for again after this. */
const RETRY_MS = 500;

export class Addresses {
  readonly #resolver = new Resolver({ timeout: ANSWER_MS_MAX, tries: 1 });
  readonly #name: string;
  #known: readonly string[] = [];
  #freshUntil = 0;
  #asking: Promise<void> | null = null;

  /** @param server `<address>:<port>` */
  constructor(name: string, server: string) {
    this.#name = name;
    this.#resolver.setServers([server]);
  }

  /** The newest answer; the last good one while there is no newer. Empty when there never was one. */
  async list(): Promise<readonly string[]> {
    if (now() >= this.#freshUntil) {
      this.#asking ??= this.#ask().finally(() => (this.#asking = null));
      // What is known serves until the answer is there, as in any resolver's cache that refreshes.
      if (this.#known.length === 0) await this.#asking;
    }
    return this.#known;
  }

  async #ask(): Promise<void> {
    try {
      const records = await this.#resolver.resolve4(this.#name, { ttl: true });
      if (records.length === 0) throw new Error('no address');
      this.#known = records.map(({ address }) => address);
      this.#freshUntil = now() + Math.min(...records.map(({ ttl }) => ttl)) * 1000;
    } catch {
      this.#freshUntil = now() + RETRY_MS;
    }
  }
}
