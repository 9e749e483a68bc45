/** One balancer and its target group, by the twin: a node a zone, the health of each target, and a zonal shift. */

import type { ActiveShift, DescribedTarget } from '../../../core/front/index.ts';
import {
  checked,
  drained,
  eligible,
  isHealthy,
  NO_TURNS,
  nextByTurns,
  publishedZones,
  registered,
  type GroupView,
  type RoutedTarget,
  type TargetHealth,
  type Turns,
} from '../../twin/elb/index.ts';
import type { SimClock } from '../kernel/index.ts';
import { PORT, type BalancerName } from './site.ts';
import type { Task, Tasks } from './tasks.ts';

const INTERVAL_MS = 10_000;
const FIRST_CHECK_MS = 1000;
const DRAIN_MS = 5000;
const RULES = { healthyThreshold: 2, unhealthyThreshold: 2, slowStartMs: 0 };
const MINIMUM = { count: 1, percent: null };
/** A node that does not answer leaves the name after this. */
const NODE_NOTICED_MS = 60_000;

interface Standing extends RoutedTarget {
  readonly id: string;
  readonly address: string;
  readonly az: string;
  health: TargetHealth;
  checkAt: number;
}

export class SimBalancer {
  readonly name: BalancerName;
  readonly #clock: SimClock;
  readonly #tasks: Tasks;
  readonly #zones: readonly string[];
  readonly #targets = new Map<string, Standing>();
  readonly #downSince = new Map<string, number>();
  #turns: Turns = NO_TURNS;
  #shift: ActiveShift | null = null;
  /** The path that its checks ask for is broken on every task. */
  isCheckBroken = false;

  constructor(name: BalancerName, options: { clock: SimClock; tasks: Tasks; zones: readonly string[] }) {
    this.name = name;
    this.#clock = options.clock;
    this.#tasks = options.tasks;
    this.#zones = options.zones;
  }

  register({ address, memberId, az }: Pick<Task, 'address' | 'memberId' | 'az'>): boolean {
    const known = this.#targets.get(memberId);
    if (known !== undefined && known.health.state !== 'draining') return false;
    const now = this.#clock.now();
    const checkAt = now + FIRST_CHECK_MS;
    this.#targets.set(memberId, { id: memberId, address, az, health: registered(now), checkAt });
    return true;
  }

  deregister(memberId: string): boolean {
    const target = this.#targets.get(memberId);
    if (target === undefined || target.health.state === 'draining') return false;
    target.health = drained(target.health, this.#clock.now(), DRAIN_MS);
    return true;
  }

  /** Checks whatever is due, and forgets what has drained. */
  tick(): void {
    const now = this.#clock.now();
    for (const target of this.#targets.values()) {
      if (target.health.state === 'draining') {
        if (now >= (target.health.drainUntil ?? 0)) this.#targets.delete(target.id);
        continue;
      }
      if (now < target.checkAt) continue;
      target.checkAt = now + INTERVAL_MS;
      target.health = checked(target.health, this.#passes(target), RULES, { now, othersServe: true });
    }
  }

  describe(): readonly DescribedTarget[] {
    return [...this.#targets.values()].map(({ address, az, health }) => {
      return { address, port: PORT, az, state: health.state };
    });
  }

  stateOf(memberId: string): TargetHealth['state'] | null {
    return this.#targets.get(memberId)?.health.state ?? null;
  }

  get healthy(): number {
    return this.describe().filter(({ state }) => state === 'healthy').length;
  }

  /** Since when the target has been unhealthy; null where it is not. */
  unhealthySince(memberId: string): number | null {
    const health = this.#targets.get(memberId)?.health;
    return health?.state === 'unhealthy' ? health.since : null;
  }

  setNode(zone: string, isUp: boolean): void {
    if (isUp) this.#downSince.delete(zone);
    else if (!this.#downSince.has(zone)) this.#downSince.set(zone, this.#clock.now());
  }

  isNodeUp(zone: string): boolean {
    return !this.#downSince.has(zone);
  }

  /** Zones of the nodes that its name is answered with. */
  published(): readonly string[] {
    return publishedZones({ nodes: this.#nodes(), groups: [this.#group()], shiftedAway: this.shiftedAway });
  }

  isHealthy(): boolean {
    return isHealthy({ nodes: this.#nodes(), groups: [this.#group()] });
  }

  /** The target that the node of a zone sends the next request to; null where there is none. */
  choose(zone: string): string | null {
    const place = { zone, shiftedAway: this.shiftedAway };
    const { targets } = eligible(this.#group().targets, place, { crossZone: true, minimumHealthy: MINIMUM });
    const chosen = nextByTurns(
      targets.map(({ id }) => ({ id, weight: 1 })),
      this.#turns,
    );
    this.#turns = chosen.turns;
    return chosen.id;
  }

  get shift(): ActiveShift | null {
    if (this.#shift !== null && this.#shift.expiresAt <= this.#clock.now()) this.#shift = null;
    return this.#shift;
  }

  set shift(shift: ActiveShift | null) {
    this.#shift = shift;
  }

  get shiftedAway(): string | null {
    return this.shift?.zone ?? null;
  }

  #passes({ id, az }: Standing): boolean {
    const task = this.#tasks.byMember(id);
    if (task === null || this.isCheckBroken || this.#tasks.isLost(az)) return false;
    const { slowMs, deaf } = this.#tasks.states[task.slot]!;
    return this.#tasks.isUp(task) && !deaf && slowMs < CHECK_TIMEOUT_MS;
  }

  #nodes() {
    const now = this.#clock.now();
    return this.#zones.map((zone) => {
      const since = this.#downSince.get(zone);
      return { zone, answers: since === undefined || now - since < NODE_NOTICED_MS };
    });
  }

  #group(): GroupView & { readonly targets: readonly Standing[] } {
    return { targets: [...this.#targets.values()], crossZone: true, minimumHealthy: MINIMUM };
  }
}

const CHECK_TIMEOUT_MS = 5000;
