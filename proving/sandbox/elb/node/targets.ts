/** The targets of one group as a node knows them: their health, its connections to them, and whose turn it is. */

import http from 'node:http';
import type net from 'node:net';
import {
  checked,
  drained,
  eligible,
  isRamping,
  leastOutstanding,
  NO_TURNS,
  nextByTurns,
  registered,
  share,
  type TargetHealth,
} from '../../../twin/elb/index.ts';
import type { GroupConfig, TargetConfig } from '../node-protocol.ts';

/** Keeps a connection for as long as the balancer likes, whatever the target announces. */
class TargetAgent extends http.Agent {
  private readonly idleMs: number;

  constructor(idleMs: number) {
    super({ keepAlive: true, timeout: idleMs });
    this.idleMs = idleMs;
  }

  override keepSocketAlive(socket: net.Socket): boolean {
    socket.setTimeout(this.idleMs);
    return true;
  }
}

export class Target {
  readonly config: TargetConfig;
  readonly agent: http.Agent;
  /** Requests that are under way. */
  readonly open = new Set<http.ClientRequest>();
  health: TargetHealth;

  constructor(config: TargetConfig, idleMs: number, now: number) {
    this.config = config;
    this.agent = new TargetAgent(idleMs);
    const fresh = registered(now);
    // A node that is new takes over what the others see.
    this.health = config.known === 'draining' ? fresh : { ...fresh, state: config.known };
  }

  get id(): string {
    return this.config.id;
  }

  get az(): string | null {
    return this.config.az;
  }

  /** No new request; open ones may end. */
  drain(now: number, until: number): void {
    this.health = drained(this.health, now, until - now);
    this.agent.maxFreeSockets = 0;
    for (const socket of Object.values(this.agent.freeSockets).flat()) socket?.destroy();
  }

  /** Ends what is under way: the target is registered no more. */
  cutOff(): void {
    for (const request of this.open) request.destroy(new Error('the target was deregistered'));
    this.agent.destroy();
  }
}

export class Group {
  config: GroupConfig;
  readonly targets = new Map<string, Target>();
  private turns = NO_TURNS;

  constructor(config: GroupConfig) {
    this.config = config;
  }

  /** Takes over what is registered now. @returns the targets that are new here */
  configure(config: GroupConfig, idleMs: number, now: number): readonly Target[] {
    this.config = config;
    const wanted = new Map(config.targets.map((target) => [target.id, target]));
    for (const target of this.targets.values()) {
      const next = wanted.get(target.id);
      if (next?.registration === target.config.registration) continue;
      this.targets.delete(target.id);
      target.cutOff();
    }
    const fresh: Target[] = [];
    for (const one of wanted.values()) {
      const known = this.targets.get(one.id);
      const target = known ?? new Target(one, idleMs, now);
      if (known === undefined) fresh.push(target);
      this.targets.set(one.id, target);
      if (one.drainUntil !== null && target.health.state !== 'draining') target.drain(now, one.drainUntil);
    }
    return fresh;
  }

  /** Whom a request goes to; null where nothing is registered. */
  choose(zone: string, shiftedAway: string | null, now: number): Target | null {
    const { algorithm, crossZone, minimumHealthy, slowStartMs } = this.config;
    const place = { zone, shiftedAway };
    const { targets } = eligible([...this.targets.values()], place, { crossZone, minimumHealthy });
    if (algorithm === 'least_outstanding_requests') {
      const loaded = targets.map(({ id, open }) => ({ id, outstanding: open.size }));
      return this.targets.get(leastOutstanding(loaded, Math.random()) ?? '') ?? null;
    }
    const weighted = targets.map(({ id, health }) => ({ id, weight: share(health, slowStartMs, now) }));
    const next = nextByTurns(weighted, this.turns);
    this.turns = next.turns;
    return this.targets.get(next.id ?? '') ?? null;
  }

  /** @returns true where its state has changed */
  checked(target: Target, passed: boolean, now: number): boolean {
    const before = target.health.state;
    const { slowStartMs } = this.config;
    const othersServe = [...this.targets.values()].some(
      ({ id, health }) =>
        id !== target.id && health.state === 'healthy' && !isRamping(health, slowStartMs, now),
    );
    const rules = { ...this.config.check, slowStartMs };
    target.health = checked(target.health, passed, rules, { now, othersServe });
    return target.health.state !== before;
  }

  count(state: TargetHealth['state']): number {
    return [...this.targets.values()].filter(({ health }) => health.state === state).length;
  }

  end(): void {
    for (const target of this.targets.values()) target.cutOff();
    this.targets.clear();
  }
}
