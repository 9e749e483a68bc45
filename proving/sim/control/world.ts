/** What all functions of a run share: the table, the services behind their ports, and what is recorded of them. */

import type { DescribedCluster } from '../../../core/database/index.ts';
import type { AlarmInAlarm, CallOutcome, MemberProbe, MetricGroup } from '../../../core/ports/index.ts';
import type { DatabaseThresholds } from '../../../core/thresholds/database.ts';
import type { FaultBoard } from '../faults/board.ts';
import type { FrontTier } from '../front/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import type { ControlCall, InvocationView } from '../model.ts';
import type { Defect } from './defect.ts';
import type { DescriptionHistory } from './descriptions.ts';
import type { SimStateStore } from './state-store.ts';
import type { SimTable } from './table.ts';
import type { SimThrottleStore } from './throttle-store.ts';

/** The managed database as the control plane meets it. */
export interface ManagedDatabase {
  readonly members: readonly { readonly id: string; readonly host: string }[];
  probe(node: string): MemberProbe;
  describe(): DescribedCluster;
  failover(target: string | null): CallOutcome;
  excludedMembers(endpointId: string): readonly string[] | null;
  setExcludedMembers(endpointId: string, excluded: readonly string[]): CallOutcome;
}

export interface World {
  readonly clock: SimClock;
  readonly random: Random;
  readonly board: FaultBoard;
  readonly database: ManagedDatabase;
  readonly table: SimTable;
  readonly store: SimStateStore;
  /** The throttle table: empty where nothing is throttled. */
  readonly throttle: SimThrottleStore;
  /** Null where there is no web tier. */
  readonly front: FrontTier | null;
  /** What is throttled, by name. */
  readonly resources: readonly string[];
  readonly descriptions: DescriptionHistory;
  readonly defect: Defect | null;
  /** What lies in Parameter Store below the environment's root. */
  readonly parameters: Readonly<Record<string, string>>;
  /** As they are in force now. */
  thresholds(): DatabaseThresholds;
  inAlarm(): readonly AlarmInAlarm[];
  /** A function writes a log line with metrics. */
  emit(groups: readonly MetricGroup[], at: number): void;
  readonly calls: ControlCall[];
  readonly invocations: InvocationView[];
  /** Something rare came about. */
  rare(name: string): void;
  /** For the trace; the line is only made when someone reads it. */
  note(line: () => string): void;
}
