/** Who looks after the cluster: the twin's state machine, driven by virtual time, and what its effects do. */

import type { DescribedCluster } from '../../../core/database/index.ts';
import type { CallOutcome } from '../../../core/ports/index.ts';
import {
  clusterStatus,
  type ClusterState,
  type Effect,
  type Input,
  newCluster,
  nextDueAt,
  type RdsEvent,
  rejectFailover,
  scaleTimings,
  type Timings,
  transition,
} from '../../twin/aurora/index.ts';
import type { Cancel, Random, SimClock } from '../kernel/index.ts';
import type { SimEngine } from './engine.ts';
import { promote } from './promotion.ts';
import type { SimStorage } from './storage.ts';
import type { SimMember } from './types.ts';

const INSTANCE_CLASS = 'db.r8g.large';
/** A step of the service takes this share of its time, drawn anew each time. */
const SHARE = { min: 0.75, max: 1.25 } as const;
const START_MS = { min: 300, max: 1500 } as const;

export interface ManagedServiceOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly clusterId: string;
  readonly members: readonly SimMember[];
  readonly timings: Timings;
  readonly storage: SimStorage;
  readonly engine: (id: string) => SimEngine;
  readonly publish: (state: ClusterState) => void;
  readonly onEvent: (event: RdsEvent) => void;
}

export class ManagedService {
  /** When it failed over without being asked. */
  readonly managedFailovers: number[] = [];
  readonly #options: ManagedServiceOptions;
  #state: ClusterState;
  #cancelTick: Cancel | null = null;

  constructor(options: ManagedServiceOptions) {
    this.#options = options;
    this.#state = established(options);
    options.publish(this.#state);
  }

  get state(): ClusterState {
    return this.#state;
  }

  describe(): DescribedCluster {
    const { members, writer, id } = this.#state;
    return {
      clusterId: id,
      status: clusterStatus(this.#state),
      members: members.map(({ id, az, promotionTier, status }) => ({
        id,
        isWriter: id === writer,
        promotionTier,
        az,
        status,
      })),
      at: this.#options.clock.now(),
    };
  }

  /** The host of a member is gone. */
  processExited(id: string): void {
    this.#dispatch({ kind: 'process-exited', member: id });
  }

  failover(target: string | null): CallOutcome {
    const rejection = rejectFailover(this.#state, target);
    if (rejection !== null) {
      const conflict = rejection.fault !== 'DBInstanceNotFound';
      return { outcome: 'refused', code: rejection.fault, conflict, retryable: conflict };
    }
    this.#dispatch({ kind: 'failover-requested', target });
    return { outcome: 'accepted' };
  }

  #dispatch(input: Input): void {
    const { clock, random } = this.#options;
    const drawn = (ms: number): number =>
      Math.round(ms * (SHARE.min + (SHARE.max - SHARE.min) * random.next()));
    const timings = scaleTimings(this.#options.timings, drawn);
    const { state, effects } = transition(this.#state, input, { now: clock.now(), timings });
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    this.#cancelTick?.();
    const dueAt = nextDueAt(this.#state);
    this.#cancelTick = dueAt === null ? null : clock.at(dueAt, () => this.#dispatch({ kind: 'tick' }));
  }

  #carryOut(effect: Effect): void {
    const { engine, publish, onEvent } = this.#options;
    switch (effect.kind) {
      case 'promote':
        this.#note();
        void this.#promote(effect.target, effect.from);
        break;
      case 'restart':
        void this.#restart(effect);
        break;
      case 'serve':
        engine(effect.member).admit();
        break;
      case 'publish-endpoints':
        publish(this.#state);
        break;
      default:
        onEvent(effect.event);
        break;
    }
  }

  #note(): void {
    const { failover } = this.#state;
    const isFirst = failover?.phase === 'promoting' && failover.tried.length === 0;
    if (isFirst && failover.cause === 'crash') this.managedFailovers.push(this.#options.clock.now());
  }

  async #promote(target: string, from: string | null): Promise<void> {
    const { clock, random, storage, engine } = this.#options;
    const promoted = await promote({
      clock,
      random,
      storage,
      target: engine(target),
      from: from === null ? null : engine(from),
    });
    this.#dispatch({ kind: promoted ? 'promotion-succeeded' : 'promotion-failed', member: target });
  }

  async #restart({ member, role }: Extract<Effect, { kind: 'restart' }>): Promise<void> {
    const { clock, random } = this.#options;
    const engine = this.#options.engine(member);
    // A fenced process that hangs ends by itself when it wakes: the service does not see a hang.
    if (role === 'reader' && engine.fenced) await engine.ended();
    engine.end();
    const { life } = engine;
    await clock.sleep(random.between(START_MS.min, START_MS.max));
    if (engine.life !== life) return;
    engine.start(role);
    engine.admit();
    this.#dispatch({ kind: 'member-serving', member });
  }
}

/** The cluster as it is when all its members have been made: the first one writes. */
function established({ clusterId, members, clock, timings }: ManagedServiceOptions): ClusterState {
  const context = { now: clock.now(), timings };
  let state = newCluster(clusterId);
  for (const { id, az, promotionTier } of members) {
    const member = { id, az, promotionTier, instanceClass: INSTANCE_CLASS };
    state = transition(state, { kind: 'member-added', member }, context).state;
  }
  for (const { id } of members) {
    state = transition(state, { kind: 'member-serving', member: id }, context).state;
  }
  return state;
}
