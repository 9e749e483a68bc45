/** Connects to shards with ioredis: one standalone connection each, over TLS that is verified, logged in by IAM. */

import type { ShardEndpoint } from '../../core/cache/index.ts';
import type { CacheConnector } from '../cache/ports.ts';
import { type Attempt, connectRedis, type RedisAccess, type RedisClient } from './redis-client.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisSession } from './redis-session.ts';
import { systemRandom } from './system.ts';

export interface RedisConnectorOptions extends RedisAccess {
  /** By shard. */
  readonly shards: readonly ShardEndpoint[];
  /**
   * AWS ends a connection 12 hours after its login. The login is renewed before, at a random time from here on, so that
   * not all processes do it at once. @default 11 to 11.75 hours
   */
  readonly renewMs?: { readonly min: number; readonly max: number };
}

const HOUR_MS = 3_600_000;
const RENEW_MS = { min: 11 * HOUR_MS, max: 11.75 * HOUR_MS };
export class RedisConnector implements CacheConnector {
  readonly #options: RedisConnectorOptions;
  readonly #attempts = new Set<Attempt>();

  constructor(options: RedisConnectorOptions) {
    this.#options = options;
  }

  async connect(shard: number, { timeoutMs }: { readonly timeoutMs: number }): Promise<RedisConnection> {
    const endpoint = this.#options.shards[shard];
    if (!endpoint) throw new RangeError(`shard ${shard} is not one of ${this.#options.shards.length}`);
    const { min, max } = this.#options.renewMs ?? RENEW_MS;
    const session = new RedisSession(await this.#client(endpoint, timeoutMs), {
      open: () => this.#client(endpoint, timeoutMs),
      waitMs: () => min + systemRandom() * (max - min),
    });
    return new RedisConnection(session);
  }

  /** Gives up on every connect that is under way. Connections already handed out are their owners'. */
  close(): void {
    for (const attempt of this.#attempts) attempt.abandon(new Error('the connector is closed'));
  }

  async #client(endpoint: ShardEndpoint, timeoutMs: number): Promise<RedisClient> {
    const attempt = connectRedis(endpoint, this.#options, timeoutMs);
    this.#attempts.add(attempt);
    try {
      return await attempt.client;
    } finally {
      this.#attempts.delete(attempt);
    }
  }
}
