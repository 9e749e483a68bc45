/** A service of simulated instances behind a pool, in virtual time. */

import { ServicePool } from '../../../../runtime/service/pool.ts';
import { AttemptFailure } from '../../../../runtime/service/errors.ts';
import type { ServicePoolLimits } from '../../../../runtime/service/limits.ts';
import type {
  Discovery,
  Incoming,
  Instance,
  InstanceClient,
  Outgoing,
  Transport,
} from '../../../../runtime/service/ports.ts';
import { seeded, VirtualClock } from '../../simulated/virtual-clock.ts';

/** What an instance does with a request. */
export type Behaviour =
  | {
      readonly kind: 'answers';
      readonly ms: number;
      readonly status?: number;
      readonly headers?: Incoming['headers'];
    }
  /** No connection. */
  | { readonly kind: 'refuses' }
  /** Takes it, and the connection breaks. */
  | { readonly kind: 'breaks'; readonly ms: number }
  | { readonly kind: 'hangs' };

export const WELL: Behaviour = { kind: 'answers', ms: 5 };

export interface Arrived extends Omit<Outgoing, 'signal'> {
  readonly instance: string;
  readonly at: number;
  isAborted: boolean;
}

export class SimulatedService implements Discovery, Transport {
  readonly clock = new VirtualClock();
  readonly random = seeded(11);
  /** By name in the registry. */
  readonly registry = new Map<string, readonly Instance[]>();
  readonly behaviours = new Map<string, Behaviour>();
  /** Of probes; as of requests where there is none. */
  readonly health = new Map<string, Behaviour>();
  /** Of writes; as of all requests where there is none. */
  readonly writes = new Map<string, Behaviour>();
  readonly arrived: Arrived[] = [];
  readonly closed: string[] = [];
  registryFails = false;
  lookups = 0;

  constructor(ids: readonly string[] = ['a', 'b', 'c'], azOf: (id: string) => string | null = () => null) {
    this.register('shop', ids, azOf);
  }

  register(name: string, ids: readonly string[], azOf: (id: string) => string | null = () => null): void {
    const instances = ids.map((id) => ({ id, host: `10.0.0.${id}`, port: 8080, az: azOf(id) }));
    this.registry.set(name, instances);
  }

  pool(options: { readonly az?: string; readonly limits?: Partial<ServicePoolLimits> } = {}): ServicePool {
    const { clock, random } = this;
    const ports = { discovery: this, transport: this, clock, random };
    return new ServicePool(ports, { service: 'shop', ...options });
  }

  /** A pool that knows its instances. */
  async ready(options: Parameters<SimulatedService['pool']>[0] = {}): Promise<ServicePool> {
    const pool = this.pool(options);
    await this.clock.advance(1);
    return pool;
  }

  instances(name: string): Promise<readonly Instance[]> {
    this.lookups += 1;
    if (this.registryFails) return Promise.reject(new Error('the registry is away'));
    return Promise.resolve(this.registry.get(name) ?? []);
  }

  open({ id }: Instance): InstanceClient {
    return {
      send: (request) => this.#send(id, request),
      destroy: () => this.closed.push(id),
      close: () => Promise.resolve(void this.closed.push(id)),
    };
  }

  /** Requests of users, without our own probes. */
  get requests(): readonly Arrived[] {
    return this.arrived.filter(({ path }) => path !== '/health');
  }

  states(pool: ServicePool): Record<string, string> {
    const { instances } = pool.describe().versions[0]!;
    return Object.fromEntries(instances.map(({ id, state }) => [id, state]));
  }

  #send(instance: string, { signal, ...request }: Outgoing): Promise<Incoming> {
    const special = request.path === '/health' ? this.health : request.method === 'GET' ? null : this.writes;
    const behaviour = special?.get(instance) ?? this.behaviours.get(instance) ?? WELL;
    if (behaviour.kind === 'refuses') return Promise.reject(new AttemptFailure('unsent'));
    const arrived: Arrived = { ...request, instance, at: this.clock.now(), isAborted: false };
    this.arrived.push(arrived);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        arrived.isAborted = true;
        reject(new AttemptFailure('aborted'));
      });
      if (behaviour.kind === 'hangs') return;
      this.clock.after(behaviour.ms, () => {
        if (behaviour.kind === 'breaks') reject(new AttemptFailure('lost'));
        else
          resolve({
            status: behaviour.status ?? 200,
            headers: behaviour.headers ?? {},
            body: new Uint8Array(),
          });
      });
    });
  }
}

export interface Outcome {
  readonly answered: number;
  readonly errors: readonly string[];
  readonly by: Readonly<Record<string, number>>;
}

/** A request each `everyMs` of virtual time. */
export async function load(
  service: SimulatedService,
  pool: ServicePool,
  options: { readonly ms: number; readonly everyMs?: number; readonly method?: string },
): Promise<Outcome> {
  const { ms, everyMs = 5, method = 'GET' } = options;
  const by: Record<string, number> = {};
  const errors: string[] = [];
  let answered = 0;
  for (let at = 0; at < ms; at += everyMs) {
    void pool.request({ method, path: '/work' }).then(
      ({ instance, status }) => {
        if (status >= 500) errors.push(String(status));
        answered += 1;
        by[instance] = (by[instance] ?? 0) + 1;
      },
      (error: unknown) => void errors.push((error as { code?: string }).code ?? String(error)),
    );
    await service.clock.advance(everyMs);
  }
  await service.clock.advance(6000);
  return { answered, errors, by };
}
