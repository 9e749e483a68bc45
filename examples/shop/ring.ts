/**
 * A ring of servers by consistent hashing, as plain clients and proxies have it (ketama: points from MD5). A server that
 * fails a few times in a row is left out for a while, and its keys go to the others: what twemproxy calls
 * `auto_eject_hosts`. The control uses it, to show what becomes of that.
 */

import { createHash } from 'node:crypto';

const POINTS_PER_SERVER = 160;

export interface RingLimits {
  /** Failures in a row after which a server is left out. */
  readonly failuresMax: number;
  /** For so long, in ms. */
  readonly retryMs: number;
}

/** The values of twemproxy's own example of a pool that ejects. */
export const RING_DEFAULTS: RingLimits = { failuresMax: 3, retryMs: 2000 };

interface Point {
  readonly at: number;
  readonly server: number;
}

export class Ring {
  readonly #points: readonly Point[];
  readonly #failures: number[];
  readonly #outUntil: number[];
  readonly #limits: RingLimits;

  constructor(servers: readonly string[], limits: RingLimits = RING_DEFAULTS) {
    this.#limits = limits;
    this.#failures = servers.map(() => 0);
    this.#outUntil = servers.map(() => 0);
    this.#points = servers
      .flatMap((name, server) =>
        Array.from({ length: POINTS_PER_SERVER }, (_, n) => ({ at: hash(`${name}-${n}`), server })),
      )
      .toSorted((a, b) => a.at - b.at);
  }

  /** Who has the key now; null when all are left out. */
  serverOf(key: string, now: number): number | null {
    const at = hash(key);
    const after = this.#points.findIndex((point) => point.at >= at);
    const first = Math.max(0, after);
    for (let step = 0; step < this.#points.length; step += 1) {
      const { server } = this.#points[(first + step) % this.#points.length]!;
      if (this.#outUntil[server]! <= now) return server;
    }
    return null;
  }

  succeeded(server: number): void {
    this.#failures[server] = 0;
  }

  failed(server: number, now: number): void {
    this.#failures[server]! += 1;
    if (this.#failures[server]! < this.#limits.failuresMax) return;
    this.#failures[server] = 0;
    this.#outUntil[server] = now + this.#limits.retryMs;
  }
}

function hash(text: string): number {
  return createHash('md5').update(text).digest().readUInt32LE(0);
}
