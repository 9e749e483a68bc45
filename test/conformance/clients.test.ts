/** What PostgreSQL's answers mean to pools and probers. Numbers: facts.ts. */

import { describe, expect, test } from 'vitest';
import { reachOfSocket, reachOfState, writeOfState } from '../../core/database/signals.ts';
import { blamesMember, classifySqlState, doubtsWriter } from '../../core/pools/sqlstate.ts';

describe('an answer of PostgreSQL', () => {
  test.each(['53300', '55P03', '57014'])(
    'fact 46: %s is load: no member is blamed, no writer doubted',
    (state) => {
      const kind = classifySqlState(state);
      expect(kind).toBe('load');
      expect(blamesMember(kind)).toBe(false);
      expect(doubtsWriter(kind)).toBe(false);
      expect(reachOfState(state)).toBe('load');
      expect(writeOfState(state)).toBe('load');
    },
  );

  test('fact 46, fact 21: 25006 is a member that is alive and writes no more: look for the writer', () => {
    const kind = classifySqlState('25006');
    expect(kind).toBe('read-only');
    expect(blamesMember(kind)).toBe(false);
    expect(doubtsWriter(kind)).toBe(true);
    expect(writeOfState('25006')).toBe('read-only');
  });

  test.each(['57P01', '57P02', '08006'])(
    'fact 46: %s is a connection that is lost: look for the writer',
    (state) => {
      const kind = classifySqlState(state);
      expect(kind).toBe('lost');
      expect(blamesMember(kind)).toBe(true);
      expect(doubtsWriter(kind)).toBe(true);
    },
  );

  test('fact 46: a socket that is gone is a member that is gone, and one that is silent is not', () => {
    expect(reachOfSocket('ECONNREFUSED')).toBe('refused');
    expect(reachOfSocket('ECONNRESET')).toBe('reset');
    expect(reachOfSocket('ETIMEDOUT')).toBe('timeout');
  });
});
