import {
  actsBeforeItWritesDown,
  deafToClients,
  eventsAreEnough,
  lagDoesNotMatter,
  noCooldown,
  noLimits,
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

export const EXHIBITS: readonly Exhibit[] = [
  freshnessCheckedOnce,
  oneWordIsEnough,
  deafToClients,
  noLimits,
  noCooldown,
  eventsAreEnough,
  nobodyLocks,
  lagDoesNotMatter,
  lockWithoutEnd,
  actsBeforeItWritesDown,
  unfencedStorage,
  lateStorage,
];
