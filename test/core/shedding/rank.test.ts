import { describe, expect, it } from 'vitest';
import {
  classOfRank,
  CRITICALITIES,
  criticalityOf,
  isWorthDoing,
  rankOf,
  RANKS,
  refusal,
  USER_GROUPS,
} from '../../../core/shedding/index.ts';

describe('the order of shedding', () => {
  it('is by class, then by share, then by user', () => {
    const users = Array.from({ length: 500 }, (_, n) => `user-${n}`);
    const blocks = CRITICALITIES.flatMap((criticality) =>
      [false, true].map((aboveShare) => users.map((user) => rankOf({ criticality, aboveShare, user }))),
    );
    for (const [at, block] of blocks.entries()) {
      expect(Math.min(...block)).toBeGreaterThanOrEqual(at * USER_GROUPS);
      expect(Math.max(...block)).toBeLessThan((at + 1) * USER_GROUPS);
      expect(new Set(block).size).toBeGreaterThan(USER_GROUPS * 0.9);
      for (const rank of block) expect(classOfRank(rank)).toBe(CRITICALITIES[Math.floor(at / 2)]);
    }
    expect(blocks).toHaveLength(RANKS / USER_GROUPS);
  });

  it('keeps a user in one place, and moves it with the salt', () => {
    const rank = (user: string, salt?: string): number =>
      rankOf({ criticality: 'critical', aboveShare: false, user, ...(salt === undefined ? {} : { salt }) });
    const users = Array.from({ length: 200 }, (_, n) => `user-${n}`);
    expect(users.map((user) => rank(user))).toEqual(users.map((user) => rank(user)));
    const moved = users.filter((user) => rank(user, '2026-11-22') !== rank(user, '2026-11-23'));
    expect(moved.length).toBeGreaterThan(190);
  });

  it('knows its four classes and no other', () => {
    for (const name of CRITICALITIES) expect(criticalityOf(name)).toBe(name);
    expect(criticalityOf('CRITICAL')).toBeNull();
    expect(criticalityOf('')).toBeNull();
  });
});

describe('a refusal', () => {
  it('is 429 for the caller alone and 503 for everything else, with whole seconds to wait', () => {
    expect(refusal('caller-limit', 150)).toEqual({ status: 429, reason: 'caller-limit', retryAfterS: 1 });
    expect(refusal('caller-limit', 2001)).toMatchObject({ retryAfterS: 3 });
    expect(refusal('caller-limit', Number.POSITIVE_INFINITY)).toMatchObject({ retryAfterS: 86_400 });
    for (const reason of ['shed', 'queue-full', 'deadline-passed'] as const) {
      expect(refusal(reason, 0)).toEqual({ status: 503, reason, retryAfterS: 1 });
    }
  });

  it('is due when the work would end after its deadline', () => {
    expect(isWorthDoing(1000, 1050, 50)).toBe(true);
    expect(isWorthDoing(1001, 1050, 50)).toBe(false);
    expect(isWorthDoing(2000, 1050, 0)).toBe(false);
  });
});
