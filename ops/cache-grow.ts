/**
 * Doubles the shards of an environment's cache, guided: the lock, the deployment, the ledger, then part after part. It
 * goes as far as it can, says what a person has to do, and goes on from there when it is run again.
 */

import { type Guide, guideOf, type LockedCache, type PaceLimits } from '../core/cache/growth/index.ts';
import type { GrowthGoal, LeaseLimits } from '../core/cache/protocol/index.ts';
import { InvalidInput } from '../core/errors.ts';
import type { Clock } from '../core/ports/index.ts';
import type { CacheCopy } from '../core/state/cache-items.ts';
import { type Moved, moveParts, startGrowth } from './cache-growth.ts';
import type { GrowthFront } from './growth-front.ts';

export interface GrowPorts {
  /** The copies that grow, and how each is reached. The gutter does not grow. */
  readonly fronts: ReadonlyMap<CacheCopy, GrowthFront>;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  readonly lock: {
    read(): LockedCache;
    write(lock: LockedCache): void;
  };
  say(line: string): void;
}

export interface GrowOptions {
  readonly environment: string;
  readonly goal: GrowthGoal;
  readonly signal: AbortSignal;
  readonly parts?: number;
  readonly leases?: LeaseLimits;
  readonly pace?: PaceLimits;
  /** Shards that come into service, and processes that are deployed, are waited for so long. @default 150,000 */
  readonly waitMs?: number;
}

export interface Grown {
  readonly state: 'done' | 'deploy' | 'stopped' | 'interrupted';
  /** In use by now. */
  readonly shards: number;
  /** What to do; empty when there is nothing. */
  readonly next: readonly string[];
  readonly copies: readonly (Moved & { readonly cache: CacheCopy })[];
}

/** @throws InvalidInput when lock and ledger contradict each other, UnderstudyError when the front cannot be asked */
export function growCache(ports: GrowPorts, options: GrowOptions): Promise<Grown> {
  return new Grower(ports, options).run();
}

type GuideAt<Next extends Guide['next']> = Guide & { readonly next: Next };

const POLL_MS = 1000;
/** Processes that were stopped are forgotten within 90 s. */
const WAIT_MS = 150_000;

class Grower {
  readonly #ports: GrowPorts;
  readonly #options: GrowOptions;
  readonly #copies: (Moved & { cache: CacheCopy })[] = [];
  #waitingSince: number | null = null;

  constructor(ports: GrowPorts, options: GrowOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Each turn writes the lock, moves a copy, waits within a bound, or ends. */
  async run(): Promise<Grown> {
    for (;;) {
      const guides = await this.#guides();
      const [cache, guide] = this.#first(guides);
      if (this.#options.signal.aborted) return this.#ended('interrupted', guide, []);
      const ended = await this.#follow(cache, guide);
      if (ended) return ended;
    }
  }

  async #guides(): Promise<readonly (readonly [CacheCopy, Guide])[]> {
    const lock = this.#ports.lock.read();
    const looks = [...this.#ports.fronts].map(async ([cache, front]) => {
      const guide = guideOf(this.#options.goal, { ...(await front.look()), lock });
      return [cache, guide] as const;
    });
    return Promise.all(looks);
  }

  /** The lock is for all copies, so it is closed when each of them is through. */
  #first(guides: readonly (readonly [CacheCopy, Guide])[]): readonly [CacheCopy, Guide] {
    const isThrough = ([, guide]: readonly [CacheCopy, Guide]): boolean =>
      guide.next === 'done' || (guide.next === 'write-lock' && guide.lock.growingTo === undefined);
    const open = guides.find((one) => !isThrough(one));
    return open ?? guides.find(([, { next }]) => next === 'write-lock') ?? guides[0]!;
  }

