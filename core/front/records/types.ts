import type { FrontMemory } from '../../state/front-items.ts';
import type { LedgerItem } from '../../state/items.ts';
import type { EdgeThresholds } from '../../thresholds/edge.ts';
import type { ExpectedRecord, PublishedRecord } from '../types.ts';

export type DriftKind =
  /** Deployed, and not there. */
  | 'missing'
  /** There, and not as it was deployed. */
  | 'altered'
  /** There, and never deployed. */
  | 'foreign'
  /** It points at a name that has no address. */
  | 'dangling';

export interface Drift {
  readonly kind: DriftKind;
  readonly name: string;
  readonly type: ExpectedRecord['type'];
  readonly setIdentifier: string | null;
  readonly told: string;
}

export interface RecordFacts {
  readonly now: number;
  readonly env: string;
  readonly edge: EdgeThresholds;
  /** The closed set that anything may be published from (SEC-09). */
  readonly expected: readonly ExpectedRecord[];
  /** Null where the zone could not be asked. */
  readonly published: readonly PublishedRecord[] | null;
  /** Whether each alias' name has addresses; a name that nobody answered for is not there. */
  readonly resolves: Readonly<Record<string, boolean>>;
  readonly memory: Pick<FrontMemory, 'drift'>;
  /** Why it is not quiet: then the zone is left alone. Null where it is. */
  readonly unrest: string | null;
  /** The front's recoveries, newest first. */
  readonly ledger: readonly LedgerItem[];
}

export interface RepairAction {
  readonly kind: 'repair';
  /** The name that the records are of. */
  readonly memberId: string;
  readonly remove: readonly PublishedRecord[];
  readonly create: readonly PublishedRecord[];
  readonly reason: string;
  readonly evidence: readonly string[];
}

export type RecordHoldCause =
  'unknown' | 'not-quiet' | 'drift-hold' | 'cooldown' | 'dangling' | 'foreign' | 'nothing-deployed';

/** Why a drift is not repaired now. */
export interface RecordHold {
  readonly cause: RecordHoldCause;
  readonly reason: string;
  /** When to look again without being woken; null when only something new can end the hold. */
  readonly reviewAt: number | null;
}

export interface RecordsPlan {
  readonly drifts: readonly Drift[];
  /** What is to be remembered; the one before where the zone could not be asked. */
  readonly drift: FrontMemory['drift'];
  readonly repair: RepairAction | null;
  readonly hold: RecordHold | null;
}
