import type { Failure } from '../failures.ts';
import type { Verdict } from '../state/items.ts';
import type { Assessment } from './assess.ts';

/** How many samples in a row turn a verdict, and clear it. */
export interface SampleRules {
  readonly 'fail-samples': number;
  readonly 'recover-samples': number;
}

/** What a prober remembers of one member between two sweeps. */
export interface MemberMemory {
  readonly verdict: Verdict;
  /** Consecutive bad samples, whatever the failure. */
  readonly bad: number;
  /** Consecutive samples of the failure `last`. */
  readonly same: number;
  /** Consecutive good samples. */
  readonly good: number;
  readonly last: Failure | null;
}

export function newMember(memberId: string, now: number): MemberMemory {
  return fromVerdict({ memberId, failure: null, since: now, samples: 0 });
}

/** The memory of a prober that takes over: the verdict stands, its runs of samples begin anew. */
export function fromVerdict(verdict: Verdict): MemberMemory {
  return { verdict, bad: 0, same: 0, good: 0, last: null };
}

/**
 * One more assessment of a member. A verdict turns bad after `fail-samples` bad ones in a row, changes its
 * name after as many of another failure, and clears after `recover-samples` good ones in a row. Load neither turns
 * nor clears it, but begins its time anew: whatever waits for a failure to last waits from the last sign of life.
 */
export function countSample(
  memory: MemberMemory,
  assessment: Assessment,
  thresholds: SampleRules,
  now: number,
): MemberMemory {
  const counted = count(memory, assessment);
  const failure = turn(counted, thresholds);
  const { verdict } = memory;
  // A sign of life: what is counted from the beginning of the failure is counted anew.
  if (failure !== null && assessment.health === 'load') {
    return { ...counted, verdict: { ...verdict, since: now, samples: 0 } };
  }
  if (failure === verdict.failure) {
    const agrees = failure === null ? assessment.health === 'good' : counted.last === failure;
    return { ...counted, verdict: agrees ? { ...verdict, samples: verdict.samples + 1 } : verdict };
  }
  // The writer that fell silent and lost its role is the same silent member under another name.
  const renamed = isUnreachable(failure) && isUnreachable(verdict.failure);
  return {
    ...counted,
    verdict: {
      memberId: verdict.memberId,
      failure,
      since: renamed ? verdict.since : now,
      samples: failure === null ? counted.good : counted.same,
    },
  };
}

function count(memory: MemberMemory, assessment: Assessment): MemberMemory {
  if (assessment.health === 'bad') {
    const same = memory.last === assessment.failure ? memory.same + 1 : 1;
    return { ...memory, bad: memory.bad + 1, same, good: 0, last: assessment.failure };
  }
  const good = assessment.health === 'good' ? memory.good + 1 : 0;
  return { ...memory, bad: 0, same: 0, good, last: null };
}

function turn(counted: MemberMemory, thresholds: SampleRules): Failure | null {
  const standing = counted.verdict.failure;
  if (counted.last === null) {
    return counted.good >= thresholds['recover-samples'] ? null : standing;
  }
  if (standing === null) return counted.bad >= thresholds['fail-samples'] ? counted.last : null;
  if (isUnreachable(standing) && isUnreachable(counted.last)) return counted.last;
  return counted.same >= thresholds['fail-samples'] ? counted.last : standing;
}

function isUnreachable(failure: Failure | null): boolean {
  return failure === 'reader-unreachable' || failure === 'writer-unreachable';
}
