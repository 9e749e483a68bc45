/** What a failover decision is given in these tests: a cluster of three, the writer first. */

import {
  decideFailover,
  type DescribedCluster,
  type FailoverFacts,
} from '../../../../core/database/index.ts';
import type { Failure } from '../../../../core/failures.ts';
import type { ObservationItem } from '../../../../core/state/items.ts';
import { NOW, observation, T, ZONES } from '../fixtures.ts';

export const MEMBERS = ['a', 'b', 'c'];
export const STALLED: Record<string, Failure> = { a: 'writer-stalled' };

export function seen(
  zones: number,
  failures = STALLED,
  change: Partial<ObservationItem> = {},
): ObservationItem[] {
  return ZONES.map((az, i) =>
    observation({ az, members: MEMBERS, failures: i < zones ? failures : {}, change }),
  );
}

export function cluster(change: Partial<DescribedCluster> = {}): DescribedCluster {
  const members = MEMBERS.map((id, i) => ({
    id,
    isWriter: id === 'a',
    promotionTier: 1,
    az: ZONES[i]!,
    status: 'available',
  }));
  return { clusterId: 'c', status: 'available', members, at: NOW - 100, ...change };
}

export function facts(change: Partial<FailoverFacts> = {}): FailoverFacts {
  return {
    now: NOW,
    clusterId: 'c',
    thresholds: T,
    memberIds: MEMBERS,
    observations: seen(2),
    outcomes: [],
    cluster: cluster(),
    ledger: [],
    ...change,
  };
}

export const causeOf = (given: FailoverFacts): string => {
  const decision = decideFailover(given);
  return decision.state === 'holding' ? decision.cause : decision.state;
};
