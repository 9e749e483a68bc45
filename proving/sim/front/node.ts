/** One node of a balancer, by the twin: how it lives, what it sees of each target, and whose turn it is. */

import {
  born,
  checked,
  died,
  drained,
  eligible,
  heard,
  isAnswering,
  isDeregistered,
  isDueForReplacement,
  isRamping,
  NODE_TIMINGS,
  NO_TURNS,
  nextByTurns,
  registered,
  replacementFailed,
  share,
  type NodeLife,
  type TargetHealth,
  type Turns,
} from '../../twin/elb/index.ts';
import type { ZoneWay } from '../faults/front-spec.ts';
import { TARGET_GROUP } from './site.ts';

const { check, slowStartMs, minimumHealthy } = TARGET_GROUP;
const RULES = { ...check, slowStartMs };

/** A target as it is registered, for all nodes of its balancer. */
export interface Registration {
  readonly id: string;
  readonly address: string;
  readonly az: string;
  /** Tells a registration from one before it. */
  readonly number: number;
  /** Null while it does not drain. */
  drainUntil: number | null;
}

/** What the node knows of one registration. */
interface Seen {
  readonly number: number;
  health: TargetHealth;
  checkAt: number;
  /** Requests that are under way. */
  open: number;
}

export interface Surroundings {
  readonly registrations: readonly Registration[];
  /** Whether the check of a target passes, asked from this node's zone. */
  readonly passes: (id: string, from: string) => boolean;
  /** What most nodes see, for one that is new. */
  readonly stateOf: (id: string) => TargetHealth['state'];
}

export class SimNode {
  readonly zone: string;
  readonly #seen = new Map<string, Seen>();
  #life: NodeLife;
  #turns: Turns = NO_TURNS;
  /** What has befallen its zone; null while nothing has. */
  #way: ZoneWay | null = null;

  constructor(zone: string, now: number) {
    this.zone = zone;
    this.#life = born(now);
  }

  befall(way: ZoneWay | null, now: number): void {
    if (way === 'kill') this.#life = died(this.#life, now);
    this.#way = way;
  }

  /** A client that connects gets through. */
  get isUp(): boolean {
    return this.hasProcess && this.#way === null;
  }

  /** One that hangs has one as well. */
  get hasProcess(): boolean {
    return this.#life.diedAt === null;
  }

  /** False from when AWS has noticed that it does not answer. */
  answers(now: number): boolean {
    return isAnswering(this.#life, now, NODE_TIMINGS);
  }

  viewOf({ id, number }: Registration): TargetHealth['state'] | null {
    const seen = this.#seen.get(id);
    return seen?.number === number ? seen.health.state : null;
  }

  /** Lives on, takes over what is registered, and checks whatever is due. */
  tick(now: number, around: Surroundings): void {
    if (isDueForReplacement(this.#life, now, NODE_TIMINGS)) this.#replace(now, around);
    if (this.isUp) this.#life = heard(this.#life, now);
    if (!this.hasProcess || this.#way === 'hang') return;
    const registeredIds = new Set(around.registrations.map(({ id }) => id));
    for (const id of this.#seen.keys()) if (!registeredIds.has(id)) this.#seen.delete(id);
    for (const registration of around.registrations) {
      const seen = this.#take(registration, now);
      if (seen.health.state === 'draining' || now < seen.checkAt) continue;
      seen.checkAt = now + check.intervalMs;
      const context = { now, othersServe: this.#othersServe(seen, now) };
      seen.health = checked(seen.health, around.passes(registration.id, this.zone), RULES, context);
    }
  }

  /** Whom it sends the next request to; null where nothing is registered. */
  choose(registrations: readonly Registration[], shiftedAway: string | null, now: number): string | null {
    const targets = registrations.flatMap(({ id, az, number }) => {
      const seen = this.#seen.get(id);
      return seen?.number === number ? [{ id, az, health: seen.health }] : [];
    });
    const place = { zone: this.zone, shiftedAway };
    const fit = eligible(targets, place, { crossZone: true, minimumHealthy }).targets;
    const weighted = fit.map(({ id, health }) => ({ id, weight: share(health, slowStartMs, now) }));
    const next = nextByTurns(weighted, this.#turns);
    this.#turns = next.turns;
    return next.id;
  }

  /** A request to the target begins. @returns what ends it */
  begin(id: string): () => void {
    const seen = this.#seen.get(id);
    if (seen === undefined) return () => undefined;
    seen.open += 1;
    return () => {
      seen.open -= 1;
    };
  }

  /** Nothing of it keeps the target, which drains. */
  hasDrained({ id, number }: Registration, now: number): boolean {
    const seen = this.#seen.get(id);
    return seen?.number !== number || isDeregistered(seen.health, seen.open, now);
  }

  #replace(now: number, { registrations, stateOf }: Surroundings): void {
    if (this.#way !== null) {
      this.#life = replacementFailed(this.#life, now);
      return;
    }
    this.#life = born(now);
    this.#seen.clear();
    for (const registration of registrations) {
      const state = stateOf(registration.id);
      const seen = this.#take(registration, now);
      if (state !== 'draining') seen.health = { ...seen.health, state };
    }
  }

  #take({ id, number, drainUntil }: Registration, now: number): Seen {
    let seen = this.#seen.get(id);
    if (seen?.number !== number) {
      seen = { number, health: registered(now), checkAt: now, open: 0 };
      this.#seen.set(id, seen);
    }
    if (drainUntil !== null) seen.health = drained(seen.health, now, drainUntil - now);
    return seen;
  }

  #othersServe(one: Seen, now: number): boolean {
    return [...this.#seen.values()].some(
      (other) =>
        other !== one && other.health.state === 'healthy' && !isRamping(other.health, slowStartMs, now),
    );
  }
}
