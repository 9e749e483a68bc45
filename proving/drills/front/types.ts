/** What a scenario of the edge, web and service tiers is made of. */

import type { ReadBack } from '../checker.ts';
import type { Conditions } from '../conditions.ts';
import type { Rule } from '../line-parts.ts';
import type {
  CacheNode,
  EdgeNode,
  FrontFaultKind,
  Member,
  Sample,
  ServiceTask,
  Viewpoint,
} from '../model.ts';
import type { Setting } from '../scenarios/types.ts';
import type { FrontLine } from './model.ts';
import type { Deployed, Deployment } from './ports.ts';

export interface FrontSetting extends Conditions {
  readonly fault: FrontFaultKind;
  readonly pace: Setting['pace'];
}

export type FrontExpectation = Rule<FrontLine>;

/** Everything that there is to break. */
export interface Stock {
  readonly members: readonly Member[];
  readonly cacheNodes: readonly CacheNode[];
  readonly tasks: readonly ServiceTask[];
  readonly nodes: readonly EdgeNode[];
  readonly viewpoints: readonly Viewpoint[];
  /** Processes of the probers, by zone. */
  readonly proberPids: Readonly<Record<string, readonly number[]>>;
}

/** A process behind an address of its own. */
export interface Victim {
  readonly id: string;
  readonly az: string;
  readonly address: string;
  readonly port: number;
  readonly pid: number;
}

/** What is broken, and who loses sight of it in a partition. */
export interface Target {
  /** As the line names it. */
  readonly name: string;
  readonly victims: readonly Victim[];
  /** Processes that go with them and answer nobody: the prober of a zone. */
  readonly pids: readonly number[];
  /** What the observations and the ledger may call it. */
  readonly ids: readonly string[];
  /** Pairs of addresses, either of which may be `*`, between which nothing goes in a partition. */
  readonly cuts: readonly { readonly from: string; readonly to: string }[];
  /** Whom our own way must stay open to in a partition; null: to nobody. */
  readonly open: Victim | null;
  /** The writer, where it is among the victims. */
  readonly writer: Member | null;
}

export interface FrontScenario {
  readonly name: string;
  readonly tier: 'edge' | 'web' | 'service' | 'zone';
  /** The first is the default. */
  readonly faults: readonly FrontFaultKind[];
  /** In the words of a user. */
  hypothesis(setting: FrontSetting): string;
  /** Whom to break; `random` in [0, 1). Undefined when there is nobody to break. */
  target(stock: Stock, random: number): Target | undefined;
  /** What is deployed, where that is the fault. @default - nothing is */
  readonly deployment?: Deployment['what'];
  /** Runs the same fault first without the functions, for `control_failed`. */
  readonly measuresFloor: boolean;
  /** How long the fault stands, in ms; what was killed stays dead until somebody replaces it. */
  readonly holdMs: number;
  /** How long it is looked at from the fault, in ms. */
  watchMs(setting: FrontSetting): number;
  /** What the fault `slow` adds in each direction, in ms. */
  readonly slowMs: number;
  /** What web tasks send with in the control. @default 'ours' */
  readonly controlPool?: 'plain';
  expectations(setting: FrontSetting): readonly FrontExpectation[];
}

/** All that was seen of one run. Times are epoch ms. */
export interface FrontRun {
  readonly setting: FrontSetting;
  readonly target: string;
  /** Everything after the warm-up. */
  readonly samples: readonly Sample[];
  readonly countedFrom: number;
  readonly faultAt: number;
  readonly endedAt: number;
  readonly faultVerified: boolean;
  readonly managedAt: number | null;
  /** From when the managed part counts: the fault, or our call. */
  readonly managedFrom: number | null;
  readonly controlPlaneCalls: number;
  readonly deployed: Deployed | null;
  /** Of the web tasks at the end; null where nothing was deployed. */
  readonly newVersionPct: number | null;
  /** First answers that failed in the run without functions; null where there was none. */
  readonly controlFailed: number | null;
  readonly readBack: ReadBack;
}

/** A fault that stands. */
export interface StandingFault {
  readonly at: number;
  /** Whether it really took effect, by what a plain client or the system says. */
  verify(): Promise<boolean>;
  /** Ends it where that is ours. May be called again. */
  release(): Promise<void>;
}
