/** Brings readers back: our own probes in the background, never a user's request. */

import type { Clock, Connection, Connector, Random } from './ports.ts';
import type { ReadPoolLimits } from './read-limits.ts';
import type { Reader, Readers } from './readers.ts';

export interface ProbeOptions {
  readonly readers: Readers;
  readonly connector: Connector;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ReadPoolLimits;
}

export class ReaderProbes {
  readonly #options: ProbeOptions;
  readonly #probing = new Set<string>();
  #closed = false;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  /** Probes every reader that is due and not being probed. */
  tend(): void {
    const { readers } = this.#options;
    for (const reader of readers.list) {
      if (readers.tracker.state(reader.id)?.kind !== 'probing' || this.#probing.has(reader.id)) continue;
      this.#probing.add(reader.id);
      void this.#probe(reader).finally(() => this.#probing.delete(reader.id));
    }
  }

  close(): void {
    this.#closed = true;
  }

  async #probe(reader: Reader): Promise<void> {
    const { readers, clock, random } = this.#options;
    const ok = await this.#passes(reader);
    if (this.#closed || readers.get(reader.id) !== reader) return;
    readers.tracker.probed(reader.id, ok, clock.now(), random());
  }

  /** A fresh connection, one query, fast enough. A connection that passed is kept: it is warm on return. */
  async #passes(reader: Reader): Promise<boolean> {
    const { connector, clock, limits } = this.#options;
    const until = clock.now() + limits.probeTimeoutMs;
    let connection: Connection;
    try {
      connection = await connector.connect(reader.set.member, {
        purpose: 'read',
        timeoutMs: limits.probeTimeoutMs,
      });
    } catch {
      return false;
    }
    const cancel = clock.after(Math.max(0, until - clock.now()), () => connection.destroy(), 'background');
    const startedAt = clock.now();
    try {
      await connection.query('select 1');
    } catch {
      connection.destroy();
      return false;
    } finally {
      cancel();
    }
    const ok = clock.now() - startedAt <= limits.probeSlowMs;
    const wanted = reader.set.open < limits.connections.connectionsWarm;
    if (ok && wanted && !this.#closed) reader.set.adopt(connection);
    else connection.destroy();
    return ok;
  }
}
