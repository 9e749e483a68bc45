import { describe, expect, it } from 'vitest';
import { choose, legalPairs } from '../../../proving/drills/choose.ts';

describe('choosing a drill', () => {
  it('takes the first fault of a scenario by default', () => {
    expect(choose('database-reader', undefined)).toMatchObject([{ fault: 'kill' }]);
  });

  it('takes every scenario once for `all`, and every legal pair with the matrix', () => {
    expect(choose('all', undefined).map((c) => `${c.scenario.name} ${c.fault}`)).toEqual([
      'database-reader kill',
      'database-writer kill',
    ]);
    expect(choose('all', undefined, true)).toHaveLength(legalPairs().length);
  });

  it('fails on an unknown drill and lists the legal ones', () => {
    expect(() => choose('database-reeder', undefined)).toThrow(
      /database-reeder[\s\S]*database-reader --fault kill/,
    );
  });

  it('fails on an impossible pair and lists the legal ones', () => {
    expect(() => choose('database-writer', 'flood')).toThrow(
      /--fault = "flood"[\s\S]*database-writer --fault kill/,
    );
  });
});
