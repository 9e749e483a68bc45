import {
  deadShardRehashed,
  deletionNotWaitedFor,
  everybodyFills,
  noTimeLimit,
  replyOfBefore,
} from './cache-commands.ts';
import {
  journalNotApplied,
  neverReadmitted,
  nobodyIsWaitedFor,
  recordNotWritten,
  restartedProcessTrusted,
  stopsDoNotCount,
  tokenNotCompared,
} from './cache.ts';
import {
  actsBeforeItWritesDown,
  deafToClients,
  eventsAreEnough,
  lagDoesNotMatter,
  noCooldown,
  noFloor,
  noVelocityLimit,
  oneWordIsEnough,
} from './evidence.ts';
import type { Exhibit } from './exhibit.ts';
import {
  freshnessCheckedOnce,
  lateStorage,
  lockWithoutEnd,
  nobodyLocks,
  unfencedStorage,
} from './fencing.ts';
import {
  leaseWithoutEnd,
  nobodyLearns,
  oneLimitForAll,
  queueWithoutEnd,
  retriesWithoutBudget,
} from './overload.ts';

export const EXHIBITS: readonly Exhibit[] = [
  freshnessCheckedOnce,
  oneWordIsEnough,
  deafToClients,
  noFloor,
  noVelocityLimit,
  noCooldown,
  eventsAreEnough,
  nobodyLocks,
  lagDoesNotMatter,
  lockWithoutEnd,
  actsBeforeItWritesDown,
  unfencedStorage,
  lateStorage,
  leaseWithoutEnd,
  nobodyLearns,
  oneLimitForAll,
  queueWithoutEnd,
  retriesWithoutBudget,
  stopsDoNotCount,
  tokenNotCompared,
  nobodyIsWaitedFor,
  journalNotApplied,
  restartedProcessTrusted,
  recordNotWritten,
  neverReadmitted,
  deadShardRehashed,
  deletionNotWaitedFor,
  replyOfBefore,
  everybodyFills,
  noTimeLimit,
];
