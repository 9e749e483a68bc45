/** What a scenario of the throttle is made of. */

import type { QuotasDocument } from '../../../core/throttle/index.ts';
import type { Setting as MemberSetting } from '../scenarios/index.ts';
import type { DrillPlace, DrillTask } from '../ports.ts';
import type { ThrottleFaultKind } from '../model.ts';
import type { ApplicationStatus } from './application-status.ts';
import type { RunningThrottleLoad } from './load/index.ts';
import type { Phase, PhaseTimes, ThrottleFields, ThrottleLine, ThrottleSample } from './model.ts';

/** The resource that is drilled: what the throttle of the example application guards. */
export const RESOURCE = 'quotes';

export interface ThrottleSetting extends Omit<MemberSetting, 'fault'> {
  readonly fault: ThrottleFaultKind;
}

export interface ThrottleExpectation {
  /** As it is printed when it does not hold. */
  readonly rule: string;
  holds(line: ThrottleLine): boolean;
}

/** An instance of the application that a drill starts for itself and ends. */
export interface Instance {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a fault may need of the drill that it breaks. */
export interface ThrottleStage {
  readonly place: DrillPlace;
  readonly setting: ThrottleSetting;
  readonly tasks: readonly DrillTask[];
  readonly load: RunningThrottleLoad;
  readonly signal: AbortSignal;
}

/** A fault that stands besides the load. */
export interface StandingFault {
  /** Whether it really took effect, by what somebody outside sees. */
  verify(): Promise<boolean>;
  /** Ends it. May be called again. */
  release(): Promise<void>;
}

/** What the applications said between two phases; null for one that did not answer. */
export interface Look {
  /** Before this phase; `end`: after the last. */
  readonly before: string;
  readonly statuses: readonly (ApplicationStatus | null)[];
}

/** All that was seen of one run. */
export interface ThrottleRun {
  readonly setting: ThrottleSetting;
  readonly quotas: QuotasDocument;
  /** Everything after the warm-up. */
  readonly samples: readonly ThrottleSample[];
  readonly phases: readonly PhaseTimes[];
  readonly looks: readonly Look[];
}

export interface ThrottleScenario {
  readonly name: string;
  readonly tier: 'throttle';
  /** The first is the default. */
  readonly faults: readonly ThrottleFaultKind[];
  /** In the words of a user. */
  hypothesis(setting: ThrottleSetting): string;
  /** Started for the drill: our application, or the control with the same variables. One or more. */
  readonly instances: readonly Instance[];
  /** In force while it runs. */
  readonly quotas: QuotasDocument;
  /** Sent before anything is counted, until it is served whole: leases take that long to be there. */
  readonly warmUp: Phase['streams'];
  /** In this order; one before the fault at least. */
  phases(setting: ThrottleSetting): readonly Phase[];
  /** The phase with which the fault begins, and the one before which it ends; the drill's end when there is none. */
  readonly faultFrom: string;
  readonly faultUntil: string | null;
  /** What is broken besides the load. @default - the load itself is the fault */
  inject?(stage: ThrottleStage): Promise<StandingFault>;
  /** Whether the load that makes the fault was really sent and arrived. @default - true: `inject` is verified by itself */
  loadVerified?(run: ThrottleRun): boolean;
  /** The fields that this scenario measures. */
  measure(run: ThrottleRun): Partial<ThrottleFields>;
  expectations(setting: ThrottleSetting): readonly ThrottleExpectation[];
}
