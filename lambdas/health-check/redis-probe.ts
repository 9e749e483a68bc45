/**
 * Looks at a shard with a real connection: TCP, TLS verified, login with a token signed on this machine, which process
 * answers, and a PING. A connection is kept for each shard and dropped on any doubt; a time-out destroys its socket.
 */

import type { ShardEndpoint } from '../../core/cache/shards-text.ts';
import type { Clock, ShardProbe, ShardProbeRequest } from '../../core/ports/index.ts';
import type { ShardSample } from '../../core/state/cache-items.ts';
import {
  connectRedis,
  infoField,
  type RedisAccess,
  type RedisClient,
} from '../../runtime/adapters/redis-client.ts';
import type { Reach } from '../../core/state/items.ts';
import { reachOfError } from './redis-errors.ts';

export interface RedisProbeOptions extends RedisAccess {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
}

type Seen = Pick<ShardSample, 'reach' | 'runId'>;
interface Look {
  readonly kept: RedisClient | undefined;
  readonly freshLogin: boolean;
  /** Time that is left to the probe. */
  readonly leftMs: () => number;
}

const NO_ANSWER: Seen = { reach: 'timeout', runId: null };

export class RedisProbe implements ShardProbe {
  readonly #options: RedisProbeOptions;
  readonly #kept = new Map<string, RedisClient>();

  constructor(options: RedisProbeOptions) {
    this.#options = options;
  }

  async probe(shard: ShardEndpoint, { timeoutMs, freshLogin }: ShardProbeRequest): Promise<ShardSample> {
    const { clock } = this.#options;
    const at = clock.now();
    const started = clock.monotonic();
    const leftMs = (): number => Math.max(1, timeoutMs - (clock.monotonic() - started));
    const kept = this.#kept.get(shard.id);
    const seen = await this.#look(shard, { kept, freshLogin, leftMs });
    const hasAnswered = seen.reach === 'ok' || seen.reach === 'load' || seen.reach === 'error';
    const latencyMs = hasAnswered ? Math.round(clock.monotonic() - started) : null;
    return { memberId: shard.id, at, ...seen, latencyMs };
  }

  async close(): Promise<void> {
    for (const client of this.#kept.values()) client.destroy();
    this.#kept.clear();
  }

  async #look(shard: ShardEndpoint, { kept, freshLogin, leftMs }: Look): Promise<Seen> {
    if (kept === undefined) return this.#askAnew(shard, leftMs);
    if (freshLogin) {
      const [anew, known] = await Promise.all([this.#askAnew(shard, leftMs), this.#ask(kept, leftMs())]);
      if (anew.reach === 'ok') kept.destroy();
      else if (known.reach !== 'ok') this.#drop(shard.id);
      // It answers whom it knows and takes nobody new: it is full, not away.
      return known.reach === 'ok' && isAway(anew.reach) ? { ...known, reach: 'load' } : anew;
    }
    const seen = await this.#ask(kept, leftMs());
    if (seen.reach === 'ok') return seen;
    this.#drop(shard.id);
    // A kept connection that was lost says little of the shard: a new one in the same probe tells.
    return seen !== NO_ANSWER && isAway(seen.reach) ? this.#askAnew(shard, leftMs) : seen;
  }

  async #askAnew(shard: ShardEndpoint, leftMs: () => number): Promise<Seen> {
    try {
      const client = await connectRedis(shard, this.#options, leftMs()).client;
      const seen = await this.#ask(client, leftMs());
      if (seen.reach === 'ok') this.#kept.set(shard.id, client);
      else client.destroy();
      return seen;
    } catch (error) {
      return { reach: reachOfError(error), runId: null };
    }
  }

  async #ask(client: RedisClient, timeoutMs: number): Promise<Seen> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Seen>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, NO_ANSWER);
    });
    const asked = this.#questions(client).catch((error: unknown) => ({
      reach: reachOfError(error),
      runId: null,
    }));
    const seen = await Promise.race([asked, late]);
    clearTimeout(timer);
    return seen;
  }

  async #questions({ redis }: RedisClient): Promise<Seen> {
    const [server] = await Promise.all([redis.info('server'), redis.ping()]);
    return { reach: 'ok', runId: infoField(server, 'run_id') };
  }

  #drop(id: string): void {
    this.#kept.get(id)?.destroy();
    this.#kept.delete(id);
  }
}

function isAway(reach: Reach): boolean {
  return reach === 'refused' || reach === 'reset' || reach === 'timeout';
}
