import type { DrillLine, FaultKind, Member } from '../model.ts';

/** A rule of a hypothesis. `holds` gets the line; a null it depends on never holds. */
export interface Expectation {
  /** As it is printed when it does not hold. */
  readonly rule: string;
  holds(line: DrillLine): boolean;
}

export interface Scenario {
  readonly name: string;
  readonly tier: string;
  /** The first is the default. */
  readonly faults: readonly FaultKind[];
  /** In the words of a user. */
  hypothesis(fault: FaultKind): string;
  /** Whom to break; `random` in [0, 1). Undefined when there is nobody to break. */
  victim(members: readonly Member[], random: number): Member | undefined;
  expectations(fault: FaultKind): readonly Expectation[];
  /** Which requests decide recovery and the longest gap. */
  readonly measuredBy: 'read' | 'write';
  /** True when AWS's own failover is part of it, so that it is watched from outside. */
  readonly managedFailover: boolean;
}

/** `value <= max`, where null never holds. */
export function atMost(value: number | null, max: number): boolean {
  return value !== null && value <= max;
}