  async #follow(cache: CacheCopy, guide: Guide): Promise<Grown | null> {
    const { lock, say, fronts } = this.#ports;
    const front = fronts.get(cache)!;
    if (!guide.next.startsWith('wait-for')) this.#waitingSince = null;
    switch (guide.next) {
      case 'refuse':
        throw this.#refusal(guide);
      case 'write-lock':
        lock.write(guide.lock);
        say(`the lock says now: ${lockText(guide.lock)} (${guide.why})`);
        // The end of one growth is not the beginning of the next.
        return this.#options.goal === 'grow' && guide.lock.growingTo === undefined
          ? this.#ended('done', guide, [])
          : null;
      case 'deploy':
        return this.#ended('deploy', guide, deploySteps(this.#options.environment, guide));
      case 'add-shards':
        await front.addShards(guide.count);
        say(`${cache}: the ledger has rows for ${guide.count} shards`);
        return null;
      case 'wait-for-shards':
      case 'wait-for-processes':
        return this.#wait(cache, guide);
      case 'start':
      case 'move':
        return this.#move(cache, front, guide);
      default:
        return this.#ended(
          'done',
          guide,
          guide.isLeft ? leftSteps(this.#options.environment, guide.shards) : [],
        );
    }
  }

  async #wait(
    cache: CacheCopy,
    guide: GuideAt<'wait-for-shards' | 'wait-for-processes'>,
  ): Promise<Grown | null> {
    const { clock, say } = this.#ports;
    const now = clock.monotonic();
    if (this.#waitingSince === null) say(`${cache}: ${waitText(guide)}`);
    this.#waitingSince ??= now;
    if (now - this.#waitingSince >= (this.#options.waitMs ?? WAIT_MS)) {
      return this.#ended('stopped', guide, [waitText(guide), waitFix(guide), AGAIN]);
    }
    await clock.sleep(POLL_MS);
    return null;
  }

  async #move(cache: CacheCopy, front: GrowthFront, guide: GuideAt<'start' | 'move'>): Promise<Grown | null> {
    const { clock, say } = this.#ports;
    const ports = { front, clock, say: (line: string) => say(`${cache}: ${line}`) };
    if (guide.next === 'start') {
      const { ring } = await front.look();
      await startGrowth(ports, ring, this.#options);
    }
    const moved = await moveParts(ports, this.#options);
    this.#copies.push({ cache, ...moved });
    if (moved.state === 'done') return null;
    return this.#ended(moved.state, guide, moved.why === null ? [] : [moved.why]);
  }

  #refusal({ why, fix }: GuideAt<'refuse'>): InvalidInput {
    const field = `environments/${this.#options.environment}.lock.json`;
    return new InvalidInput('The growth of the cache', [
      { field, value: this.#ports.lock.read(), rule: `fits the ledger: ${why}`, fix },
    ]);
  }

  #ended(state: Grown['state'], guide: Guide, next: readonly string[]): Grown {
    const lock = this.#ports.lock.read();
    const shards = guide.next === 'done' ? guide.shards : lock.shards;
    return { state, shards, next, copies: this.#copies };
  }
}

const AGAIN = 'then run the command again: it goes on from here';

function lockText({ shards, growingTo }: LockedCache): string {
  return growingTo === undefined ? `${shards} shards` : `${shards} shards, growing to ${growingTo}`;
}

function deploySteps(environment: string, { shards, deployed }: GuideAt<'deploy'>): readonly string[] {
  return [
    `set tiers.cache.shards to ${shards} in environments/${environment}.ts (${deployed} are deployed)`,
    `deploy it: the new shards are made, and nothing is on them yet`,
    'deploy the applications anew, so that each process is told the endpoints of all shards',
    AGAIN,
  ];
}

function leftSteps(environment: string, shards: number): readonly string[] {
  return [
    `set tiers.cache.shards back to ${shards} in environments/${environment}.ts`,
    'deploy it and the applications: the shards that nobody uses any more are deleted',
  ];
}

function waitText(guide: GuideAt<'wait-for-shards' | 'wait-for-processes'>): string {
  if (guide.next === 'wait-for-shards')
    return `waiting for shards ${guide.shards.join(', ')} to come into service`;
  const some = guide.behind.slice(0, 5).map(({ id, knows }) => `${id} (${knows})`);
  const rest = guide.behind.length > some.length ? ', ...' : '';
  return `waiting for ${guide.behind.length} processes that do not know ${guide.target} endpoints: ${some.join(', ')}${rest}`;
}

function waitFix(guide: GuideAt<'wait-for-shards' | 'wait-for-processes'>): string {
  return guide.next === 'wait-for-shards'
    ? 'see in `understudy status` and in the logs of the applications why no process reaches them'
    : 'deploy the applications anew: what they are told of the cache (UNDERSTUDY_CACHE_SHARDS) is older';
}
