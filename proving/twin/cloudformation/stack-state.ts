/** The life of a stack. One operation at a time, each ending complete, failed or rolled back. */

import { UnderstudyError } from '../../../core/errors.ts';

export type StackState =
  /** A first change set exists, nothing else. */
  | { readonly operation: 'review'; readonly stage: 'in-progress' }
  | {
      readonly operation: 'create' | 'delete' | 'rollback';
      readonly stage: 'in-progress' | 'complete' | 'failed';
    }
  | {
      readonly operation: 'update' | 'update-rollback';
      /** `cleaning-up`: the new state stands; what it replaced is being deleted. */
      readonly stage: 'in-progress' | 'cleaning-up' | 'complete' | 'failed';
    };

export type StackStatus =
  | 'REVIEW_IN_PROGRESS'
  | `${'CREATE' | 'DELETE' | 'ROLLBACK' | 'UPDATE' | 'UPDATE_ROLLBACK'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | `${'UPDATE' | 'UPDATE_ROLLBACK'}_COMPLETE_CLEANUP_IN_PROGRESS`;

export const REVIEW: StackState = { operation: 'review', stage: 'in-progress' };

export function statusOf(state: StackState): StackStatus {
  if (state.operation === 'review') return 'REVIEW_IN_PROGRESS';
  if (state.stage === 'cleaning-up') {
    return state.operation === 'update'
      ? 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
      : 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';
  }
  return `${OPERATIONS[state.operation]}_${STAGES[state.stage]}`;
}

const OPERATIONS = {
  create: 'CREATE',
  update: 'UPDATE',
  delete: 'DELETE',
  rollback: 'ROLLBACK',
  'update-rollback': 'UPDATE_ROLLBACK',
} as const;

const STAGES = { 'in-progress': 'IN_PROGRESS', complete: 'COMPLETE', failed: 'FAILED' } as const;

export function isBusy(state: StackState): boolean {
  return state.operation !== 'review' && (state.stage === 'in-progress' || state.stage === 'cleaning-up');
}

export function isDeleted(state: StackState): boolean {
  return state.operation === 'delete' && state.stage === 'complete';
}

/** Whether an update may start: the stack stands as one of its templates describes, or was left after a failure. */
export function isUpdatable(state: StackState): boolean {
  if (state.operation === 'create' || state.operation === 'update') {
    return state.stage === 'complete' || state.stage === 'failed';
  }
  return state.operation === 'update-rollback' && state.stage === 'complete';
}

/** Moves a stack on. Throws UnderstudyError `stack-transition-illegal` for a step CloudFormation does not take. */
export function moveTo(from: StackState, to: StackState): StackState {
  if (NEXT[statusOf(from)].includes(statusOf(to))) return to;
  throw new UnderstudyError(`a stack cannot go from ${statusOf(from)} to ${statusOf(to)}`, {
    code: 'stack-transition-illegal',
    advice: 'give-up',
  });
}

const SETTLED: readonly StackStatus[] = ['UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'];

/** The steps CloudFormation takes from each status. */
const NEXT: Readonly<Record<StackStatus, readonly StackStatus[]>> = {
  REVIEW_IN_PROGRESS: ['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'],
  CREATE_IN_PROGRESS: ['CREATE_COMPLETE', 'CREATE_FAILED', 'ROLLBACK_IN_PROGRESS'],
  CREATE_COMPLETE: SETTLED,
  CREATE_FAILED: [...SETTLED, 'ROLLBACK_IN_PROGRESS'],
  ROLLBACK_IN_PROGRESS: ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'],
  ROLLBACK_COMPLETE: ['DELETE_IN_PROGRESS'],
  ROLLBACK_FAILED: ['DELETE_IN_PROGRESS'],
  UPDATE_IN_PROGRESS: ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_IN_PROGRESS'],
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: ['UPDATE_COMPLETE'],
  UPDATE_COMPLETE: SETTLED,
  UPDATE_FAILED: [...SETTLED, 'UPDATE_ROLLBACK_IN_PROGRESS'],
  UPDATE_ROLLBACK_IN_PROGRESS: ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED'],
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: ['UPDATE_ROLLBACK_COMPLETE'],
  UPDATE_ROLLBACK_COMPLETE: SETTLED,
  UPDATE_ROLLBACK_FAILED: ['UPDATE_ROLLBACK_IN_PROGRESS', 'DELETE_IN_PROGRESS'],
  DELETE_IN_PROGRESS: ['DELETE_COMPLETE', 'DELETE_FAILED'],
  DELETE_COMPLETE: [],
  DELETE_FAILED: ['DELETE_IN_PROGRESS'],
};
