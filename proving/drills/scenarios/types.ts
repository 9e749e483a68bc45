import type { Conditions } from '../conditions.ts';
import type { DrillLine, FaultKind, Member } from '../model.ts';
import type { Expected } from '../settle.ts';

/** A rule of a hypothesis. `holds` gets the line; a null it depends on never holds. */
export interface Expectation {
  /** As it is printed when it does not hold. */
  readonly rule: string;
  holds(line: DrillLine): boolean;
}

/** What is broken, at which pace, and without what. */
export interface Setting extends Conditions {
  readonly fault: FaultKind;
  readonly pace: 'fast' | 'aws';
}

/** How long a fault stands before it is released, in ms. */
export interface Hold {
  readonly msMin: number;
  /** Held on for a promotion up to here. @default - msMin: no promotion is waited for */
  readonly msMax?: number;
}

export interface Scenario {
  readonly name: string;
  readonly tier: string;
  /** The first is the default. */
  readonly faults: readonly FaultKind[];
  /** In the words of a user. */
  hypothesis(setting: Setting): string;
  /** Whom to break; `random` in [0, 1). Undefined when there is nobody to break. */
  victim(members: readonly Member[], random: number): Member | undefined;
  expectations(setting: Setting): readonly Expectation[];
  /** Which requests decide recovery and the longest gap. */
  readonly measuredBy: 'read' | 'write';
  /** True when the writer changes, so that the managed failover is watched from outside. */
  failsOver(setting: Setting): boolean;
  /** What the controllers must decide, if anything: the drill waits until their own limits let them. */
  decision(setting: Setting): Expected | null;
  hold(setting: Setting): Hold;
  /** What the fault `slow` adds in each direction, in ms. */
  readonly slowMs: number;
}
