/**
 * The client behind one connection, for as long as the same server process is a primary: it is asked every second, and
 * its login is renewed by another client that takes over. Whoever sends commands notices neither.
 */

import type { Redis } from 'ioredis';
import { infoField, type RedisClient } from './redis-client.ts';

export interface Renewal {
  /** Another client of the same shard, logged in anew. */
  readonly open: () => Promise<RedisClient>;
  /** When to renew, in ms from now. */
  readonly waitMs: () => number;
}

/** Between two looks at whether the server is still a primary, and whether an idle connection still works. */
const LOOK_MS = 1000;
/** After a login that could not be renewed. */
const RENEW_AGAIN_MS = 60_000;

export class RedisSession {
  readonly incarnation: string;
  readonly #renewal: Renewal;
  #client: RedisClient;
  /** Clients that have been replaced and still owe answers. */
  readonly #draining = new Set<RedisClient>();
  #looking: NodeJS.Timeout;
  #renewing: NodeJS.Timeout;
  #isEnded = false;
  #onLost: (() => void) | null = null;

  /** Takes over a client that is logged in. */
  constructor(client: RedisClient, renewal: Renewal) {
    this.incarnation = client.incarnation;
    this.#client = client;
    this.#renewal = renewal;
    this.#looking = this.#lookLater();
    this.#renewing = this.#renewLater(renewal.waitMs());
    client.onEnd(() => this.#ended(client));
  }

  /** To be asked for anew with each command. */
  get redis(): Redis {
    return this.#client.redis;
  }

  /** Closes every socket at once; whatever is outstanding is rejected. */
  destroy(): void {
    this.#onLost = null;
    this.#end();
  }

  /** Called once when it is lost without `destroy`. */
  onLost(listener: () => void): void {
    if (this.#isEnded) listener();
    else this.#onLost = listener;
  }

  #lookLater(): NodeJS.Timeout {
    return setTimeout(() => void this.#look(), LOOK_MS).unref();
  }

  /**
   * A primary that is made a replica keeps its id and its connections, and then holds what its new primary held:
   * deletions that it had acknowledged may be undone.
   */
  async #look(): Promise<void> {
    let check: NodeJS.Immediate | undefined;
    // An answer that is there, and that this process had no time to read, is not late.
    const late = setTimeout(() => (check = setImmediate(() => this.#lose())), LOOK_MS).unref();
    try {
      const role = infoField(await this.redis.info('replication'), 'role');
      if (role !== 'master') this.#lose();
      else if (!this.#isEnded) this.#looking = this.#lookLater();
    } catch {
      this.#lose();
    } finally {
      clearTimeout(late);
      clearImmediate(check);
    }
  }

  #renewLater(waitMs: number): NodeJS.Timeout {
    return setTimeout(() => void this.#renew(), waitMs).unref();
  }

  async #renew(): Promise<void> {
    let waitMs = this.#renewal.waitMs();
    try {
      this.#replace(await this.#renewal.open());
    } catch {
      waitMs = Math.min(waitMs, RENEW_AGAIN_MS);
    }
    if (!this.#isEnded) this.#renewing = this.#renewLater(waitMs);
  }

  /** The client before ends once it owes no answer. Another server process is none to go on with. */
  #replace(client: RedisClient): void {
    if (this.#isEnded || client.incarnation !== this.incarnation) {
      client.destroy();
      this.#lose();
      return;
    }
    const before = this.#client;
    this.#client = client;
    client.onEnd(() => this.#ended(client));
    this.#draining.add(before);
    // Answers come in order: with this one, all before it have come.
    const end = (): void => {
      this.#draining.delete(before);
      before.destroy();
    };
    before.redis.ping().then(end, end);
  }

  #ended(client: RedisClient): void {
    if (client === this.#client) this.#lose();
  }

  #lose(): void {
    const tell = this.#onLost;
    this.#onLost = null;
    this.#end();
    tell?.();
  }

  #end(): void {
    this.#isEnded = true;
    clearTimeout(this.#looking);
    clearTimeout(this.#renewing);
    this.#client.destroy();
    for (const client of this.#draining) client.destroy();
    this.#draining.clear();
  }
}
