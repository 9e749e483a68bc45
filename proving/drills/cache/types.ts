/** What a scenario of the cache is made of. */

import type { Conditions } from '../conditions.ts';
import type { CacheFaultKind, CacheNode } from '../model.ts';
import type { DrillPlace } from '../ports.ts';
import type { Rule } from '../line-parts.ts';
import type { Setting } from '../scenarios/types.ts';
import type { Fills } from './fills.ts';
import type { Home } from './home.ts';
import type { Aim } from './load/index.ts';
import type { CacheLine, CacheSample } from './model.ts';
import type { Entries } from './plain-cache.ts';
import type { Versions } from './statistics.ts';

export interface CacheSetting extends Conditions {
  readonly fault: CacheFaultKind;
  readonly pace: Setting['pace'];
}

export type CacheExpectation = Rule<CacheLine>;

/** An instance of the application that a drill starts for itself and ends. */
export interface CacheInstance {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Who lives where, and who is broken. */
export interface Layout {
  readonly victims: readonly CacheNode[];
  readonly home: Home;
}

export interface CacheScenario {
  readonly name: string;
  readonly tier: 'cache';
  /** The first is the default. */
  readonly faults: readonly CacheFaultKind[];
  /** In the words of a user. */
  hypothesis(setting: CacheSetting): string;
  /** Started for the drill: our application, or the control with the same variables. One or more. */
  readonly instances: readonly CacheInstance[];
  /** Whom to break, of the nodes of the main copy by shard; `random` in [0, 1). */
  victims(nodes: readonly CacheNode[], random: number): readonly CacheNode[];
  /** A node that was killed starts again on what it had written; else the managed service replaces it, empty. */
  readonly returnsWithOldData: boolean;
  /** How long the fault stands at least, in ms. */
  readonly holdMs: number;
  /** Where the load is sent while the fault stands, and from the return on. @default - as before the fault */
  aimDuring?(layout: Layout, aim: Aim): Aim;
  aimAfter?(layout: Layout, aim: Aim): Aim;
  /** How long it is looked at after the return, in ms. */
  readonly afterMs: number;
  expectations(setting: CacheSetting): readonly CacheExpectation[];
}

/** What stands on a node, read directly, and when the reading began. */
export interface Look {
  readonly node: CacheNode;
  readonly at: number;
  readonly entries: Entries;
}

/** All that was seen of one run. Times are epoch ms. */
export interface CacheRun {
  readonly setting: CacheSetting;
  readonly layout: Layout;
  /** All requests that were sent on schedule; those before `countedFrom` are the warm-up. */
  readonly samples: readonly CacheSample[];
  readonly countedFrom: number;
  readonly faultAt: number;
  /** From when the broken shards could be reached again; null when they could not until the end. */
  readonly returnedAt: number | null;
  readonly endedAt: number;
  /** Of the other shards while the fault stood, and of all at the end. */
  readonly looks: readonly Look[];
  /** Of the broken shards at the return. */
  readonly returns: readonly Look[];
  /** At the end, when nothing was written any more. */
  readonly last: readonly Look[];
  /** Reads of all that was changed, through the application, then. */
  readonly visits: readonly CacheSample[];
  /** What the database holds, before the load and at the end; null where it could not be read. */
  readonly before: Versions | null;
  readonly after: Versions | null;
  readonly fills: readonly (Fills | null)[];
}

/** A fault of shards that stands. */
export interface ShardFault {
  /** Epoch ms from which it is in force, or could be. */
  readonly at: number;
  /** Whether it really took effect, by what a plain client or the system says. */
  verify(): Promise<boolean>;
  /** Ends it where that is ours. May be called again. */
  release(): Promise<void>;
}

export interface ShardFaultContext {
  readonly place: DrillPlace;
  readonly victims: readonly CacheNode[];
  /** All nodes of the main copy. */
  readonly nodes: readonly CacheNode[];
  readonly now: () => number;
}
