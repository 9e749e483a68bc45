/**
 * Where the doubling of an environment's cache stands, and what is to be done next: by the lock of the environment,
 * by what is deployed, and by the ledger. Whoever runs the command again goes on from here.
 */

import { type GrowthGoal, shardsOf } from '../protocol/index.ts';
import { SHARDS_MAX } from '../shard.ts';
import type { GrowthLook } from './requests.ts';

/** `cache` of the environment's lock. */
export interface LockedCache {
  readonly shards: number;
  /** While it grows. */
  readonly growingTo?: number;
}

export interface GuideSight extends GrowthLook {
  readonly lock: LockedCache;
}

export type Guide =
  /** Write this into the lock, and look again. */
  | { readonly next: 'write-lock'; readonly lock: LockedCache; readonly why: string }
  /** The profile is to say this number, and to be deployed. */
  | { readonly next: 'deploy'; readonly shards: number; readonly deployed: number }
  | { readonly next: 'add-shards'; readonly count: number }
  /** These shards have not come into service yet. */
  | { readonly next: 'wait-for-shards'; readonly shards: readonly number[] }
  /** These processes do not know the endpoints of all shards. */
  | {
      readonly next: 'wait-for-processes';
      readonly target: number;
      readonly behind: readonly { readonly id: string; readonly knows: number }[];
    }
  | { readonly next: 'start'; readonly target: number }
  | { readonly next: 'move' }
  /** It is over. `isLeft`: shards are deployed that nobody uses any more. */
  | { readonly next: 'done'; readonly shards: number; readonly isLeft: boolean }
  | { readonly next: 'refuse'; readonly why: string; readonly fix: string };

export function guideOf(goal: GrowthGoal, sight: GuideSight): Guide {
  const { ring, lock } = sight;
  const fault = contradiction(sight);
  if (fault) return fault;
  if (ring.target !== null) return moving(goal, sight);
  if (goal === 'return') return returned(sight);
  if (lock.growingTo === ring.shards) {
    const why = `the ring has ${ring.shards} shards`;
    return { next: 'write-lock', lock: { shards: ring.shards }, why };
  }
  return starting(sight);
}

/** The lock says what is deployed and what keys are where: it is never guessed. */
function contradiction({ ring, lock }: GuideSight): Guide | null {
  const { shards, growingTo } = lock;
  const isKnown = shards === ring.shards || (growingTo !== undefined && growingTo === ring.shards);
  const isTarget = ring.target === null || ring.target === growingTo;
  if (isKnown && isTarget) return null;
  const inLock = growingTo === undefined ? `${shards}` : `${shards}, growing to ${growingTo}`;
  const inRing = ring.target === null ? `${ring.shards}` : `${ring.shards}, growing to ${ring.target}`;
  return {
    next: 'refuse',
    why: `the lock says ${inLock} shards, the ledger of the cache says ${inRing}`,
    fix: 'take the lock from the branch that is deployed, and run the command again',
  };
}

function moving(goal: GrowthGoal, { ring, knows }: GuideSight): Guide {
  const needed = shardsOf(ring);
  if (knows >= needed || goal === 'return') return { next: 'move' };
  return { next: 'deploy', shards: needed, deployed: knows };
}

function returned({ ring, lock, knows }: GuideSight): Guide {
  if (lock.growingTo === undefined) {
    return { next: 'done', shards: ring.shards, isLeft: knows > ring.shards };
  }
  if (lock.growingTo === ring.shards) {
    return {
      next: 'refuse',
      why: `the cache has ${ring.shards} shards already: nothing is left to give up`,
      fix: 'run `understudy cache grow` without --abort, which ends it',
    };
  }
  return { next: 'write-lock', lock: { shards: ring.shards }, why: 'the growth is given up' };
}

function starting(sight: GuideSight): Guide {
  const { ring, lock, knows } = sight;
  const target = 2 * ring.shards;
  if (target > SHARDS_MAX) {
    const why = `${ring.shards} shards cannot be doubled: a cache has at most ${SHARDS_MAX}`;
    return { next: 'refuse', why, fix: 'use larger nodes (tiers.cache.nodeType)' };
  }
  if (lock.growingTo === undefined) {
    const why = `the cache is to have ${target} shards`;
    return { next: 'write-lock', lock: { shards: ring.shards, growingTo: target }, why };
  }
  if (knows < target) return { next: 'deploy', shards: target, deployed: knows };
  return prepared(sight, target);
}

function prepared({ rows, holders }: GuideSight, target: number): Guide {
  if (rows.length < target) return { next: 'add-shards', count: target };
  const behind = holders.filter((holder) => holder.knows < target).map(({ id, knows }) => ({ id, knows }));
  if (behind.length > 0) return { next: 'wait-for-processes', target, behind };
  const shards = rows.filter(({ state }) => state !== 'serving').map(({ shard }) => shard);
  if (shards.length > 0) return { next: 'wait-for-shards', shards };
  return { next: 'start', target };
}
