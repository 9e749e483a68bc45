/** What CloudFormation knows about a stack. Deleted stacks stay, readable by their id. */

import type {
  ResolvedParameter,
  ResourceChange,
  StackState,
  StandingResource,
} from '../../twin/cloudformation/index.ts';
import type { Target } from './target.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export type ResourceStatus =
  | `${'CREATE' | 'UPDATE' | 'DELETE'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'DELETE_SKIPPED'
  /** The stack's own events carry the stack's status. */
  | (string & {});

export interface StackEvent {
  readonly id: string;
  readonly operationId: string;
  readonly clientToken: string | null;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly at: number;
  readonly status: ResourceStatus;
  readonly reason: string | null;
  readonly properties: string | null;
}

export interface StackOutput {
  readonly name: string;
  readonly value: string;
  readonly description: string | null;
  readonly exportName: string | null;
}

/** What an operation did so far, so that it can be undone, also after an interruption. */
export type JournalEntry =
  | { readonly did: 'create'; readonly resource: StandingResource }
  /** Also an update that failed: `after` is then what was attempted. */
  | { readonly did: 'update'; readonly before: StandingResource; readonly after: StandingResource }
  | {
      readonly did: 'replace';
      readonly before: StandingResource;
      readonly after: StandingResource;
      /** `update`: the resource itself answered an update with a new identity. */
      readonly by: 'creation' | 'update';
    }
  | { readonly did: 'describe'; readonly before: StandingResource };

export interface ChangeSetFailure {
  readonly logicalId: string | null;
  readonly path: string;
  readonly message: string;
}

export interface ChangeSetRecord {
  readonly id: string;
  readonly name: string;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly description: string | null;
  readonly createdAt: number;
  readonly target: Target;
  readonly changes: readonly ResourceChange[];
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly reason: string | null;
  readonly failures: readonly ChangeSetFailure[];
  executionStatus:
    'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_IN_PROGRESS' | 'EXECUTE_COMPLETE' | 'EXECUTE_FAILED' | 'OBSOLETE';
}

export interface StackRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  updatedAt: number | null;
  deletedAt: number | null;
  state: StackState;
  reason: string | null;
  /** The target that stands (or, while a stack is being created, is being made); null under review. */
  target: Target | null;
  terminationProtection: boolean;
  disableRollback: boolean;
  changeSetId: string | null;
  outputs: readonly StackOutput[];
  /** Exports of other stacks that the standing target uses. */
  imports: ReadonlySet<string>;
  /** The same, of the target being deployed. */
  pendingImports: ReadonlySet<string> | null;
  readonly resources: Map<string, StandingResource>;
  /** The last word on each resource, also on those that are gone. */
  readonly statuses: Map<string, StackEvent>;
  /** Oldest first. */
  readonly events: StackEvent[];
  readonly changeSets: Map<string, ChangeSetRecord>;
  /** Not empty only after an operation that failed and was not rolled back whole. */
  journal: JournalEntry[];
}

/** The parameters of a stack as it stands. */
export function standingParameters(stack: StackRecord): ReadonlyMap<string, ResolvedParameter> {
  return stack.target?.parameters ?? new Map();
}
