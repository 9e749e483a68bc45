import { describe, expect, test } from 'vitest';
import {
  isBusy,
  isDeleted,
  isUpdatable,
  moveTo,
  REVIEW,
  type StackState,
  statusOf,
} from '../../../../proving/twin/cloudformation/index.ts';

const states: StackState[] = [
  REVIEW,
  ...(['create', 'delete', 'rollback'] as const).flatMap((operation) =>
    (['in-progress', 'complete', 'failed'] as const).map((stage) => ({ operation, stage })),
  ),
  ...(['update', 'update-rollback'] as const).flatMap((operation) =>
    (['in-progress', 'cleaning-up', 'complete', 'failed'] as const).map((stage) => ({ operation, stage })),
  ),
];

const successors = (state: StackState) => states.filter((next) => accepts(state, next)).map(statusOf);

function accepts(from: StackState, to: StackState): boolean {
  try {
    moveTo(from, to);
    return true;
  } catch {
    return false;
  }
}

describe('the life of a stack', () => {
  test('every state has its own status', () => {
    expect(new Set(states.map(statusOf)).size).toBe(states.length);
  });

  test('a busy stack always has a way out, and starts nothing new', () => {
    for (const state of states.filter(isBusy)) {
      expect(successors(state).length).toBeGreaterThan(0);
      expect(successors(state)).not.toContain('UPDATE_IN_PROGRESS');
    }
  });

  test('every resting stack but a deleted one can be deleted', () => {
    for (const state of states.filter((one) => !isBusy(one))) {
      expect([statusOf(state), successors(state).includes('DELETE_IN_PROGRESS')]).toEqual([
        statusOf(state),
        !isDeleted(state),
      ]);
    }
  });

  test('exactly the updatable states lead to an update', () => {
    for (const state of states) {
      expect([statusOf(state), successors(state).includes('UPDATE_IN_PROGRESS')]).toEqual([
        statusOf(state),
        isUpdatable(state),
      ]);
    }
  });

  test('an illegal step is refused by name', () => {
    expect(() => moveTo(REVIEW, { operation: 'update', stage: 'complete' })).toThrow(
      'a stack cannot go from REVIEW_IN_PROGRESS to UPDATE_COMPLETE',
    );
  });
});
