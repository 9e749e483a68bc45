/** The items of the front table: what concerns balancers, tasks and names. Every `at` and `since` is epoch ms. */

import { datedKey, type Key } from './keys.ts';
import type { ReachedSample, ReachObservation } from './reach-observation.ts';

/** A task that a balancer may send requests to. */
export interface TargetEntry {
  /** `<address>:<port>`: what the balancers and the probers know it by. */
  readonly memberId: string;
  readonly address: string;
  readonly port: number;
  readonly az: string;
  /** Where it stands now: in the target groups, or taken out by us. */
  readonly registered: boolean;
  /** What the balancers say of it; null where none was asked. */
  readonly balancer: 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused' | null;
  /** Since when `registered` is as it is. */
  readonly since: number;
  /** When ECS told that its task has stopped, although it still stands in a group; absent where it did not. */
  readonly stoppedAt?: number;
}

/** The tasks to probe, as dns-failover last saw them. Its write is fenced by the epoch of the controller's lease. */
export interface TargetsItem {
  readonly kind: 'targets';
  readonly env: string;
  readonly epoch: number;
  readonly at: number;
  /** Asked of every target. */
  readonly healthPath: string;
  readonly targets: readonly TargetEntry[];
  /** Deregistrations of the last while, newest last: what the velocity limit counts. */
  readonly removals: readonly { readonly memberId: string; readonly az: string; readonly at: number }[];
  /** Zones that a shift of ours leads away from. */
  readonly shifted: readonly { readonly zone: string; readonly shiftId: string; readonly since: number }[];
  /** What dns-failover remembers between two runs; absent before the first that decides. */
  readonly memory?: FrontMemory;
}

/** How a zone looks to the probers of the others. `between`: neither gray nor well. */
export type ZoneLook = 'gray' | 'between' | 'well';

export interface FrontMemory {
  /** So few targets look fit that nothing more is deregistered (I-04). */
  readonly failOpen: boolean;
  /** How each zone with targets looks, and since when. */
  readonly zones: Readonly<Record<string, { readonly look: ZoneLook; readonly since: number }>>;
  readonly edge: EdgeMemory;
  /** The drift of the records that stands now, in words, and since when; null where they are as deployed. */
  readonly drift: { readonly told: string; readonly since: number } | null;
  /** When the records were looked at last; null before the first time. */
  readonly recordsReadAt: number | null;
}

/** What the public endpoint answered when asked from outside. */
export interface EdgeMemory {
  readonly healthy: boolean;
  /** Since when `healthy` is as it is; null before the first answer. */
  readonly since: number | null;
  /** Answered requests in a row, and failed ones. */
  readonly good: number;
  readonly bad: number;
}

/** One probe of one target by one prober. */
export interface TargetSample extends ReachedSample {
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
}

/** What one prober saw of the targets. The partition is its own. */
export type TargetObservationItem = ReachObservation<'target-observation', TargetSample>;

/** The rules in force for one service. */
export interface StrategyItem {
  readonly kind: 'strategy';
  readonly service: string;
  /** The document as text, already validated. */
  readonly document: string;
  readonly at: number;
  /** Why the newest document was refused; null where the newest is in force. */
  readonly refused: string | null;
}

/** One item an environment. */
export function targetsKey(env: string): Key {
  return { pk: `targets#${env}`, sk: 'targets' };
}

export function targetObservationPartition(az: string): string {
  return `target-observation#${az}`;
}
export function targetObservationKey(az: string, at: number): Key {
  return datedKey(targetObservationPartition(az), at);
}

export function strategyKey(service: string): Key {
  return { pk: `strategy#${service}`, sk: 'strategy' };
}

/** Stands for the cluster of a ledger partition: `ledgerPartition(frontLedgerId(env))` holds these recoveries. */
export function frontLedgerId(env: string): string {
  return `${env}-front`;
}
