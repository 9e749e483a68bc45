/** The services behind the web tier: instances that fail, and the shipped pool that reaches them. */

import { AttemptFailure } from '../../../runtime/service/errors.ts';
import { ServicePool, type Instance, type InstanceClient } from '../../../runtime/service/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';

const INSTANCES = 4;
const ANSWER_MS = { min: 2, max: 12 } as const;
const HEALTH = '/health';
const OK = { status: 200, headers: {}, body: new Uint8Array() } as const;

export interface InstanceState {
  isDead: boolean;
  hung: boolean;
}

export interface SimServiceOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly zones: readonly string[];
  /** Changes the pool's limits. @default - as shipped */
  readonly limits?: ConstructorParameters<typeof ServicePool>[1]['limits'];
}

export class SimService {
  readonly states: readonly InstanceState[] = Array.from({ length: INSTANCES }, () => {
    return { isDead: false, hung: false };
  });
  requests = 0;
  attempts = 0;
  needlessly = 0;
  readonly #options: SimServiceOptions;
  readonly #pool: ServicePool;
  #changedAt = 0;

  constructor(options: SimServiceOptions) {
    this.#options = options;
    const { clock, random, zones, limits } = options;
    const instances = this.states.map((_, place): Instance => {
      return { id: `shop-${place}`, host: `10.1.0.${place}`, port: 8080, az: zones[place % zones.length]! };
    });
    this.#pool = new ServicePool(
      {
        clock: clock.forClients(),
        random: () => random.next(),
        discovery: { instances: () => Promise.resolve(instances) },
        transport: { open: (instance) => this.#open(instances.indexOf(instance)) },
      },
      { service: 'shop', az: zones[0]!, ...(limits === undefined ? {} : { limits }) },
    );
  }

  /** Something befalls an instance, or ends. */
  set(place: number, change: Partial<InstanceState>): void {
    Object.assign(this.states[place]!, change);
    this.#changedAt = this.#options.clock.now();
  }

  /** One request of a web task. */
  async ask(): Promise<boolean> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    this.requests += 1;
    try {
      await this.#pool.request({ method: 'GET', path: '/catalogue' });
      return true;
    } catch {
      const isCalm = this.states.every(({ isDead, hung }) => !isDead && !hung);
      if (isCalm && startedAt - this.#changedAt > SETTLED_MS) this.needlessly += 1;
      return false;
    }
  }

  #open(place: number): InstanceClient {
    const { clock, random } = this.#options;
    const state = this.states[place]!;
    return {
      send: ({ path, signal }) =>
        new Promise((resolve, reject) => {
          if (path !== HEALTH) this.attempts += 1;
          const fail = (kind: AttemptFailure['kind']): void => reject(new AttemptFailure(kind));
          signal.addEventListener('abort', () => fail('aborted'), { once: true });
          if (state.isDead) return fail('unsent');
          if (state.hung) return undefined;
          clock.after(random.between(ANSWER_MS.min, ANSWER_MS.max), () => {
            if (state.isDead) fail('lost');
            else if (!state.hung) resolve(OK);
          });
          return undefined;
        }),
      destroy: () => undefined,
      close: () => Promise.resolve(),
    };
  }
}

/** After the end of a fault whoever was left out is back by then. */
const SETTLED_MS = 30_000;
