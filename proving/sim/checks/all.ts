/** Every checker. */

import type { Checker } from '../model.ts';
import { twoViewpoints } from './agreement.ts';
import { nothingOldComesBack, repliesAreTheirOwn } from './cache-history.ts';
import { readsAreBounded } from './cache-reads.ts';
import { keysStayWhereTheyAre, shardsComeBack } from './cache-shards.ts';
import { converges } from './convergence.ts';
import { noFlapping, onceAnEvent, oneInACooldown } from './cooldown.ts';
import { freshEvidence, growingTokens, oneHolder } from './fencing.ts';
import {
  frontAgreement,
  frontFailsOpen,
  frontIsNeverEmpty,
  frontSlowlyOut,
  missingAccusesNobody,
  onePrimary,
  oneZoneAtATime,
  shiftLeavesCapacity,
} from './front.ts';
import { frontConverges, frontRetriesWithinBudget, requestsFlow } from './front-liveness.ts';
import { keepsWorking } from './goodput.ts';
import { isolatesCallers } from './isolation.ts';
import { leasesAreRenewed, leasesAreSafe } from './leases.ts';
import { failsOpen, neverEmpty, slowlyOut } from './pool.ts';
import { fitTarget, onlyWhenWritesFail } from './promotion.ts';
import { finishedByOthers, onRecord } from './recovery.ts';
import { retriesWithinBudget } from './retries.ts';
import { servesWithoutStore } from './standing.ts';
import { nothingLost, noWayBack, oneCommitLog, oneWriter } from './writer.ts';

const ALL: readonly (() => Checker)[] = [
  oneWriter,
  oneCommitLog,
  neverEmpty,
  failsOpen,
  slowlyOut,
  twoViewpoints,
  growingTokens,
  freshEvidence,
  oneInACooldown,
  onceAnEvent,
  oneHolder,
  finishedByOthers,
  converges,
  noFlapping,
  onlyWhenWritesFail,
  fitTarget,
  noWayBack,
  nothingLost,
  onRecord,
  retriesWithinBudget,
  isolatesCallers,
  keepsWorking,
  leasesAreSafe,
  leasesAreRenewed,
  servesWithoutStore,
  keysStayWhereTheyAre,
  readsAreBounded,
  nothingOldComesBack,
  repliesAreTheirOwn,
  shardsComeBack,
  onePrimary,
  frontIsNeverEmpty,
  frontFailsOpen,
  frontSlowlyOut,
  frontAgreement,
  missingAccusesNobody,
  oneZoneAtATime,
  shiftLeavesCapacity,
  frontConverges,
  requestsFlow,
  frontRetriesWithinBudget,
];

/** Made anew for each run: a checker remembers what it has seen. */
export function newCheckers(): readonly Checker[] {
  return ALL.map((create) => create());
}
