/**
 * Watches the managed part of a writer failover from an independent socket: it is over when the cluster
 * endpoint resolves to another member than before and a write through it succeeds.
 */

import { now } from './load/index.ts';
import { insertMark } from './marks.ts';
import { pause } from './pause.ts';
import { discard, openPlain } from './plain-session.ts';
import type { DrillPlace } from './ports.ts';

const POLL_MS = 25;
const ATTEMPT_MS = 1000;

export class ManagedWatch {
  readonly #place: DrillPlace;
  readonly #oldAddress: string;
  readonly #tag: string;
  #stopped = false;
  #at: number | null = null;

  /** Starts watching. `oldAddress` is the address of the writer that is broken. */
  constructor(place: DrillPlace, oldAddress: string, tag: string) {
    this.#place = place;
    this.#oldAddress = oldAddress;
    this.#tag = tag;
    void this.#watch();
  }

  /** Epoch ms of the first such write; null until then. */
  get at(): number | null {
    return this.#at;
  }

  /** Waits for it until a time, epoch ms. Rejects when the signal aborts. */
  async until(time: number, signal: AbortSignal): Promise<number | null> {
    while (this.#at === null && now() < time) await pause(POLL_MS, signal);
    return this.#at;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #watch(): Promise<void> {
    while (!this.#stopped && this.#at === null) {
      const address = await this.#place.resolve(this.#place.clusterEndpoint).catch(() => null);
      const moved = address !== null && address !== this.#oldAddress;
      if (moved && (await writes(this.#place, address, this.#tag))) this.#at = now();
      else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** True when a committed write through a new connection succeeds. */
async function writes(place: DrillPlace, address: string, tag: string): Promise<boolean> {
  try {
    const to = { address, endpoint: place.clusterEndpoint };
    const client = await openPlain(place, to, { timeoutMs: ATTEMPT_MS });
    try {
      await insertMark(client, `${tag}-managed`);
      return true;
    } finally {
      discard(client);
    }
  } catch {
    return false;
  }
}
