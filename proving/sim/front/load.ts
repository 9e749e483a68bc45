/** The clients of the public name: they keep its addresses, try the next where a node does not answer, and ask. */

import type { Random, SimClock } from '../kernel/index.ts';
import type { SimBalancer } from './balancer.ts';
import type { SimNames } from './names.ts';
import type { SimService } from './service.ts';
import type { FrontSite } from './site.ts';
import type { Task, Tasks } from './tasks.ts';
import type { FrontRequest } from './view.ts';

const NAME_KEPT_MS = 60_000;
const ANSWER_MS_MAX = 5000;
const CONNECT_MS = 200;

export interface LoadOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly site: FrontSite;
  readonly names: SimNames;
  readonly balancers: readonly SimBalancer[];
  readonly tasks: Tasks;
  readonly service: SimService;
}

export class Load {
  readonly requests: FrontRequest[] = [];
  readonly #options: LoadOptions;
  #kept: { readonly addresses: readonly string[]; readonly at: number } | null = null;

  constructor(options: LoadOptions) {
    this.#options = options;
    const { clock, site } = options;
    const again = (): void => {
      void this.#request();
      clock.after(1000 / site.requestsPerSecond, again);
    };
    clock.after(1000, again);
  }

  async #request(): Promise<void> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    const why = await this.#ask();
    this.requests.push({ startedAt, endedAt: clock.now(), ok: why === null, why });
  }

  async #ask(): Promise<FrontRequest['why']> {
    const { clock, balancers, tasks } = this.#options;
    const addresses = this.#addresses();
    if (addresses.length === 0) return 'no-address';
    const up = addresses.find((address) => {
      const [name, zone] = address.split('|');
      return balancers.find((one) => one.name === name)!.isNodeUp(zone!);
    });
    if (up === undefined) {
      this.#kept = null;
      return 'no-node';
    }
    if (up !== addresses[0]) await clock.sleep(CONNECT_MS);
    const [name, zone] = up.split('|');
    const balancer = balancers.find((one) => one.name === name)!;
    const chosen = balancer.choose(zone!);
    if (chosen === null) return 'no-target';
    const end = balancer.begin(zone!, chosen);
    const why = await this.#forward(tasks.byMember(chosen), zone!);
    end();
    return why;
  }

  /** What becomes of a request that the node of a zone sends to a task. */
  async #forward(task: Task | null, zone: string): Promise<FrontRequest['why']> {
    const { clock, tasks, service } = this.#options;
    if (task === null || task.isDead || !tasks.isReached(task, zone)) return 'task';
    const { slowMs, gray } = task.state;
    if (!tasks.isUp(task) || gray || slowMs >= ANSWER_MS_MAX) {
      await clock.sleep(ANSWER_MS_MAX);
      return 'task';
    }
    await clock.sleep(slowMs);
    return (await service.ask()) ? null : 'service';
  }

  /** In an order of its own each time, as a client that spreads its connections takes them. */
  #addresses(): readonly string[] {
    const { clock, names, random } = this.#options;
    const now = clock.now();
    if (this.#kept === null || now - this.#kept.at >= NAME_KEPT_MS) {
      this.#kept = { addresses: names.resolve(), at: now };
    }
    const { addresses } = this.#kept;
    const first = addresses.length === 0 ? 0 : random.between(0, addresses.length - 1);
    return [...addresses.slice(first), ...addresses.slice(0, first)];
  }
}
