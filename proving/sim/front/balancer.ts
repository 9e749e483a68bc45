/** One balancer and its target group: what is registered with it, its nodes, the zones of its name, a zonal shift. */

import type { ActiveShift, DescribedTarget } from '../../../core/front/index.ts';
import {
  commonState,
  isHealthy,
  publishedZones,
  type GroupView,
  type TargetHealth,
} from '../../twin/elb/index.ts';
import type { ZoneWay } from '../faults/front-spec.ts';
import type { SimClock } from '../kernel/index.ts';
import { SimNode, type Registration } from './node.ts';
import { PORT, TARGET_GROUP, type BalancerName } from './site.ts';
import type { Task, Tasks } from './tasks.ts';

const { check, deregistrationMs, minimumHealthy } = TARGET_GROUP;

export class SimBalancer {
  readonly name: BalancerName;
  readonly #clock: SimClock;
  readonly #tasks: Tasks;
  readonly #nodes: readonly SimNode[];
  readonly #registrations = new Map<string, Registration>();
  #count = 0;
  #shift: ActiveShift | null = null;
  /** The path that its checks ask for is broken on every task. */
  isCheckBroken = false;

  constructor(name: BalancerName, options: { clock: SimClock; tasks: Tasks; zones: readonly string[] }) {
    this.name = name;
    this.#clock = options.clock;
    this.#tasks = options.tasks;
    this.#nodes = options.zones.map((zone) => new SimNode(zone, options.clock.now()));
  }

  /** What is registered stays as it is; what drains is registered anew. */
  register({ address, memberId, az }: Pick<Task, 'address' | 'memberId' | 'az'>): boolean {
    const known = this.#registrations.get(memberId);
    if (known !== undefined && known.drainUntil === null) return false;
    this.#count += 1;
    this.#registrations.set(memberId, { id: memberId, address, az, number: this.#count, drainUntil: null });
    return true;
  }

  deregister(memberId: string): boolean {
    const known = this.#registrations.get(memberId);
    if (known === undefined || known.drainUntil !== null) return false;
    known.drainUntil = this.#clock.now() + deregistrationMs;
    return true;
  }

  /** Lets its nodes check whatever is due, and forgets what has drained. */
  tick(): void {
    const now = this.#clock.now();
    const around = {
      registrations: [...this.#registrations.values()],
      passes: (id: string, from: string) => this.#passes(id, from),
      stateOf: (id: string) => this.stateOf(id) ?? 'initial',
    };
    for (const node of this.#nodes) node.tick(now, around);
    for (const registration of around.registrations) {
      const { id, drainUntil } = registration;
      if (drainUntil === null) continue;
      const isOver = now >= drainUntil || this.#running().every((node) => node.hasDrained(registration, now));
      if (isOver) this.#registrations.delete(id);
    }
  }

  describe(): readonly DescribedTarget[] {
    return [...this.#registrations.values()].map((one) => {
      return { address: one.address, port: PORT, az: one.az, state: this.#stateOf(one) };
    });
  }

  /** Null for a target that it does not know. */
  stateOf(memberId: string): TargetHealth['state'] | null {
    const registration = this.#registrations.get(memberId);
    return registration === undefined ? null : this.#stateOf(registration);
  }

  /** @param way what has befallen the zone; null where nothing has */
  setZone(zone: string, way: ZoneWay | null): void {
    this.#nodeIn(zone).befall(way, this.#clock.now());
  }

  isNodeUp(zone: string): boolean {
    return this.#nodeIn(zone).isUp;
  }

  /** Zones of the nodes that its name is answered with. */
  published(): readonly string[] {
    return publishedZones({
      nodes: this.#nodeViews(),
      groups: [this.#group()],
      shiftedAway: this.shiftedAway,
    });
  }

  isHealthy(): boolean {
    return isHealthy({ nodes: this.#nodeViews(), groups: [this.#group()] });
  }

  /** The target that the node of a zone sends the next request to; null where there is none. */
  choose(zone: string): string | null {
    const registrations = [...this.#registrations.values()];
    return this.#nodeIn(zone).choose(registrations, this.shiftedAway, this.#clock.now());
  }

  /** A request by the node of this zone to this target begins. @returns what ends it */
  begin(zone: string, memberId: string): () => void {
    return this.#nodeIn(zone).begin(memberId);
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

  #passes(id: string, from: string): boolean {
    const task = this.#tasks.byMember(id);
    if (task === null || this.isCheckBroken || !this.#tasks.isReached(task, from)) return false;
    const { slowMs, deaf } = task.state;
    return this.#tasks.isUp(task) && !deaf && slowMs < check.timeoutMs;
  }

  #stateOf(registration: Registration): TargetHealth['state'] {
    if (registration.drainUntil !== null) return 'draining';
    const views = this.#running().map((node) => node.viewOf(registration));
    return commonState(views.filter((view) => view !== null));
  }

  #running(): readonly SimNode[] {
    return this.#nodes.filter(({ hasProcess }) => hasProcess);
  }

  #nodeIn(zone: string): SimNode {
    return this.#nodes.find((node) => node.zone === zone)!;
  }

  #nodeViews() {
    const now = this.#clock.now();
    return this.#nodes.map((node) => ({ zone: node.zone, answers: node.answers(now) }));
  }

  #group(): GroupView {
    const targets = [...this.#registrations.values()].map((one) => {
      const health = { against: 0, since: 0, slowStartAt: null, drainUntil: one.drainUntil };
      return { id: one.id, az: one.az, health: { ...health, state: this.#stateOf(one) } };
    });
    return { targets, crossZone: true, minimumHealthy };
  }
}
