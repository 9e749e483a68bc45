/**
 * The order in which requests are shed: the lowest class first, within a class the callers that use more than
 * their share, and within those by user. One user's requests have one place in the order, so that under overload
 * some users stay whole instead of everybody being hurt a little (DAGOR, SoCC 2018, section 4.2).
 */

import { hash32 } from '../hash.ts';
import { CRITICALITIES, type Criticality } from './criticality.ts';

export const USER_GROUPS = 128;
/** Ranks run from 0, shed last, to one below this, shed first. */
export const RANKS = CRITICALITIES.length * 2 * USER_GROUPS;

export interface Rankable {
  readonly criticality: Criticality;
  /** The caller uses more than its share of the capacity now. */
  readonly aboveShare: boolean;
  /** The verified user, or the caller where there is no user. */
  readonly user: string;
  /** Changes who goes first, e.g. once a day, so that it is not always the same users. @default '' */
  readonly salt?: string;
}

export function rankOf({ criticality, aboveShare, user, salt = '' }: Rankable): number {
  const group = CRITICALITIES.indexOf(criticality) * 2 + (aboveShare ? 1 : 0);
  return group * USER_GROUPS + (hash32(`${salt}/${user}`) % USER_GROUPS);
}

/** The best rank of the same class and share: in a queue, users of one class wait in turn. */
export function groupOf(rank: number): number {
  return rank - (rank % USER_GROUPS);
}

/** The class of a rank, for metrics and for the reason of a refusal. */
export function classOfRank(rank: number): Criticality {
  return CRITICALITIES[Math.floor(rank / (2 * USER_GROUPS))] ?? 'sheddable';
}
